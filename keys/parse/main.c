/*
 * skrynka-parse: takes one report's body apart for skrynka-desk. It holds the key of that one
 * report and nothing else, and gives up almost every power before it reads the first byte that a
 * stranger wrote.
 */
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/parse/protocol.h"
#include "keys/parse/sandbox.h"
#include "keys/parse/walk.h"

struct work {
    uint8_t raw[SK_PARSE_REQUEST_BYTES];
    struct sk_parse_request request;
    struct sk_walk walk;
};

static enum sk_error run(struct work *work)
{
    const struct sk_parse_request *request = &work->request;
    enum sk_error e = sk_fd_read(STDIN_FILENO, work->raw, sizeof work->raw, SK_ERR_IO);

    if (e != SK_OK) {
        return e;
    }
    e = sk_parse_request_read(&work->request, work->raw);
    if (e != SK_OK) {
        return e;
    }
    e = sk_body_start(&work->walk.body, SK_PARSE_ENVELOPE_FD, &request->key, request->chunks,
                      request->body_offset, request->body_len);
    if (e != SK_OK) {
        return e;
    }
    work->walk.mode = request->mode;
    work->walk.emit.fd = STDOUT_FILENO;
    e = sk_sandbox_enter(request->chunks);
    if (e == SK_OK) {
        e = sk_emit_start(&work->walk.emit);
    }
    return e == SK_OK ? sk_walk_all(&work->walk, request->boundary) : e;
}

static int options(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        sk_version("skrynka-parse");
        return SK_EXIT_OK;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        sk_command_help("skrynka-parse", "started by skrynka-desk to read one report", NULL, NULL);
        return SK_EXIT_OK;
    }
    return sk_usage("it is started by skrynka-desk and takes no arguments");
}

int main(int argc, char **argv)
{
    struct work *work;
    enum sk_error e;

    sk_program_name("skrynka-parse");
    if (argc != 1) {
        return options(argc, argv);
    }
    if (sk_secret_setup() != SK_OK) {
        return SK_EXIT_REFUSED;
    }
    work = sk_secret_new(sizeof *work);
    if (work == NULL) {
        return SK_EXIT_REFUSED;
    }
    e = run(work);
    sk_secret_free(work);
    /* No exit handlers: libraries may want calls there that the filter kills for. */
    _exit(e == SK_OK ? SK_EXIT_OK : SK_EXIT_REFUSED);
}
