#include "gateway/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/cli/command.h"

#define MAX_UPLOAD (UINT64_C(4) << 30)

enum {
    OPT_STORE = 256,
    OPT_LISTEN,
    OPT_THREADS,
    OPT_MAX,
    OPT_DEADLINE,
    OPT_CONNECTIONS,
    OPT_SWAP,
    OPT_OFFLINE,
    OPT_HELP,
    OPT_VERSION
};

static const struct option OPTIONS[] = {
    {"store", required_argument, NULL, OPT_STORE},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"max-upload", required_argument, NULL, OPT_MAX},
    {"deadline", required_argument, NULL, OPT_DEADLINE},
    {"connections", required_argument, NULL, OPT_CONNECTIONS},
    {"accept-swap", no_argument, NULL, OPT_SWAP},
    {"offline", required_argument, NULL, OPT_OFFLINE},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static const char HELP[] =
    "  --store DIR          the store, made by skrynka-store init\n"
    "  --listen ADDRESS     127.0.0.1:PORT, [::1]:PORT (port 0: any) or unix:/PATH;\n"
    "                       without it the socket that the service manager hands over\n"
    "  --threads N          threads that serve (default: processors, at most 8)\n"
    "  --max-upload SIZE    largest request, K, M or G (default 1G)\n"
    "  --deadline SECONDS   longest life of one request (default 3600)\n"
    "  --connections N      connections at once (default 512)\n"
    "  --accept-swap        start although memory cannot be locked and swap is on\n"
    "  --offline DIR        write the pages that work without a network into DIR, print their\n"
    "                       SHA-256, and end\n"
    "  --help, --version\n";

bool sk_size_parse(const char *text, uint64_t *bytes)
{
    static const char units[] = "KMG";
    uint64_t value = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 10) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (text[digits] != '\0') {
        const char *unit = strchr(units, text[digits]);
        if (unit == NULL || text[digits + 1] != '\0' || value > MAX_UPLOAD) {
            return false;
        }
        value <<= 10 * (unit - units + 1);
    }
    if (value == 0 || value > MAX_UPLOAD) {
        return false;
    }
    *bytes = value;
    return true;
}

bool sk_number_parse(const char *text, unsigned least, unsigned most, unsigned *number)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 9 || text[digits] != '\0') {
        return false;
    }
    unsigned long value = strtoul(text, NULL, 10);
    if (value < least || value > most) {
        return false;
    }
    *number = (unsigned)value;
    return true;
}

static void settings_default(struct sk_settings *settings)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    memset(settings, 0, sizeof *settings);
    settings->listen.kind = SK_LISTEN_INHERITED;
    settings->threads = processors < 1 ? 1 : processors > 8 ? 8 : (unsigned)processors;
    settings->connections = 512;
    settings->deadline = 3600;
    settings->max_upload = UINT64_C(1) << 30;
}

/* Whether the option's value is good. */
static bool option_take(struct sk_settings *s, int option, const char *value)
{
    switch (option) {
    case OPT_STORE:
        s->store = value;
        return value[0] != '\0';
    case OPT_LISTEN:
        return sk_listen_parse(value, &s->listen);
    case OPT_THREADS:
        return sk_number_parse(value, 1, 64, &s->threads);
    case OPT_MAX:
        return sk_size_parse(value, &s->max_upload);
    case OPT_DEADLINE:
        return sk_number_parse(value, 1, 86400, &s->deadline);
    case OPT_CONNECTIONS:
        return sk_number_parse(value, 8, 65536, &s->connections);
    case OPT_SWAP:
        s->accept_swap = true;
        return true;
    case OPT_OFFLINE:
        s->offline = value;
        return value[0] != '\0';
    default:
        return false;
    }
}

static void help(void)
{
    static const struct sk_command none[] = {{NULL, NULL, NULL, NULL}};

    sk_command_help("skrynka-gateway", "takes in reports and answers receipts over HTTP", none,
                    HELP);
}

int sk_settings_read(struct sk_settings *settings, int argc, char **argv)
{
    int option, which = 0;

    settings_default(settings);
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", OPTIONS, &which)) != -1) {
        if (option == OPT_HELP) {
            help();
            return SK_EXIT_OK;
        }
        if (option == OPT_VERSION) {
            sk_version("skrynka-gateway");
            return SK_EXIT_OK;
        }
        if (option == '?') {
            return sk_usage("unknown option or missing value: %s; see --help", argv[optind - 1]);
        }
        if (!option_take(settings, option, optarg)) {
            return sk_usage("--%s does not take \"%s\"; see --help", OPTIONS[which].name, optarg);
        }
    }
    if (optind < argc) {
        return sk_usage("unexpected argument %s; see --help", argv[optind]);
    }
    if (settings->store == NULL) {
        return sk_usage("--store DIR is missing; see --help");
    }
    if (settings->connections < settings->threads) {
        settings->threads = settings->connections;
    }
    return -1;
}
