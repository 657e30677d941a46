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
    enum sk_error failed; /* sticky: after the first error nothing more is written */
    struct sk_report *report;
    struct sk_file_writer *writer;
    char boundary[BOUNDARY_DASHES + 2 * BOUNDARY_RANDOM + 1];
    uint8_t chunk[SK_CHUNK_BYTES];
    uint8_t piece[PIECE]; /* plaintext of an attachment */
};

/* ---- sealing ------------------------------------------------------------------- */

/* Seals bytes of the body; the error stays in body->failed. */
static void put(struct sk_body_writer *body, const void *data, size_t len)
{
    const uint8_t *p = data;

    while (len > 0 && body->failed == SK_OK) {
        enum sk_report_step step;
        size_t used;

        body->failed = sk_report_write(body->report, p, len, &used, body->chunk, &step);
        if (body->failed != SK_OK) {
            return;
        }
        if (step == SK_REPORT_CHUNK) {
            body->failed = sk_file_writer_put(body->writer, body->chunk, sizeof body->chunk);
        }
        p += used;
        len -= used;
    }
}

static void put_text(struct sk_body_writer *body, const char *text)
{
    put(body, text, strlen(text));
}

/* 128 random bits: no content holds them by chance, and no writer can guess them. */
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
    enum sk_error e = SK_ERR_MEMORY;

    if (body == NULL) {
        return e;
    }
    body->writer = writer;
    body->report = sk_report_new();
    if (body->report == NULL) {
        goto out;
    }
    draw_boundary(body->boundary, sizeof body->boundary);
    address->boundary = body->boundary;
    e = sk_report_address(body->report, address, header);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_file_writer_put(writer, header, sizeof header);
    if (e != SK_OK) {
        goto out;
    }
    *out = body;
    return SK_OK;
out:
    address->boundary = NULL;
    sk_body_free(body);
    return e;
}

void sk_body_free(struct sk_body_writer *body)
{
    if (body != NULL) {
        sk_report_free(body->report);
        sk_secret_free(body);
    }
}

/* ---- parts ---------------------------------------------------------------------- */

static void part_begin(struct sk_body_writer *body, const char *name)
{
    char head[160];

    snprintf(head, sizeof head, "--%s\r\nContent-Disposition: form-data; name=\"%s\"",
             body->boundary, name);
    put_text(body, head);
}

/* Ends of lines become CR LF. */
static void put_lines(struct sk_body_writer *body, const char *text, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n' && text[i] != '\r') {
            continue;
        }
        put(body, text + start, i - start);
        put_text(body, "\r\n");
        if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n') {
            i++;
        }
        start = i + 1;
    }
    put(body, text + start, len - start);
}

enum sk_error sk_body_field(struct sk_body_writer *body, const char *name, const char *text,
                            size_t len)
{
    if (text == NULL) {
        return body->failed;
    }
    part_begin(body, name);
    put_text(body, "\r\n\r\n");
    put_lines(body, text, len);
    put_text(body, "\r\n");
    return body->failed;
}

/* Escaped as browsers do it: a quote or an end of line would end the name. Of a name that is not
 * UTF-8 only the ASCII is kept. */
static void put_name(struct sk_body_writer *body, const char *name)
{
    bool valid = sk_text_valid(name, strlen(name));

    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;

        if (c == '"') {
            put_text(body, "%22");
        } else if (c == '\r') {
            put_text(body, "%0D");
        } else if (c == '\n') {
            put_text(body, "%0A");
        } else if (!valid && (c < 0x20 || c >= 0x7F)) {
            put_text(body, "_");
        } else {
            put(body, name, 1);
        }
    }
}

static void put_all(struct sk_body_writer *body, int fd, struct sk_progress *progress)
{
    while (body->failed == SK_OK) {
        ssize_t n = read(fd, body->piece, sizeof body->piece);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            body->failed = n == 0 ? SK_OK : SK_ERR_IO;
            return;
        }
        put(body, body->piece, (size_t)n);
        if (body->failed == SK_OK) { /* drawing would change errno */
            sk_progress_add(progress, (uint64_t)n);
        }
    }
}

enum sk_error sk_body_file(struct sk_body_writer *body, const char *path, int fd,
                           struct sk_progress *progress)
{
    const char *slash = strrchr(path, '/');

    part_begin(body, "file");
    put_text(body, "; filename=\"");
    put_name(body, slash == NULL ? path : slash + 1);
    put_text(body, "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    put_all(body, fd, progress);
    put_text(body, "\r\n");
    return body->failed;
}

enum sk_error sk_body_end(struct sk_body_writer *body)
{
    bool last = false;

    put_text(body, "--");
    put_text(body, body->boundary);
    put_text(body, "--\r\n");
    while (body->failed == SK_OK && !last) {
        body->failed = sk_report_end(body->report, body->chunk, &last);
        if (body->failed != SK_OK) {
            break;
        }
        body->failed = sk_file_writer_put(body->writer, body->chunk, sizeof body->chunk);
    }
    return body->failed;
}
