/* Importing a board from a file. */
#ifndef SK_STORAGE_OUTBOX_BOARD_IMPORT_H
#define SK_STORAGE_OUTBOX_BOARD_IMPORT_H

#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/board.h"
#include "storage/outbox.h"
#include "storage/outbox_organisations.h"

struct sk_board_file;

/* Opens the file and reads its header. BOARD_..., MEMORY, IO. */
enum sk_error sk_board_file_open(struct sk_board_file **out, const char *path);
/* What the header claims, unverified until it is imported; valid as long as the file is open. */
const struct sk_board *sk_board_file_claim(const struct sk_board_file *file);
void sk_board_file_close(struct sk_board_file *file); /* NULL is a no-op; keeps errno */

/* Verifies header, counter, every bucket, which are read one after the other, and the exact length,
 * and stores all in one transaction. It need not follow the last board: a gap is recorded. Its
 * acknowledgement counts by the digest of the bundle, whatever number stands beside it. Once per
 * opened file. progress and after (the organisation as it is then) may be NULL.
 * BOARD_..., NOT_FOUND (no such organisation is pinned), IO. */
enum sk_error sk_outbox_import_board(struct sk_outbox *outbox, struct sk_board_file *file,
                                     void (*progress)(void *, uint64_t done, uint64_t total),
                                     void *ctx, struct sk_organisation *after);

#endif
