/* The receipt code and everything derived from it (FORMAT section 3). */
#ifndef SK_KEYS_SEAL_RECEIPT_H
#define SK_KEYS_SEAL_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_CODE_RANDOM 15
#define SK_CODE_TEXT 30 /* 25 symbols, four hyphens, NUL */

/* Everything one code is good for. All of it is secret but row, reply_pk and sign_pk: keep it in
 * memory from sk_secret_new(). */
struct sk_receipt {
    uint8_t r[SK_CODE_RANDOM];
    struct sk_row row;
    struct sk_mailbox mailbox;
    struct sk_x25519_sk reply_sk;
    struct sk_x25519_pk reply_pk;
    struct sk_ed25519_sk sign_sk;
    struct sk_ed25519_pk sign_pk;
};

/* Draws a new code. */
void sk_receipt_random(struct sk_receipt *out);

void sk_receipt_derive(struct sk_receipt *out, const uint8_t r[SK_CODE_RANDOM]);

/* Writes the code of r, hyphenated, into out. The caller wipes out. */
void sk_code_format(char out[SK_CODE_TEXT], const uint8_t r[SK_CODE_RANDOM]);

/* Reads what a person typed: ignores case, spaces (all Unicode ones that keyboards make) and
 * hyphens or dashes, maps O, I, L and Cyrillic look-alikes (UTF-8). text need not end with NUL.
 * CODE_SYMBOL, CODE_LENGTH, CODE_CHECK, tested in this order. */
enum sk_error sk_code_parse(uint8_t r[SK_CODE_RANDOM], const char *text, size_t len);

#endif
