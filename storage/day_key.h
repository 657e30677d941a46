/*
 * The key of a day: under it the rows that arrived since the last publication lie on the disk.
 *
 * The disk does not hold it. It is in guarded memory, and where the kernel keeps keys also in the
 * persistent keyring of the user (keyctl_get_persistent(3)): so it outlives the process, however
 * that ends, but neither the machine's power nor the way of the disk to somewhere else. Every
 * publication takes a new one; then the old one is revoked.
 */
#ifndef SK_STORAGE_DAY_KEY_H
#define SK_STORAGE_DAY_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

struct sk_day_key {
    uint8_t b[32];
}; /* secret: in memory from sk_secret_new() */

/* How the kernel finds it: the inbox, and the number of the publication that it follows. */
struct sk_key_name {
    uint8_t inbox[16];
    uint32_t number;
};

/* The key that is kept under this name, or a new one, kept from now on. *kept: false when it is in
 * this process's memory only. *out by sk_secret_free(). MEMORY. */
enum sk_error sk_day_key_take(struct sk_day_key **out, const struct sk_key_name *name, bool *kept);
/* A new one in any case. */
enum sk_error sk_day_key_draw(struct sk_day_key **out, const struct sk_key_name *name, bool *kept);
/* The kernel keeps it no longer. Absent is no error. */
void sk_day_key_forget(const struct sk_key_name *name);

/* A row as the table `pending` holds it: nonce, then XChaCha20-Poly1305-IETF of the row; additional
 * data: the 16 bytes under which it stands. */
#define SK_PENDING_NAME 16
#define SK_PENDING_BYTES (24 + 16 + 16)
void sk_pending_seal(uint8_t out[SK_PENDING_BYTES], const struct sk_day_key *key,
                     const uint8_t name[SK_PENDING_NAME], const struct sk_row *row);
/* false: another key, or damaged. */
bool sk_pending_open(struct sk_row *row, const struct sk_day_key *key,
                     const uint8_t name[SK_PENDING_NAME], const uint8_t in[SK_PENDING_BYTES]);

#endif
