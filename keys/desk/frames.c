#include "keys/desk/frames.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/cursor.h"
#include "keys/base/secret.h"
#include "keys/desk/text.h"

enum where { BETWEEN, IN_FIELD, IN_FILE, OVER };

struct reader {
    int fd;
    enum sk_parse_mode mode;
    enum where where;
    bool headed; /* the current part has its header lines */
    enum sk_parse_outcome outcome;
    unsigned parts;
    uint64_t in_part, total, body_len;
    const struct sk_frame_handler *handler;
    void *ctx;
    uint8_t payload[SK_PARSE_PIECE];
    char names[3][SK_REPAIR_ROOM(SK_PARSE_NAME_MAX) + 1];
};

enum sk_error sk_frames_bytes(int fd, uint8_t *p, size_t len)
{
    while (len > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int r = poll(&ready, 1, SK_FRAMES_TIMEOUT_MS);
        ssize_t n = r > 0 ? read(fd, p, len) : r;

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? SK_ERR_PARSE_FAILED : SK_ERR_IO;
        }
        p += n;
        len -= (size_t)n;
    }
    return SK_OK;
}

static void repair_name(char *out, const uint8_t *in, size_t len)
{
    struct sk_repair repair = {.held_len = 0};

    out[sk_repair(&repair, out, in, len, true)] = '\0';
}

static void begin_part(struct reader *r, enum where where)
{
    r->where = where;
    r->in_part = 0;
    r->headed = false;
}

static enum sk_error on_field(struct reader *r, size_t len)
{
    if (r->where != BETWEEN || len > SK_PARSE_NAME_MAX || ++r->parts > SK_PARSE_PARTS_MAX) {
        return SK_ERR_PARSE_FAILED;
    }
    begin_part(r, IN_FIELD);
    repair_name(r->names[0], r->payload, len);
    return r->handler->field(r->ctx, r->names[0]);
}

static enum sk_error on_file(struct reader *r, size_t len)
{
    struct sk_field_reader fields = sk_read_from(r->payload, len);

    if (r->where != BETWEEN || ++r->parts > SK_PARSE_PARTS_MAX) {
        return SK_ERR_PARSE_FAILED;
    }
    for (unsigned i = 0; i < 3; i++) {
        size_t n = sk_read_u16(&fields);
        const uint8_t *name = sk_read_span(&fields, n);

        if (name == NULL || n > SK_PARSE_NAME_MAX) {
            return SK_ERR_PARSE_FAILED;
        }
        repair_name(r->names[i], name, n);
    }
    if (fields.left != 0) {
        return SK_ERR_PARSE_FAILED;
    }
    begin_part(r, IN_FILE);
    return r->handler->file(r->ctx, r->names[0], r->names[1], r->names[2]);
}

static enum sk_error on_head(struct reader *r, size_t len)
{
    if ((r->where != IN_FIELD && r->where != IN_FILE) || r->headed || r->in_part > 0 || len == 0 ||
        len > SK_PARSE_HEAD_MAX || r->mode != SK_PARSE_FULL) {
        return SK_ERR_PARSE_FAILED;
    }
    r->headed = true;
    return r->handler->head != NULL ? r->handler->head(r->ctx, r->payload, len) : SK_OK;
}

static enum sk_error on_piece(struct reader *r, enum where where, size_t len)
{
    bool listing = r->mode == SK_PARSE_LIST;

    /* Empty frames are refused, since they could go on for ever. */
    if (len == 0 || r->where != where || len > r->body_len - r->total ||
        (listing && where == IN_FILE) || (listing && r->in_part + len > SK_PARSE_PIECE)) {
        return SK_ERR_PARSE_FAILED;
    }
    r->in_part += len;
    r->total += len;
    return where == IN_FIELD ? r->handler->field_more(r->ctx, r->payload, len)
                             : r->handler->data(r->ctx, r->payload, len);
}

static enum sk_error on_part_end(struct reader *r, enum where where, size_t len)
{
    uint64_t whole;

    if (r->where != where || len != 8) {
        return SK_ERR_PARSE_FAILED;
    }
    whole = sk_get_u64(r->payload);
    if (whole > r->body_len || whole < r->in_part ||
        (r->mode == SK_PARSE_FULL && whole != r->in_part)) {
        return SK_ERR_PARSE_FAILED;
    }
    r->where = BETWEEN;
    return where == IN_FIELD ? r->handler->field_end(r->ctx, whole)
                             : r->handler->file_end(r->ctx, whole);
}

static enum sk_error on_end(struct reader *r, size_t len)
{
    if (r->where != BETWEEN || len != 1 || r->payload[0] > SK_PARSE_CROWDED) {
        return SK_ERR_PARSE_FAILED;
    }
    r->outcome = (enum sk_parse_outcome)r->payload[0];
    r->where = OVER;
    return SK_OK;
}

static enum sk_error on_frame(struct reader *r, uint8_t type, size_t len)
{
    switch (type) {
    case SK_FRAME_FIELD:
        return on_field(r, len);
    case SK_FRAME_FIELD_MORE:
        return on_piece(r, IN_FIELD, len);
    case SK_FRAME_FIELD_END:
        return on_part_end(r, IN_FIELD, len);
    case SK_FRAME_FILE:
        return on_file(r, len);
    case SK_FRAME_DATA:
        return on_piece(r, IN_FILE, len);
    case SK_FRAME_FILE_END:
        return on_part_end(r, IN_FILE, len);
    case SK_FRAME_HEAD_LINES:
        return on_head(r, len);
    case SK_FRAME_END:
        return on_end(r, len);
    default:
        return SK_ERR_PARSE_FAILED;
    }
}

static enum sk_error read_frame(struct reader *r)
{
    uint8_t head[SK_FRAME_HEAD];
    struct sk_field_reader fields = sk_read_from(head, sizeof head);
    enum sk_error e = sk_frames_bytes(r->fd, head, sizeof head);

    if (e != SK_OK) {
        return e;
    }
    uint8_t type = sk_read_u8(&fields);
    size_t len = sk_read_u32(&fields);

    if (len > sizeof r->payload) {
        return SK_ERR_PARSE_FAILED;
    }
    e = sk_frames_bytes(r->fd, r->payload, len);
    return e == SK_OK ? on_frame(r, type, len) : e;
}

enum sk_error sk_frames_read(int fd, enum sk_parse_mode mode, uint64_t body_len,
                             const struct sk_frame_handler *handler, void *ctx,
                             enum sk_parse_outcome *outcome)
{
    struct reader *r = sk_secret_new(sizeof *r);
    enum sk_error e = SK_OK;

    if (r == NULL) {
        return SK_ERR_MEMORY;
    }
    r->fd = fd;
    r->mode = mode;
    r->body_len = body_len;
    r->handler = handler;
    r->ctx = ctx;
    while (e == SK_OK && r->where != OVER) {
        e = read_frame(r);
    }
    if (e == SK_OK) {
        *outcome = r->outcome;
    }
    sk_secret_free(r);
    return e;
}
