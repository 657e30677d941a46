/*
 * One struct per kind of key, so that the compiler refuses a mix-up.
 * Secret kinds live in memory from sk_secret_new() and are wiped by their owner.
 */
#ifndef SK_KEYS_BASE_KEY_TYPES_H
#define SK_KEYS_BASE_KEY_TYPES_H

#include <stdint.h>

struct sk_x25519_pk {
    uint8_t b[32];
}; /* a recipient's or a reply public key */
struct sk_x25519_sk {
    uint8_t b[32];
}; /* secret */
struct sk_ed25519_pk {
    uint8_t b[32];
};
struct sk_ed25519_sk {
    uint8_t b[64];
}; /* secret; libsodium's form, seed || pk */
struct sk_signature {
    uint8_t b[64];
}; /* Ed25519, detached */
struct sk_file_key {
    uint8_t b[32];
}; /* secret; FORMAT 1 */
struct sk_payload_key {
    uint8_t b[32];
}; /* secret; opens the chunks of one envelope */
struct sk_mailbox {
    uint8_t b[32];
}; /* secret towards all but the addressed desks; FORMAT 3 */
struct sk_row {
    uint8_t b[16];
}; /* public name of a receipt; FORMAT 3 */
struct sk_digest {
    uint8_t b[32];
}; /* BLAKE2b-256 */

#endif
