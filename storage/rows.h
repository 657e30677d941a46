/* The rows under one first byte as a client gets them: the body of GET /receipts/{prefix} (FORMAT
 * 9). */
#ifndef SK_STORAGE_ROWS_H
#define SK_STORAGE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "storage/inbox.h"

#define SK_ROWS_HEADER 16
#define SK_ROWS_PLACE 24
/* More is refused: nobody would download it. */
#define SK_ROWS_PLACES_MAX (UINT32_C(1) << 24)

/* rows, count and total as sk_inbox_rows_under() gives them for this first byte. The length depends
 * on total alone, unless more rows share the first byte than there are places. *out is from malloc.
 * USAGE (a row is out of order, of another first byte, repeated or unknown), TOO_LARGE, MEMORY. */
enum sk_error sk_rows_encode(uint8_t first, const struct sk_row_info *rows, size_t count,
                             uint64_t total, uint8_t **out, size_t *len);

#endif
