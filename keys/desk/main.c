/* skrynka-desk: opens reports, triages, answers. Runs on a machine without network. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"

static const struct sk_command commands[] = {
    {"init", "[--kdf-memory MIB] [--kdf-operations N]", "makes the desk and prints its fingerprint",
     sk_cmd_init},
    {"fingerprint", "", "prints the fingerprint that operators and peers pin", sk_cmd_fingerprint},
    {"sheet", "[--weeks N] [--months N] [--keep-weeks N] [--again N] --out FILE",
     "issues a key sheet for the gateway", sk_cmd_sheet},
    {"gateway", "[[--replace [--yes]] HEX | --chain NAME]",
     "pins the key of the gateway; without one shows it", sk_cmd_gateway},
    {"peer", "[--name NAME --fingerprint HEX FILE]",
     "learns another organisation's key sheet; without a file lists them", sk_cmd_peer},
    {"import", "[--start-here] [--new-chain | --uncounted] FILE...",
     "takes in carry bundles from the gateway", sk_cmd_import},
    {"resume", "BUNDLE | --lost N[-M] [--yes]", "the way back of a desk restored from a backup",
     sk_cmd_resume},
    {"list", "[--json] [--category N] [--status S] [--since DAY] [--search TEXT]", "lists reports",
     sk_cmd_list},
    {"show", "ID [--json]", "shows everything that the index holds of a report", sk_cmd_show},
    {"open", "ID --to FOLDER", "writes text and attachments into a new folder", sk_cmd_open},
    {"answer", "ID --status S [--text-file FILE [--replace] | --without-text]",
     "records a status, and a text for the writer", sk_cmd_answer},
    {"board", "[--again COUNTER | --without-originals] --out FILE",
     "seals all answers for the gateway", sk_cmd_board},
    {"destroy", "[--week DAY | --month YYYY-MM] [--yes [--today DAY]]",
     "destroys the keys of past weeks and what hangs on them", sk_cmd_destroy},
    {"stats", "[--format table|csv|json]", "counts by category, status and week", sk_cmd_stats},
    {NULL, NULL, NULL, NULL},
};

static const char options[] =
    "  --home DIR             the desk's folder\n"
    "  --passphrase-file FILE takes the passphrase from a file instead of asking\n"
    "  --token-file FILE      the second factor: 32 bytes, kept apart from the desk\n"
    "  --identity-file FILE   the identity keyring, if it is not in the desk's folder\n"
    "  --identity-passphrase-file FILE  its passphrase, if it has another\n"
    "  --help                 this text\n"
    "  --version              the version\n"
    "\nThese options come before the command. Statuses: arrived, read, checking, more, passed,\n"
    "closed. See skrynka-desk(1).\n";

long sk_option_number(const char *option, const char *text, long lowest, long highest)
{
    char *end = NULL;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < lowest || n > highest) {
        sk_usage("%s takes a number from %ld to %ld", option, lowest, highest);
        return -1;
    }
    return n;
}

int sk_option_unknown(char **argv, int result)
{
    if (result == ':') {
        return sk_usage("%s: %s needs a value", argv[0], argv[optind - 1]);
    }
    return sk_usage("%s: %s is not an option here", argv[0], argv[optind - 1]);
}

static int run(struct sk_desk *desk, int argc, char **argv)
{
    const struct sk_command *command;
    int code;

    if (argc == 0) {
        return sk_usage("give a command");
    }
    command = sk_command_find(commands, argv[0]);
    if (command == NULL) {
        return sk_usage("%s is not a command", argv[0]);
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf("Usage: skrynka-desk --home DIR %s %s\n%s\n", command->name, command->arguments,
               command->summary);
        return SK_EXIT_OK;
    }
    if (desk->home == NULL) {
        return sk_usage("--home is missing: give the desk's folder before the command");
    }
    optind = 0; /* glibc: a new command line begins */
    code = command->run(desk, argc, argv);
    sk_home_close(desk);
    return code;
}

/* Reads the options before the command; -1: go on, else an exit code. */
static int read_options(struct sk_desk *desk, int argc, char **argv)
{
    static const struct option list[] = {{"home", required_argument, NULL, 'h'},
                                         {"passphrase-file", required_argument, NULL, 'p'},
                                         {"token-file", required_argument, NULL, 't'},
                                         {"identity-file", required_argument, NULL, 'i'},
                                         {"identity-passphrase-file", required_argument, NULL, 'I'},
                                         {"help", no_argument, NULL, 'H'},
                                         {"version", no_argument, NULL, 'V'},
                                         {NULL, 0, NULL, 0}};
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "+:", list, NULL)) != -1) {
        switch (c) {
        case 'h':
            desk->home = optarg;
            break;
        case 'p':
            desk->passphrase_file = optarg;
            break;
        case 't':
            desk->token_file = optarg;
            break;
        case 'i':
            desk->identity_file = optarg;
            break;
        case 'I':
            desk->identity_passphrase_file = optarg;
            break;
        case 'H':
            sk_command_help("skrynka-desk", "Opens, triages and answers reports.", commands,
                            options);
            return SK_EXIT_OK;
        case 'V':
            sk_version("skrynka-desk");
            return SK_EXIT_OK;
        default:
            return sk_option_unknown(argv, c);
        }
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct sk_desk desk = {.lock = -1};
    int code;

    sk_program_name("skrynka-desk");
    (void)sk_bind_now(argv);
    if (sk_secret_setup() != SK_OK) {
        return sk_refuse("cannot protect memory on this system");
    }
    if (sk_memory_lock() == SK_LOCKING_SWAP) {
        sk_refuse(
            "memory cannot be locked and swap is on: what is opened here may be written to the "
            "disk in plain. Raise the limit (ulimit -l unlimited), or switch swap off");
    }
    /* Letters of any alphabet fold by this; without it a search still finds exact words. */
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    sk_state_init(&desk.state);
    code = read_options(&desk, argc, argv);
    if (code == -1) {
        code = run(&desk, argc - optind, argv + optind);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return code == SK_EXIT_OK ? sk_refuse("the output could not be written") : code;
    }
    return code;
}
