/*
 * skrynka-parse: takes one report's body apart for skrynka-desk. It holds the key of that one
 * report and nothing else, and gives up almost every power before it reads the first byte that a
 * stranger wrote.
 */
#include <string.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/option.h"
#include "keys/parse/sandbox.h"
#include "keys/parse/walk.h"

struct request {
    struct sk_payload_key key;
    uint32_t chunks, mode;
    uint64_t offset, len;
    char boundary[SK_BOUNDARY_MAX + 1];
};

struct work {
    uint8_t raw[SK_PARSE_REQUEST_BYTES];
    struct request request;
    struct sk_walk walk;
};

static enum sk_error take_request(struct request *out, const uint8_t *raw)
{
    size_t boundary_len = raw[56];

    if (boundary_len > SK_BOUNDARY_MAX) {
        return SK_ERR_USAGE;
    }
    memcpy(out->key.b, raw, sizeof out->key.b);
    out->chunks = sk_get_u32(raw + 32);
    out->mode = sk_get_u32(raw + 36);
    out->offset = sk_get_u64(raw + 40);
    out->len = sk_get_u64(raw + 48);
    memcpy(out->boundary, raw + 57, boundary_len);
    out->boundary[boundary_len] = '\0';
    if (out->mode != SK_PARSE_LIST && out->mode != SK_PARSE_FULL) {
        return SK_ERR_USAGE;
    }
    return sk_boundary_check(out->boundary, boundary_len);
}

static enum sk_error run(struct work *work)
{
    enum sk_error e = sk_fd_read(STDIN_FILENO, work->raw, sizeof work->raw, SK_ERR_IO);

    if (e == SK_OK) {
        e = take_request(&work->request, work->raw);
    }
    if (e == SK_OK) {
        e = sk_body_start(&work->walk.body, SK_PARSE_ENVELOPE_FD, &work->request.key,
                          work->request.chunks, work->request.offset, work->request.len);
    }
    if (e != SK_OK) {
        return e;
    }
    work->walk.mode = (enum sk_parse_mode)work->request.mode;
    work->walk.emit.fd = STDOUT_FILENO;
    e = sk_sandbox_enter(work->request.chunks);
    return e == SK_OK ? sk_walk_all(&work->walk, work->request.boundary) : e;
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
    /* No exit handlers: libraries may want calls there that the filter kills for. */
    _exit(e == SK_OK ? SK_EXIT_OK : SK_EXIT_REFUSED);
}
