#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "storage/outbox_private.h"

struct import {
    int fd;
    uint64_t file_len;
    size_t header_len;
    uint8_t header[SK_BOARD_HEADER_MAX];
    struct sk_org org;
    struct sk_ed25519_pk pin;
    struct sk_board board, last;
    struct sk_organisation organisation; /* as it is after the import */
};

/* ---- the file ---------------------------------------------------------------------------- */

static enum sk_error open_board(struct import *x, const char *path)
{
    struct stat st;

    x->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (x->fd < 0) {
        return SK_ERR_IO;
    }
    if (fstat(x->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return SK_ERR_IO;
    }
    x->file_len = (uint64_t)st.st_size;
    return SK_OK;
}

static enum sk_error read_header(struct import *x)
{
    enum sk_error e = sk_fd_read(x->fd, x->header, SK_BOARD_FIXED, SK_ERR_BOARD_LENGTH);

    if (e == SK_OK) {
        e = sk_board_peek(&x->board, x->header, SK_BOARD_FIXED);
    }
    if (e != SK_OK) {
        return e;
    }
    x->header_len = x->board.header_len;
    x->pin = x->board.identity;
    return sk_fd_read(x->fd, x->header + SK_BOARD_FIXED, x->header_len - SK_BOARD_FIXED,
                      SK_ERR_BOARD_LENGTH);
}

/* ---- the checks ---------------------------------------------------------------------------- */

static enum sk_error check_header(struct sk_txn *txn, struct import *x)
{
    struct sk_sheet *sheet = &x->organisation.sheet;
    enum sk_error e = sk_org_get(txn, &x->pin, &x->org);

    if (e == SK_OK) {
        e = sk_org_sheet(txn, &x->pin, sheet);
    }
    if (e == SK_OK) {
        e = sk_board_read(&x->board, x->header, x->header_len, &sheet->desk);
    }
    if (e == SK_OK && x->org.has_board) {
        e = sk_org_board(txn, &x->pin, x->org.board, &x->last);
        e = e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
    }
    if (e == SK_OK) {
        e = sk_board_trust(&x->board, sheet, x->org.has_board ? &x->last : NULL);
    }
    if (e == SK_OK && x->file_len != sk_board_file_length(&x->board)) {
        e = SK_ERR_BOARD_LENGTH;
    }
    return e;
}

static enum sk_error take_bucket(struct sk_txn *txn, struct import *x, unsigned i, uint8_t *bytes,
                                 size_t len)
{
    uint8_t key[SK_BUCKET_KEY];
    enum sk_error e = sk_fd_read(x->fd, bytes, len, SK_ERR_BOARD_LENGTH);

    if (e == SK_OK) {
        e = sk_board_bucket_check(&x->board, i, bytes, len);
    }
    if (e == SK_OK) {
        sk_bucket_key(key, &x->pin, x->board.counter, i);
        sk_txn_put(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), sk_bytes(bytes, len));
        e = sk_txn_error(txn);
    }
    return e;
}

static enum sk_error take_buckets(struct sk_txn *txn, struct import *x,
                                  void (*progress)(void *, uint64_t, uint64_t), void *ctx)
{
    size_t len = sk_board_bucket_length(&x->board);
    uint64_t done = x->header_len;
    uint8_t *bytes = malloc(len);
    enum sk_error e = bytes == NULL ? SK_ERR_MEMORY : SK_OK;

    for (unsigned i = 0; i < 1u << x->board.bucket_bits && e == SK_OK; i++) {
        e = take_bucket(txn, x, i, bytes, len);
        done += len;
        if (e == SK_OK && progress != NULL) {
            progress(ctx, done, x->file_len);
        }
    }
    free(bytes);
    return e;
}

/* ---- storing --------------------------------------------------------------------------------- */

void sk_board_delete(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter)
{
    uint8_t key[SK_BUCKET_KEY];
    struct sk_bytes value;

    sk_bucket_key(key, pin, counter, 0);
    sk_txn_delete(txn, SK_OUTBOX_BOARDS, sk_bytes(key, SK_BOARD_KEY));
    for (uint32_t i = 0; sk_txn_get(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), &value);) {
        sk_txn_delete(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key));
        sk_bucket_key(key, pin, counter, ++i);
    }
}

/* Each board holds all answers, so that nothing is lost by one that never came. */
static void note_gap(struct import *x)
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

/* What the board before said stays beside it: only what both acknowledge may go. */
static enum sk_error note_acknowledgement(struct sk_txn *txn, struct import *x)
{
    uint32_t serial = 0;
    enum sk_acknowledgement kind = SK_ACK_NONE;
    enum sk_error e = sk_chain_judge(txn, &x->board, &kind, &serial);

    if (e == SK_OK) {
        x->org.before = x->org.acknowledged;
        x->org.acknowledged = serial;
        x->org.kind = kind;
    }
    return e;
}

/* The one before the current stays, for whoever is just downloading it. */
static enum sk_error make_current(struct sk_txn *txn, struct import *x)
{
    uint8_t key[SK_BOARD_KEY], value[32 + SK_BOARD_HEADER_MAX];

    if (x->org.has_previous) {
        sk_board_delete(txn, &x->pin, x->org.previous);
    }
    x->org.has_previous = x->org.has_board;
    x->org.previous = x->org.board;
    x->org.has_board = true;
    x->org.board = x->board.counter;
    sk_board_key(key, &x->pin, x->board.counter);
    memcpy(value, x->organisation.sheet.desk.b, 32);
    memcpy(value + 32, x->header, x->header_len);
    sk_txn_put(txn, SK_OUTBOX_BOARDS, sk_bytes(key, sizeof key),
               sk_bytes(value, 32 + x->header_len));
    sk_org_put(txn, &x->pin, &x->org);
    sk_outbox_raise_version(txn);
    return sk_org_load(txn, &x->pin, &x->organisation);
}

static enum sk_error import(struct sk_outbox *outbox, struct import *x,
                            void (*progress)(void *, uint64_t, uint64_t), void *ctx)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK) {
        e = check_header(txn, x);
    }
    if (e == SK_OK) {
        e = take_buckets(txn, x, progress, ctx);
    }
    if (e == SK_OK) {
        note_gap(x);
        e = note_acknowledgement(txn, x);
    }
    if (e == SK_OK) {
        e = make_current(txn, x);
    }
    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    return sk_txn_commit(txn);
}

enum sk_error sk_outbox_import_board(struct sk_outbox *outbox, const char *path, time_t now,
                                     void (*progress)(void *, uint64_t done, uint64_t total),
                                     void *ctx, struct sk_organisation *organisation)
{
    struct import *x = calloc(1, sizeof *x);

    (void)now; /* a board has no time of its own to be refused by: stale ones are still newer */
    if (x == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = open_board(x, path);

    if (e == SK_OK) {
        e = read_header(x);
    }
    if (e == SK_OK) {
        e = import(outbox, x, progress, ctx);
    }
    if (e == SK_OK && organisation != NULL) {
        *organisation = x->organisation;
    }
    if (x->fd >= 0) {
        close(x->fd);
    }
    free(x);
    return e;
}
