#include "gateway/options.h"

#include <unistd.h>

#include "keys/cli/option.h"

static const struct sk_option options[] = {
    SK_PATH(SK_REQUIRED, "store", "DIR", "the store, made by skrynka-store init"),
    SK_TEXT(SK_OPTIONAL, "listen", "ADDRESS",
            "127.0.0.1:PORT, [::1]:PORT (port 0: any) or unix:/PATH;\n"
            "without it the socket that the service manager hands over"),
    SK_NUMBER("threads", "N", 1, 64, "threads that serve (processors, at most 8)"),
    SK_SIZE("max-upload", "SIZE", 1, UINT64_C(4) << 30, "largest request, with K, M or G (1G)"),
    SK_NUMBER("deadline", "SECONDS", 1, 86400, "longest life of one request (3600)"),
    SK_NUMBER("connections", "N", 8, 65536, "connections at once (512)"),
    SK_FLAG("accept-swap", "start although memory cannot be locked and swap is on"),
    SK_PATH(SK_OPTIONAL, "offline", "DIR",
            "write the pages that work without a network into DIR, print their\n"
            "SHA-256, and end"),
    SK_NO_OPTIONS};

static const struct sk_program program = {
    .name = "skrynka-gateway",
    .about = "Takes in reports and answers receipts over HTTP.",
    .manual = "skrynka-gateway(8)",
    .options = options,
};

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > 8 ? 8 : (unsigned)n;
}

static int take(struct sk_settings *s, const struct sk_args *args)
{
    const char *listen = sk_args_text(args, "listen");

    *s = (struct sk_settings){
        .store = sk_args_text(args, "store"),
        .accept_swap = sk_args_has(args, "accept-swap"),
        .offline = sk_args_text(args, "offline"),
        .listen = {.kind = SK_LISTEN_INHERITED},
        .threads = (unsigned)sk_args_number(args, "threads", processors()),
        .connections = (unsigned)sk_args_number(args, "connections", 512),
        .deadline = (unsigned)sk_args_number(args, "deadline", 3600),
        .max_upload = sk_args_number(args, "max-upload", UINT64_C(1) << 30),
    };
    if (listen != NULL && !sk_listen_parse(listen, &s->listen)) {
        return sk_usage("--listen takes 127.0.0.1:PORT, [::1]:PORT or unix:/PATH");
    }
    if (s->connections < s->threads) {
        s->threads = s->connections;
    }
    return -1;
}

int sk_settings_read(struct sk_settings *settings, int argc, char **argv)
{
    struct sk_line line;
    int code = sk_line_read(&line, &program, argc, argv);

    if (code == -1) {
        code = take(settings, &line.options);
    }
    sk_line_free(&line);
    return code;
}
