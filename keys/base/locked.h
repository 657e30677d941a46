/*
 * Memory that the kernel does not write to swap (mlock, mlockall), as far as its limits allow, and
 * libraries bound before a secret exists.
 */
#ifndef SK_KEYS_BASE_LOCKED_H
#define SK_KEYS_BASE_LOCKED_H

#include <stdbool.h>

#include "keys/base/error.h"

enum sk_locking {
    SK_LOCKING_DONE, /* memory is locked; sk_secret_new() fails rather than give unlocked memory */
    SK_LOCKING_NO_SWAP, /* memory could not be locked, but this process cannot be swapped out */
    SK_LOCKING_SWAP     /* memory could not be locked, and swap is on */
};

/* Raises RLIMIT_MEMLOCK as far as allowed and locks all present and future memory once it is
 * touched (mlockall with MCL_ONFAULT), but only where no later allocation can fail of it: without
 * a limit, or with CAP_IPC_LOCK. Checks the result with VmLck. Call after sk_secret_setup(). */
enum sk_locking sk_memory_lock(void);

/* For a program whose only secrets are keys: raises the limit and locks what sk_secret_new() gives,
 * no other memory. DONE when a page can be locked. */
enum sk_locking sk_memory_lock_keys(void);

/* Unlocks the pages of a mapped file: a store is ciphertext, and too large to lock. A no-op when
 * they were not locked. */
void sk_memory_unlock_file(int fd);

/* Whether this process could be swapped out: a swap area is listed, and none of its memory cgroups
 * has memory.swap.max 0. The paths are /proc/swaps, /proc/self/cgroup and /sys/fs/cgroup; a file
 * that cannot be read counts as swap. */
bool sk_swap_possible(const char *swaps, const char *cgroup, const char *root);

/* Executes the program again with LD_BIND_NOW set, unless it is set: lazy binding of a library
 * function saves the vector registers, and with them pieces of a text, on the stack. Call first in
 * main(). Returns SK_OK when LD_BIND_NOW was set, IO when the program could not be executed. */
enum sk_error sk_bind_now(char **argv);

#endif
