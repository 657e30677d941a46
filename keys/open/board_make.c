#include "keys/open/board_make.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "keys/base/plain.h"
#include "keys/base/secret.h"
#include "keys/format/signed.h"

enum { RECORD_BITS = 6, BUCKET_MAX = 1 << SK_RECORD_BITS_MAX };

/* A record before it is sealed. thread NULL: a filler, random bytes that open for nobody. */
struct place {
    uint8_t tag[SK_RECORD_TAG];
    const struct sk_thread *thread;
    uint8_t part, parts;
};

struct work {
    struct sk_board board; /* the plan, completed here */
    struct place *places;  /* of all live records, sorted by tag */
    size_t count;
    uint8_t *file;
    /* Secret, in guarded memory: the record being sealed. */
    struct scratch {
        struct sk_record record;
        uint8_t plain[SK_RECORD_PLAIN];
        uint8_t box[SK_RECORD_BOX];
        uint8_t key[32];
    } * scratch;
};

/* ---- which records ---------------------------------------------------------- */

static enum sk_error check_threads(const struct sk_thread *threads, size_t count)
{
    if (count > (size_t)BUCKET_MAX << SK_BOARD_BITS_MAX) {
        return SK_ERR_BOARD_OVERFLOW;
    }
    for (size_t i = 0; i < count; i++) {
        const struct sk_thread *t = &threads[i];

        if (t->text_len > SK_ANSWER_TEXT_MAX) {
            return SK_ERR_ANSWER_LENGTH;
        }
        if (sk_status_name(t->status) == NULL ||
            (t->text_len > 0 && !sk_text_valid(t->text, t->text_len))) {
            return SK_ERR_ANSWER_FORMAT;
        }
    }
    return SK_OK;
}

static int by_mailbox_then_place(const void *a, const void *b)
{
    const struct sk_thread *x = *(const struct sk_thread *const *)a;
    const struct sk_thread *y = *(const struct sk_thread *const *)b;
    int r = memcmp(x->mailbox.b, y->mailbox.b, sizeof x->mailbox.b);

    return r != 0 ? r : (x > y) - (x < y);
}

static int by_tag(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return memcmp(x->tag, y->tag, SK_RECORD_TAG);
}

