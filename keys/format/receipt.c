#include "keys/format/receipt.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/cursor.h"
#include "keys/base/hash.h"

void sk_receipt_derive(struct sk_receipt *out, const uint8_t r[SK_CODE_RANDOM])
{
    uint8_t root[32], seed[32];

    memmove(out->r, r, SK_CODE_RANDOM); /* r may be out->r itself */
    sk_derive(root, NULL, "receipt-root", out->r, SK_CODE_RANDOM);

    sk_derive(out->row_key.b, root, "row", NULL, 0);
    sk_derive(out->mailbox_seed.b, root, "mailbox", NULL, 0);
    sk_derive(out->reply_sk.b, root, "reply-x25519", NULL, 0);
    crypto_scalarmult_base(out->reply_pk.b, out->reply_sk.b);
    sk_derive(seed, root, "sign-ed25519", NULL, 0);
    crypto_sign_seed_keypair(out->sign_pk.b, out->sign_sk.b, seed);
    sk_mailbox_derive(&out->mailbox, &out->mailbox_seed, &out->reply_pk, &out->sign_pk);

    sodium_memzero(root, sizeof root);
    sodium_memzero(seed, sizeof seed);
}

void sk_receipt_row(struct sk_row *out, const struct sk_row_key *key, uint32_t day)
{
    uint8_t derived[32], number[4];

    sk_put_u32(number, day);
    sk_derive(derived, key->b, "row-day", number, sizeof number);
    out->b[0] = key->b[0];
    memcpy(out->b + 1, derived, sizeof out->b - 1);
}

void sk_mailbox_derive(struct sk_mailbox *out, const struct sk_mailbox_seed *seed,
                       const struct sk_x25519_pk *reply_pk, const struct sk_ed25519_pk *sign_pk)
{
    uint8_t keys[sizeof reply_pk->b + sizeof sign_pk->b];
    struct sk_field_writer w = sk_write_to(keys, sizeof keys);

    sk_write_bytes(&w, reply_pk->b, sizeof reply_pk->b);
    sk_write_bytes(&w, sign_pk->b, sizeof sign_pk->b);
    sk_derive(out->b, seed->b, "mailbox", keys, sizeof keys);
}

void sk_receipt_random(struct sk_receipt *out)
{
    uint8_t r[SK_CODE_RANDOM];

    randombytes_buf(r, sizeof r);
    sk_receipt_derive(out, r);
    sodium_memzero(r, sizeof r);
}
