/* Published rows as a client gets them: the body of GET /receipts and of GET /receipts/{prefix}
 * (FORMAT section 9). They are only ever written here: clients read them. */
#ifndef SK_KEYS_FORMAT_ROWS_H
#define SK_KEYS_FORMAT_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_ROWS_HEADER 24
#define SK_ROWS_PLACE 17
/* More is refused: nobody would download it. */
#define SK_ROWS_PLACES_MAX (UINT32_C(1) << 24)

struct sk_publication {
    uint32_t number; /* 0: there was none yet */
    uint32_t day;
    uint32_t bits; /* of a prefix, 0 to 8, and the places under each */
    uint32_t places;
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

/* What stands for the whole table when that is given by prefixes: it says how many bits they have.
 */
void sk_rows_encode_head(const struct sk_publication *publication, uint8_t out[SK_ROWS_HEADER]);

#endif
