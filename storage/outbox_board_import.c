#include "storage/outbox_board_import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "storage/outbox_boards.h"
#include "storage/outbox_chain.h"
#include "storage/outbox_tables.h"

/* ---- the file ---------------------------------------------------------------------------- */

struct sk_board_file {
    int fd;
    uint64_t len;
    struct sk_board claim;
    uint8_t header[SK_BOARD_HEADER_MAX];
};

static enum sk_error read_header(struct sk_board_file *file, const char *path)
{
    struct stat st;

    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0 || fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return SK_ERR_IO;
    }
    file->len = (uint64_t)st.st_size;
    enum sk_error e = sk_fd_read(file->fd, file->header, SK_BOARD_FIXED, SK_ERR_BOARD_LENGTH);

    if (e != SK_OK) {
        return e;
    }
    e = sk_board_peek(&file->claim, file->header, SK_BOARD_FIXED);
    return e == SK_OK ? sk_fd_read(file->fd, file->header + SK_BOARD_FIXED,
                                   file->claim.header_len - SK_BOARD_FIXED, SK_ERR_BOARD_LENGTH)
                      : e;
}

enum sk_error sk_board_file_open(struct sk_board_file **out, const char *path)
{
    struct sk_board_file *file = calloc(1, sizeof *file);

    if (file == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = read_header(file, path);

    if (e != SK_OK) {
        sk_board_file_close(file);
        return e;
    }
    *out = file;
    return SK_OK;
}

const struct sk_board *sk_board_file_claim(const struct sk_board_file *file)
{
    return &file->claim;
}

void sk_board_file_close(struct sk_board_file *file)
{
    int why = errno;

    if (file == NULL) {
        return;
    }
    if (file->fd >= 0) {
        close(file->fd);
    }
    free(file);
    errno = why;
}

/* ---- the checks ---------------------------------------------------------------------------- */

struct import {
    struct sk_txn *txn;
    struct sk_board_file *file;
    void (*progress)(void *, uint64_t, uint64_t);
    void *ctx;
    struct sk_ed25519_pk pin;
    struct sk_organisation_record org;
    struct sk_sheet sheet;
    struct sk_board board, last; /* last: the current one, if there is any */
    struct sk_organisation after;
};

static enum sk_error check_header(struct import *x)
{
    const struct sk_board_file *file = x->file;

    x->pin = file->claim.identity;
    enum sk_error e = sk_organisation_find(x->txn, &x->pin, &x->org);

    if (e != SK_OK) {
        return e;
    }
    e = sk_organisation_sheet(x->txn, &x->pin, &x->sheet);
    if (e != SK_OK) {
        return e;
    }
    e = sk_board_read(&x->board, file->header, file->claim.header_len, &x->sheet.desk);
    if (e != SK_OK) {
        return e;
    }
    if (x->org.has_board) {
        e = sk_organisation_board(x->txn, &x->pin, x->org.board, &x->last);
        if (e != SK_OK) {
            return e;
        }
    }
    e = sk_board_trust(&x->board, &x->sheet, x->org.has_board ? &x->last : NULL);
    if (e != SK_OK) {
        return e;
    }
    return file->len == sk_board_file_length(&x->board) ? SK_OK : SK_ERR_BOARD_LENGTH;
}

/* ---- storing --------------------------------------------------------------------------------- */

static enum sk_error store_buckets(struct import *x)
{
    size_t len = sk_board_bucket_length(&x->board);
    uint64_t done = x->file->claim.header_len;
    uint8_t *bytes = malloc(len), key[SK_BUCKET_KEY];
    enum sk_error e = bytes == NULL ? SK_ERR_MEMORY : SK_OK;

    for (unsigned i = 0; i < 1u << x->board.bucket_bits && e == SK_OK; i++) {
        e = sk_fd_read(x->file->fd, bytes, len, SK_ERR_BOARD_LENGTH);
        if (e != SK_OK) {
            break;
        }
        e = sk_board_bucket_check(&x->board, i, bytes, len);
        if (e != SK_OK) {
            break;
        }
        sk_bucket_key(key, &x->pin, x->board.counter, i);
        sk_txn_put(x->txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), sk_bytes(bytes, len));
        e = sk_txn_error(x->txn);
        done += len;
        if (e == SK_OK && x->progress != NULL) {
            x->progress(x->ctx, done, x->file->len);
        }
    }
    free(bytes);
    return e;
}

/* A missing board loses nothing: every board holds all answers. */
static void record_gap(struct import *x)
{
    struct sk_board_gaps *gaps = &x->org.gaps;
    uint64_t missing = sk_board_gap(&x->board, x->org.has_board ? &x->last : NULL);

    if (missing == 0) {
        return;
    }
    gaps->missing = gaps->missing > UINT64_MAX - missing ? UINT64_MAX : gaps->missing + missing;
    if (x->board.counter - x->last.counter > 1) {
        gaps->first = x->last.counter + 1;
        gaps->last = x->board.counter - 1;
    } else {
        gaps->first = gaps->last = x->last.counter;
    }
}

/* The board before the current one stays, for downloads under way; the one before that goes. */
static void make_current(struct import *x)
{
    uint8_t key[SK_BOARD_KEY], value[32 + SK_BOARD_HEADER_MAX];
    size_t header_len = x->file->claim.header_len;

    if (x->org.has_previous) {
        sk_board_delete(x->txn, &x->pin, x->org.previous);
    }
    x->org.has_previous = x->org.has_board;
    x->org.previous = x->org.board;
    x->org.has_board = true;
    x->org.board = x->board.counter;
    sk_board_key(key, &x->pin, x->board.counter);
    memcpy(value, x->sheet.desk.b, 32);
    memcpy(value + 32, x->file->header, header_len);
    sk_txn_put(x->txn, SK_OUTBOX_BOARDS, sk_bytes(key, sizeof key),
               sk_bytes(value, 32 + header_len));
    sk_organisation_put(x->txn, &x->pin, &x->org);
    sk_outbox_raise_version(x->txn);
}

static enum sk_error import(struct import *x)
{
    uint32_t serial = 0;
    enum sk_acknowledgement kind = SK_ACK_NONE;
    enum sk_error e = check_header(x);

    if (e != SK_OK) {
        return e;
    }
    e = store_buckets(x);
    if (e != SK_OK) {
        return e;
    }
    e = sk_chain_acknowledgement(x->txn, &x->board, &kind, &serial);
    if (e != SK_OK) {
        return e;
    }
    /* What the board before acknowledged stays beside it: only what both do may be deleted. */
    x->org.acknowledged_before = x->org.acknowledged;
    x->org.acknowledged = serial;
    x->org.kind = kind;
    record_gap(x);
    make_current(x);
    return sk_organisation_load(x->txn, &x->pin, &x->after);
}

enum sk_error sk_outbox_import_board(struct sk_outbox *outbox, struct sk_board_file *file,
                                     void (*progress)(void *, uint64_t done, uint64_t total),
                                     void *ctx, struct sk_organisation *after)
{
    struct import *x = calloc(1, sizeof *x);

    if (x == NULL) {
        return SK_ERR_MEMORY;
    }
    x->txn = sk_kv_begin(outbox->kv, true);
    x->file = file;
    x->progress = progress;
    x->ctx = ctx;
    sk_txn_fail(x->txn, import(x));
    enum sk_error e = sk_txn_commit(x->txn);

    if (e == SK_OK && after != NULL) {
        *after = x->after;
    }
    free(x);
    return e;
}
