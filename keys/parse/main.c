/*
 * skrynka-parse: parses the body of one report for skrynka-desk. It holds the payload key of that
 * report and no other secret, and enters its sandbox before it reads a byte of the report.
 */
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/option.h"
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
    if (e != SK_OK) {
        return e;
    }
    e = sk_emit_start(&work->walk.emit);
    return e == SK_OK ? sk_walk_all(&work->walk, request->boundary) : e;
}

static const struct sk_option none[] = {SK_NO_OPTIONS};

static const struct sk_program program = {
    .name = "skrynka-parse",
    .about = "Started by skrynka-desk to read one report; takes nothing from the command line.",
    .options = none,
};

int main(int argc, char **argv)
{
    struct work *work;
    enum sk_error e;

    sk_program_name(program.name);
    if (argc != 1) {
        struct sk_line line;
        int code = sk_line_read(&line, &program, argc, argv);

        sk_line_free(&line);
        return code == -1 ? SK_EXIT_USAGE : code;
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
    /* Without exit handlers: libraries make calls in them that the filter does not allow. */
    _exit(e == SK_OK ? SK_EXIT_OK : SK_EXIT_REFUSED);
}
