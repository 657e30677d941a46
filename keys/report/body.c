#include "keys/report/body.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/plain.h"
#include "keys/base/secret.h"
#include "keys/format/answer.h"

enum { BOUNDARY_RANDOM = 16, BOUNDARY_DASHES = 4, PIECE = 65536 };

struct sk_body_writer {
    struct sk_report *report;
    struct sk_file_writer *writer;
    char boundary[BOUNDARY_DASHES + 2 * BOUNDARY_RANDOM + 1];
    uint8_t chunk[SK_CHUNK_BYTES];
    uint8_t piece[PIECE]; /* plaintext of an attachment on its way through */
};

/* ---- sealing ------------------------------------------------------------------- */

static enum sk_error put(struct sk_body_writer *body, const void *data, size_t len)
{
    const uint8_t *p = data;

    while (len > 0) {
        enum sk_report_step step;
        size_t used;
        enum sk_error e = sk_report_write(body->report, p, len, &used, body->chunk, &step);

        if (e == SK_OK && step == SK_REPORT_CHUNK) {
            e = sk_file_writer_put(body->writer, body->chunk, sizeof body->chunk);
        }
        if (e != SK_OK) {
            return e;
        }
        p += used;
        len -= used;
    }
    return SK_OK;
}

static enum sk_error put_text(struct sk_body_writer *body, const char *text)
{
    return put(body, text, strlen(text));
}

/* 128 random bits: no content holds them by chance, and nobody can place them there. */
static void draw_boundary(char *out, size_t size)
{
    uint8_t random[BOUNDARY_RANDOM];

    randombytes_buf(random, sizeof random);
    memset(out, '-', BOUNDARY_DASHES);
    sodium_bin2hex(out + BOUNDARY_DASHES, size - BOUNDARY_DASHES, random, sizeof random);
    sodium_memzero(random, sizeof random);
}

enum sk_error sk_body_begin(struct sk_body_writer **out, struct sk_file_writer *writer,
                            struct sk_address *address)
{
    uint8_t header[SK_HEADER_BYTES];
    struct sk_body_writer *body = sk_secret_new(sizeof *body);

    if (body == NULL) {
        return SK_ERR_MEMORY;
    }
    body->writer = writer;
    body->report = sk_report_new();
    draw_boundary(body->boundary, sizeof body->boundary);
    address->boundary = body->boundary;
    enum sk_error e =
        body->report == NULL ? SK_ERR_MEMORY : sk_report_address(body->report, address, header);

    if (e == SK_OK) {
        e = sk_file_writer_put(writer, header, sizeof header);
    }
    if (e != SK_OK) {
        address->boundary = NULL;
        sk_body_free(body);
        return e;
    }
    *out = body;
    return SK_OK;
}

void sk_body_free(struct sk_body_writer *body)
{
    if (body != NULL) {
        sk_report_free(body->report);
        sk_secret_free(body);
    }
}

/* ---- parts ---------------------------------------------------------------------- */

static enum sk_error part_begin(struct sk_body_writer *body, const char *name)
{
    char head[160];

    snprintf(head, sizeof head, "--%s\r\nContent-Disposition: form-data; name=\"%s\"",
             body->boundary, name);
    return put_text(body, head);
}

static enum sk_error put_lines(struct sk_body_writer *body, const char *text, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n' && text[i] != '\r') {
            continue;
        }
        enum sk_error e = put(body, text + start, i - start);

        if (e == SK_OK) {
            e = put_text(body, "\r\n");
        }
        if (e != SK_OK) {
            return e;
        }
        if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n') {
            i++;
        }
        start = i + 1;
    }
    return put(body, text + start, len - start);
}

enum sk_error sk_body_field(struct sk_body_writer *body, const char *name, const char *text,
                            size_t len)
{
    enum sk_error e = part_begin(body, name);

    if (e == SK_OK) {
        e = put_text(body, "\r\n\r\n");
    }
    if (e == SK_OK) {
        e = put_lines(body, text, len);
    }
    return e == SK_OK ? put_text(body, "\r\n") : e;
}

/* As browsers escape it: a quote or an end of line would end the name early. A name that is not
 * UTF-8 keeps its ASCII part. */
static enum sk_error put_name(struct sk_body_writer *body, const char *name)
{
    bool valid = sk_text_valid(name, strlen(name));
    enum sk_error e = SK_OK;

    for (; *name != '\0' && e == SK_OK; name++) {
        unsigned char c = (unsigned char)*name;

        if (c == '"') {
            e = put_text(body, "%22");
        } else if (c == '\r') {
            e = put_text(body, "%0D");
        } else if (c == '\n') {
            e = put_text(body, "%0A");
        } else if (!valid && (c < 0x20 || c >= 0x7F)) {
            e = put_text(body, "_");
        } else {
            e = put(body, name, 1);
        }
    }
    return e;
}

static enum sk_error put_all(struct sk_body_writer *body, int fd, struct sk_progress *progress)
{
    for (;;) {
        ssize_t n = read(fd, body->piece, sizeof body->piece);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? SK_OK : SK_ERR_IO;
        }
        enum sk_error e = put(body, body->piece, (size_t)n);

        if (e != SK_OK) {
            return e;
        }
        sk_progress_add(progress, (uint64_t)n);
    }
}

enum sk_error sk_body_file(struct sk_body_writer *body, const char *path, int fd,
                           struct sk_progress *progress)
{
    const char *slash = strrchr(path, '/');
    enum sk_error e = part_begin(body, "file");

    if (e == SK_OK) {
        e = put_text(body, "; filename=\"");
    }
    if (e == SK_OK) {
        e = put_name(body, slash == NULL ? path : slash + 1);
    }
    if (e == SK_OK) {
        e = put_text(body, "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    }
    if (e == SK_OK) {
        e = put_all(body, fd, progress);
    }
    return e == SK_OK ? put_text(body, "\r\n") : e;
}

enum sk_error sk_body_end(struct sk_body_writer *body)
{
    bool last = false;
    enum sk_error e = put_text(body, "--");

    if (e == SK_OK) {
        e = put_text(body, body->boundary);
    }
    if (e == SK_OK) {
        e = put_text(body, "--\r\n");
    }
    while (e == SK_OK && !last) {
        e = sk_report_end(body->report, body->chunk, &last);
        if (e == SK_OK) {
            e = sk_file_writer_put(body->writer, body->chunk, sizeof body->chunk);
        }
    }
    return e;
}
