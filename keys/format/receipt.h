/* The receipt code and everything derived from it (FORMAT section 3). */
#ifndef SK_KEYS_FORMAT_RECEIPT_H
#define SK_KEYS_FORMAT_RECEIPT_H

#include <stdint.h>

#include "keys/base/key_types.h"
#include "keys/format/code.h"

/* How far from today a code's rows are looked for: rows are kept for about 400 days, and the
 * submitter's clock may be ahead. */
#define SK_ROW_DAYS_BACK 410u
#define SK_ROW_DAYS_AHEAD 8u

struct sk_row_key {
    uint8_t b[32];
}; /* secret: the rows of all days are derived from it */
struct sk_mailbox_seed {
    uint8_t b[32];
}; /* secret towards all but the addressed desks */

/* A code and everything derived from it. All of it is secret but reply_pk and sign_pk: keep it in
 * memory from sk_secret_new(). */
struct sk_receipt {
    uint8_t r[SK_CODE_RANDOM];
    struct sk_row_key row_key;
    struct sk_mailbox_seed mailbox_seed;
    struct sk_mailbox mailbox; /* sk_mailbox_derive() of the seed and the two keys */
    struct sk_x25519_sk reply_sk;
    struct sk_x25519_pk reply_pk;
    struct sk_ed25519_sk sign_sk;
    struct sk_ed25519_pk sign_pk;
};

/* Draws a new code. */
void sk_receipt_random(struct sk_receipt *out);

void sk_receipt_derive(struct sk_receipt *out, const uint8_t r[SK_CODE_RANDOM]);

/* The row of a report sent on this day; its first byte is the same for all days. */
void sk_receipt_row(struct sk_row *out, const struct sk_row_key *key, uint32_t day);

/* F(seed, "mailbox", reply_pk || sign_pk): bound to the keys, so that a recipient, who knows the
 * seed, cannot claim the mailbox with other keys. */
void sk_mailbox_derive(struct sk_mailbox *out, const struct sk_mailbox_seed *seed,
                       const struct sk_x25519_pk *reply_pk, const struct sk_ed25519_pk *sign_pk);

#endif
