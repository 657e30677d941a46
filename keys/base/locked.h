/*
 * Memory that the kernel must not write to a disk, as far as it lets us; and libraries bound before
 * there is anything to hide.
 */
#ifndef SK_KEYS_BASE_LOCKED_H
#define SK_KEYS_BASE_LOCKED_H

#include "keys/base/error.h"
#include <stdbool.h>

enum sk_locking {
    SK_LOCKING_DONE,    /* all memory, what comes later too; from here sk_secret_new() gives none
                         * that is not locked */
    SK_LOCKING_NO_SWAP, /* it could not be locked, but there is nowhere to write it */
    SK_LOCKING_SWAP     /* it could not be locked, and swap is on */
};

/* Raises the limit on locked memory as far as allowed, and locks everything once it is touched
 * (mlockall with MCL_ONFAULT), where that cannot make a later allocation fail: without a limit, or
 * with the capability to ignore it. Looks afterwards whether it holds. After sk_secret_setup(). */
enum sk_locking sk_memory_lock(void);

/* For a program whose only secrets are keys: raises the limit, and locks no more than what
 * sk_secret_new() gives; DONE when some can be had. */
enum sk_locking sk_memory_lock_keys(void);

/* The pages of a mapped file may leave memory again: a store is ciphertext, and larger than what
 * should be locked. Nothing happens when they were not locked. */
void sk_memory_unlock_file(int fd);

/* Whether this process could be swapped out: a swap area is listed, and no memory cgroup above us
 * forbids it. The files are /proc/swaps, /proc/self/cgroup and /sys/fs/cgroup; one that cannot be
 * read says nothing in our favour. */
bool sk_swap_possible(const char *swaps, const char *cgroup, const char *root);

/* Starts the program anew with LD_BIND_NOW set, if it was not: a function of a library that is
 * bound at its first call saves the vector registers on the stack, and with them what they held of
 * a text. Call first in main(). Returns when there is nothing to do; IO when it did not work. */
enum sk_error sk_bind_now(char **argv);

#endif