static bool has_double(const struct place *sorted, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (by_tag(&sorted[i - 1], &sorted[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void place_thread(struct work *w, const struct sk_thread *t)
{
    size_t full = (t->text_len + SK_ANSWER_PART_TEXT - 1) / SK_ANSWER_PART_TEXT;
    uint8_t parts = (uint8_t)(full > 0 ? full : 1); /* an empty text has one part */

    for (uint8_t part = 0; part < parts; part++) {
        struct place *p = &w->places[w->count++];

        sk_record_tag(p->tag, &t->mailbox, &w->board.identity, w->board.counter, part);
        p->thread = t;
        p->part = part;
        p->parts = parts;
    }
}

static enum sk_error place_all(struct work *w, const struct sk_thread *threads, size_t count)
{
    const struct sk_thread **order = malloc((count + 1) * sizeof *order);

    w->places = malloc((count * SK_ANSWER_PARTS + 1) * sizeof *w->places);
    if (order == NULL || w->places == NULL) {
        free(order);
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = &threads[i];
    }
    qsort(order, count, sizeof *order, by_mailbox_then_place);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || memcmp(order[i - 1]->mailbox.b, order[i]->mailbox.b, 32) != 0) {
            place_thread(w, order[i]);
        }
    }
    free(order);
    qsort(w->places, w->count, sizeof *w->places, by_tag);
    /* write_bucket() relies on distinct tags; random ones do not collide. */
    return has_double(w->places, w->count) ? SK_ERR_USAGE : SK_OK;
}

/* ---- which size ------------------------------------------------------------- */

static bool fits(const struct work *w, uint8_t bucket_bits, uint8_t record_bits)
{
    size_t room = (size_t)1 << record_bits, in_bucket = 0;
    unsigned bucket = 0;

    for (size_t i = 0; i < w->count; i++) {
        unsigned here = sk_record_bucket(w->places[i].tag, bucket_bits);

        in_bucket = i > 0 && here == bucket ? in_bucket + 1 : 1;
        bucket = here;
        if (in_bucket > room) {
            return false;
        }
    }
    return true;
}

/* The smallest board that is at most half full, so that its size does not show a few threads more
 * or less. Buckets grow only when their number cannot; a board more than half full is the last
 * resort. */
static enum sk_error choose_size(struct work *w)
{
    for (unsigned share = 2; share >= 1; share--) {
        for (uint8_t c = RECORD_BITS; c <= SK_RECORD_BITS_MAX; c++) {
            for (uint8_t b = 0; b <= SK_BOARD_BITS_MAX; b++) {
                if (w->count * share <= (size_t)1 << (b + c) && fits(w, b, c)) {
                    w->board.bucket_bits = b;
                    w->board.record_bits = c;
                    return SK_OK;
                }
            }
        }
    }
    return SK_ERR_BOARD_OVERFLOW;
}

/* ---- records ---------------------------------------------------------------- */

static void write_plain(struct scratch *s, const struct place *p)
{
    const struct sk_thread *t = p->thread;
    size_t from = (size_t)p->part * SK_ANSWER_PART_TEXT;
    size_t len = t->text_len - from;

    if (len > SK_ANSWER_PART_TEXT) {
        len = SK_ANSWER_PART_TEXT;
    }
    s->record = (struct sk_record){
        .status = t->status,
        .part = p->part,
        .parts = p->parts,
        .day = t->day,
        .envelope = t->envelope,
        .text_len = (uint16_t)len,
        .text = len > 0 ? (const uint8_t *)t->text + from : NULL,
    };
    sk_record_write(s->plain, &s->record);
}

static void write_record(struct work *w, uint8_t *out, const struct place *p)
{
    static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
    struct scratch *s = w->scratch;

    memcpy(out, p->tag, SK_RECORD_TAG);
    if (p->thread == NULL) {
        randombytes_buf(out + SK_RECORD_TAG, SK_RECORD_SEALED);
        return;
    }
    write_plain(s, p);
    if (crypto_box_seal(s->box, s->plain, sizeof s->plain, p->thread->reply_pk.b) != 0) {
        randombytes_buf(s->box, sizeof s->box); /* a key of low order: for nobody */
    }
    sk_record_key(s->key, &p->thread->mailbox, &w->board.identity, w->board.counter, p->part);
    crypto_aead_chacha20poly1305_ietf_encrypt(out + SK_RECORD_TAG, NULL, s->box, sizeof s->box,
                                              p->tag, SK_RECORD_TAG, NULL, nonce, s->key);
}

/* *next: the first live record not yet written, advanced past this bucket. */
static void write_bucket(struct work *w, uint8_t *out, unsigned bucket, size_t *next)
{
    struct place all[BUCKET_MAX];
    size_t room = (size_t)1 << w->board.record_bits, live = 0;

    while (*next + live < w->count &&
           sk_record_bucket(w->places[*next + live].tag, w->board.bucket_bits) == bucket) {
        live++;
    }
    do {
        memcpy(all, w->places + *next, live * sizeof *all);
        for (size_t i = live; i < room; i++) {
            all[i] = (struct place){.thread = NULL};
            sk_record_draw_tag(all[i].tag, bucket, w->board.bucket_bits);
        }
        qsort(all, room, sizeof *all, by_tag);
    } while (has_double(all, room));
    for (size_t i = 0; i < room; i++) {
        write_record(w, out + i * SK_RECORD_BYTES, &all[i]);
    }
    *next += live;
}

/* ---- the file --------------------------------------------------------------- */

static enum sk_error write_file(struct work *w, const struct sk_ed25519_sk *desk)
{
    size_t buckets = (size_t)1 << w->board.bucket_bits, len = sk_board_bucket_length(&w->board);
    size_t next = 0;

    w->board.header_len = sk_board_header_bytes(w->board.bucket_bits);
    w->file = malloc(sk_board_file_length(&w->board));
    w->scratch = sk_secret_new(sizeof *w->scratch);
    if (w->file == NULL || w->scratch == NULL) {
        return SK_ERR_MEMORY;
    }
    for (unsigned i = 0; i < buckets; i++) {
        uint8_t *bucket = w->file + w->board.header_len + i * len;

        write_bucket(w, bucket, i, &next);
        sk_blake2b(&w->board.buckets[i], bucket, len);
    }
    sk_board_write(w->file, &w->board);
    return sk_signed_make(w->file, w->board.header_len, SK_BOARD_LABEL, desk);
}

static enum sk_error emit_file(const struct work *w,
                               enum sk_error (*emit)(void *ctx, const uint8_t *bytes, size_t len),
                               void *ctx)
{
    size_t len = sk_board_bucket_length(&w->board);
    const uint8_t *bucket = w->file + w->board.header_len;
    enum sk_error e = emit(ctx, w->file, w->board.header_len);

    for (size_t i = 0; e == SK_OK && i < (size_t)1 << w->board.bucket_bits; i++, bucket += len) {
        e = emit(ctx, bucket, len);
    }
    return e;
}

enum sk_error sk_board_make(const struct sk_board *plan, const struct sk_ed25519_sk *desk,
                            const struct sk_thread *threads, size_t count,
                            enum sk_error (*emit)(void *ctx, const uint8_t *bytes, size_t len),
                            void *ctx, struct sk_digest *header_digest)
{
    struct work w = {.board = *plan};
    enum sk_error e = check_threads(threads, count);

    if (e != SK_OK) {
        return e;
    }
    e = place_all(&w, threads, count);
    if (e != SK_OK) {
        goto out;
    }
    e = choose_size(&w);
    if (e != SK_OK) {
        goto out;
    }
    e = write_file(&w, desk);
    if (e != SK_OK) {
        goto out;
    }
    e = emit_file(&w, emit, ctx);
    if (e == SK_OK && header_digest != NULL) {
        sk_blake2b(header_digest, w.file, w.board.header_len);
    }
out:
    sk_secret_free(w.scratch);
    free(w.file);
    free(w.places);
    return e;
}
