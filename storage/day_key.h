/*
 * The key of a day: the rows that arrived since the last publication are sealed under it on the
 * disk.
 *
 * The disk does not hold it. It is in guarded memory, and where the kernel keeps keys also in the
 * persistent keyring of the user (keyctl_get_persistent(3)): so it outlives the process, however
 * that ends, but not a loss of power, and it does not go along with the disk. Every publication
 * makes a new one, then revokes the old one.
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

/* The key that the kernel keeps under this name, or a new one. *kept: false when it is in this
 * process's memory only. *out by sk_secret_free(). MEMORY. */
enum sk_error sk_day_key_load(struct sk_day_key **out, const struct sk_key_name *name, bool *kept);
/* A new one in any case. */
enum sk_error sk_day_key_new(struct sk_day_key **out, const struct sk_key_name *name, bool *kept);
/* Takes it from the kernel. Absent is no error. */
void sk_day_key_revoke(const struct sk_key_name *name);

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
