#include "keys/seal/receipt.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/hash.h"

void sk_receipt_derive(struct sk_receipt *out, const uint8_t r[SK_CODE_RANDOM])
{
    uint8_t root[32], derived[32];

    memmove(out->r, r, SK_CODE_RANDOM); /* r may be out->r itself */
    sk_F(root, NULL, "receipt-root", out->r, SK_CODE_RANDOM);

    sk_F(derived, root, "row", NULL, 0);
    memcpy(out->row.b, derived, sizeof out->row.b);
    sk_F(out->mailbox.b, root, "mailbox", NULL, 0);
    sk_F(out->reply_sk.b, root, "reply-x25519", NULL, 0);
    crypto_scalarmult_base(out->reply_pk.b, out->reply_sk.b);
    sk_F(derived, root, "sign-ed25519", NULL, 0);
    crypto_sign_seed_keypair(out->sign_pk.b, out->sign_sk.b, derived);

    sodium_memzero(root, sizeof root);
    sodium_memzero(derived, sizeof derived);
}

void sk_receipt_random(struct sk_receipt *out)
{
    uint8_t r[SK_CODE_RANDOM];

    randombytes_buf(r, sizeof r);
    sk_receipt_derive(out, r);
    sodium_memzero(r, sizeof r);
}
