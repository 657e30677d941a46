/* Published rows: the body of GET /receipts and of GET /receipts/{prefix} (FORMAT section 9).
 * Written here, read by clients. */
#ifndef SK_KEYS_FORMAT_ROWS_H
#define SK_KEYS_FORMAT_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_ROWS_HEADER 24
#define SK_ROWS_PLACE 17
/* More places are refused: the body would be too large to download. */
#define SK_ROWS_PLACES_MAX (UINT32_C(1) << 24)

struct sk_publication {
    uint32_t number; /* 0: none yet */
    uint32_t day;
    uint32_t bits;   /* of a prefix, 0 to 8 */
    uint32_t places; /* under each prefix */
};

enum sk_row_state { SK_ROW_UNKNOWN, SK_ROW_RECEIVED = 1, SK_ROW_CARRIED = 2 };

struct sk_row_info {
    struct sk_row row;
    enum sk_row_state state;
};

/* publication, rows and count as sk_inbox_rows_under() gives them for this prefix. The length
 * depends on the publication alone. *out is from malloc. USAGE (a row is out of order, of another
 * prefix, repeated or unknown, or there are more than the publication says), TOO_LARGE, MEMORY. */
enum sk_error sk_rows_encode(const struct sk_publication *publication, uint8_t prefix,
                             const struct sk_row_info *rows, size_t count, uint8_t **out,
                             size_t *len);

/* The header alone, which GET /receipts returns when rows are served by prefixes: it has their
 * bits.
 */
void sk_rows_encode_head(const struct sk_publication *publication, uint8_t out[SK_ROWS_HEADER]);

#endif
