#include "keys/format/answer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/plain.h"
#include "keys/base/secret.h"

static const char *const names[] = {
#define STATUS(number, name, word, sentence, brief) [number] = word,
#include "keys/base/status.def"
#undef STATUS
};

const char *sk_status_name(unsigned status)
{
    return status < sizeof names / sizeof *names ? names[status] : NULL;
}

unsigned sk_status_of_name(const char *name)
{
    for (unsigned i = 1; i < SK_STATUS_END; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return 0;
}

/* The lookup of one code in one board. */
struct lookup {
    const struct sk_board *board;
    const struct sk_receipt *receipt;
    sk_bucket_reader reader;
    void *ctx;
    uint8_t *bucket; /* sk_board_bucket_length() bytes */
    /* The rest is secret. */
    struct sk_answer answer; /* the parts read so far */
    uint8_t key[32];
    uint8_t box[SK_RECORD_BOX];
    uint8_t plain[SK_RECORD_PLAIN];
    struct sk_record record; /* read from plain */
    unsigned parts;
};

/* Compares every record, so that the time does not depend on where a tag stands. */
static const uint8_t *find_tag(const uint8_t *bucket, size_t len, const uint8_t *tag)
{
    const uint8_t *found = NULL;

    for (size_t i = 0; i < len; i += SK_RECORD_BYTES) {
        if (sodium_memcmp(bucket + i, tag, SK_RECORD_TAG) == 0) {
            found = bucket + i;
        }
    }
    return found;
}

/* Both layers are opened even when the outer one fails: a box that begins with a valid public key
 * and opens for nobody takes the place of the missing one, at the same cost. */
static bool open_record(struct lookup *s, const uint8_t *record, const uint8_t *tag)
{
    static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};
    bool good = crypto_aead_chacha20poly1305_ietf_decrypt(s->box, NULL, NULL,
                                                          record + SK_RECORD_TAG, SK_RECORD_SEALED,
                                                          tag, SK_RECORD_TAG, nonce, s->key) == 0;

    if (!good) {
        memcpy(s->box, s->receipt->reply_pk.b, sizeof s->receipt->reply_pk.b);
    }
    return crypto_box_seal_open(s->plain, s->box, SK_RECORD_BOX, s->receipt->reply_pk.b,
                                s->receipt->reply_sk.b) == 0 &&
           good;
}

/* Decrypts a part into s->plain. NOT_FOUND, ANSWER_FORGED, BOARD_..., the reader's error. */
static enum sk_error open_part(struct lookup *s, uint8_t part)
{
    const struct sk_board *b = s->board;
    size_t len = sk_board_bucket_length(b);
    uint8_t tag[SK_RECORD_TAG];
    const uint8_t *record;

    sk_record_tag(tag, &s->receipt->mailbox, &b->identity, b->counter, part);
    unsigned number = sk_record_bucket(tag, b->bucket_bits);
    enum sk_error e = s->reader(s->ctx, number, s->bucket, len);

    if (e != SK_OK) {
        return e;
    }
    e = sk_board_bucket_check(b, number, s->bucket, len);
    if (e != SK_OK) {
        return e;
    }
    record = find_tag(s->bucket, len, tag);
    sk_record_key(s->key, &s->receipt->mailbox, &b->identity, b->counter, part);
    bool opened = open_record(s, record == NULL ? s->bucket : record, tag);

    if (record == NULL) {
        return SK_ERR_NOT_FOUND;
    }
    return opened ? SK_OK : SK_ERR_ANSWER_FORGED;
}

/* Appends the part in s->plain; all parts must agree on status, day and envelope. ANSWER_FORMAT. */
static enum sk_error append_part(struct lookup *s, uint8_t part)
{
    struct sk_answer *answer = &s->answer;
    const struct sk_record *record = &s->record;
    enum sk_error e = sk_record_read(&s->record, s->plain);

    if (e != SK_OK) {
        return e;
    }
    if (part == 0) {
        answer->status = record->status;
        answer->day = record->day;
        answer->envelope = record->envelope;
        s->parts = record->parts;
    }
    if (record->part != part || record->parts != s->parts || record->status != answer->status ||
        record->day != answer->day ||
        sodium_memcmp(record->envelope.b, answer->envelope.b, sizeof answer->envelope.b) != 0) {
        return SK_ERR_ANSWER_FORMAT;
    }
    memcpy(answer->text + answer->text_len, record->text, record->text_len);
    answer->text_len += record->text_len;
    return SK_OK;
}

/* Opens all parts that an answer can have, so that the time tells neither whether a code is known
 * nor how long the answer is. Errors of parts that the answer does not have are ignored. */
static enum sk_error open_all_parts(struct lookup *s)
{
    enum sk_error e = SK_OK;

    for (uint8_t part = 0; part < SK_ANSWER_PARTS; part++) {
        enum sk_error now = open_part(s, part);

        if (e != SK_OK || (part > 0 && part >= s->parts)) {
            continue;
        }
        if (now == SK_OK) {
            now = append_part(s, part);
        }
        e = part > 0 && now == SK_ERR_NOT_FOUND ? SK_ERR_ANSWER_PARTS : now;
    }
    if (e == SK_OK && !sk_text_valid(s->answer.text, s->answer.text_len)) {
        e = SK_ERR_ANSWER_FORMAT;
    }
    return e;
}

enum sk_error sk_answer_read(struct sk_answer *out, const struct sk_board *board,
                             const struct sk_receipt *receipt, sk_bucket_reader reader, void *ctx)
{
    struct lookup *s = sk_secret_new(sizeof *s);
    uint8_t *bucket = malloc(sk_board_bucket_length(board));
    enum sk_error e = SK_ERR_MEMORY;

    if (s == NULL || bucket == NULL) {
        goto out;
    }
    s->board = board;
    s->receipt = receipt;
    s->reader = reader;
    s->ctx = ctx;
    s->bucket = bucket;
    e = open_all_parts(s);
    if (e == SK_OK) {
        memcpy(out, &s->answer, sizeof *out);
    }
out:
    free(bucket);
    sk_secret_free(s);
    return e;
}
