/*
 * One record of a board (FORMAT section 5): tag || AEAD(crypto_box_seal(plaintext)). Its tag, its
 * bucket, the key of its outer layer and its plaintext, for desks, which write records
 * (keys/open/board_make.h), and for holders of codes, who read them (answer.h).
 */
#ifndef SK_KEYS_FORMAT_RECORD_H
#define SK_KEYS_FORMAT_RECORD_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_RECORD_BYTES 1024
#define SK_RECORD_TAG 16
#define SK_RECORD_PLAIN 944
#define SK_RECORD_BOX (SK_RECORD_PLAIN + crypto_box_SEALBYTES)
#define SK_RECORD_SEALED (SK_RECORD_BOX + crypto_aead_chacha20poly1305_ietf_ABYTES)
#define SK_RECORD_TEXT 896 /* of one part */
#define SK_RECORD_PARTS 4  /* at most, of one answer */

/* The plaintext. Secret, like the plaintext that `text` points into. */
struct sk_record {
    uint8_t status;      /* enum sk_status */
    uint8_t part, parts; /* part < parts */
    uint32_t day;
    struct sk_digest envelope;
    uint16_t text_len; /* at most SK_RECORD_TEXT */
    const uint8_t *text;
};

void sk_record_write(uint8_t plain[SK_RECORD_PLAIN], const struct sk_record *record);

/* ANSWER_FORMAT: version, status, parts, lengths, reserved bytes or padding. The caller checks that
 * it is the part it wants and that the parts of an answer agree. Fills *out also on failure, rather
 * than copy a secret. */
enum sk_error sk_record_read(struct sk_record *out, const uint8_t plain[SK_RECORD_PLAIN]);

/* tag = F(mailbox, "tag", identity || u64 counter || u8 part)[0..15]; its bucket: top b bits. */
void sk_record_tag(uint8_t tag[SK_RECORD_TAG], const struct sk_mailbox *mailbox,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part);
void sk_record_key(uint8_t key[32], const struct sk_mailbox *mailbox,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part);
unsigned sk_record_bucket(const uint8_t tag[SK_RECORD_TAG], uint8_t bucket_bits);
/* Draws a random tag of that bucket. */
void sk_record_draw_tag(uint8_t tag[SK_RECORD_TAG], unsigned bucket, uint8_t bucket_bits);

#endif
