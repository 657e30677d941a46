/*
 * Memory for secrets: guard pages, locked, kept out of core dumps, wiped when freed
 * (sodium_malloc), and a process-wide set-up that every program calls first.
 */
#ifndef SK_KEYS_BASE_SECRET_H
#define SK_KEYS_BASE_SECRET_H

#include <stddef.h>

#include "keys/base/error.h"

/* Call once, first thing in main(): initialises libsodium, forbids core dumps and ptrace
 * attachment (PR_SET_DUMPABLE 0), makes free() overwrite what it releases (M_PERTURB). */
enum sk_error sk_secret_setup(void);

/* len zeroed bytes in guarded memory, or NULL. */
void *sk_secret_new(size_t len);

/* From now on sk_secret_new() returns NULL rather than memory that cannot be locked (locked.h).
 * Call before any thread is started. */
void sk_secret_require_locked(void);

/* Wipes and releases. NULL is a no-op. */
void sk_secret_free(void *p);

#endif
