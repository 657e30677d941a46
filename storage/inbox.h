/*
 * The inbox: ciphertext that residents handed in and nobody has carried away yet.
 *
 * Written by the gateway (one writer thread, group commit), read and purged by the store
 * program, which may run at the same time in another process. An envelope has a random id, its
 * day of arrival and nothing else; a receipt row has what is published of it and the month after
 * which it may go; nothing links the two. No type of the database engine appears here, so that
 * another engine can stand behind it.
 */
#ifndef SK_STORAGE_INBOX_H
#define SK_STORAGE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "storage/age.h"
#include "storage/inbox_check.h"
#include "storage/inbox_read.h"
#include "storage/inbox_retention.h"
#include "storage/inbox_rows.h"
#include "storage/inbox_space.h"
#include "storage/writer.h"

struct sk_inbox;

/* Pieces of an envelope as they are stored. All but the last of an envelope are exactly this long:
 * the length that wastes no space in the store (SK_KV_VALUE_BEST). */
#define SK_PIECE_BYTES 131056u

/* Makes the inbox of the store at this address, with room for `size` bytes set aside. EXISTS, FULL,
 * IO. */
enum sk_error sk_inbox_create(const char *address, uint64_t size);

/* Opens an existing one, following an unfinished rewrite. Checks for dead readers and verifies
 * the structure. One opened inbox per process and store; not across fork().
 * NOT_FOUND, CORRUPT, IO. */
enum sk_error sk_inbox_open(struct sk_inbox **out, const char *address);
void sk_inbox_close(struct sk_inbox *inbox); /* stops the writer first; NULL is a no-op */

/* To be called about every minute by a long-running process: dead readers, a finished rewrite, the
 * state of the space; and on a new day the publication, and the uploads that stood still too long.
 */
enum sk_error sk_inbox_tick(struct sk_inbox *inbox);

/* Copies what lives into a new file in key order (keys are random, so the order of arrival is
 * gone, and so is every deleted page), swaps it in and removes the old one, with the gateway
 * running: its writer waits for the swap and follows. Needs as much free disk as the inbox. */
enum sk_error sk_inbox_rewrite(struct sk_inbox *inbox,
                               void (*progress)(void *, uint64_t done, uint64_t total), void *ctx);

/* A consistent copy at another address, without what was deleted, while others work. */
enum sk_error sk_inbox_backup(struct sk_inbox *inbox, const char *to_address);

void sk_envelope_id_random(struct sk_envelope_id *out);

#endif
