#include "storage/rows.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"

static bool under(const struct sk_row *row, uint8_t prefix, uint32_t bits)
{
    return (row->b[0] & (0xffu & ~(0xffu >> bits))) == prefix;
}

static bool in_order(uint8_t prefix, uint32_t bits, const struct sk_row_info *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!under(&rows[i].row, prefix, bits) ||
            (rows[i].state != SK_ROW_RECEIVED && rows[i].state != SK_ROW_CARRIED) ||
            (i > 0 && memcmp(rows[i - 1].row.b, rows[i].row.b, sizeof rows->row.b) >= 0)) {
            return false;
        }
    }
    return true;
}

static void put_head(uint8_t *out, const struct sk_publication *publication, uint8_t prefix,
                     uint32_t places)
{
    memset(out, 0, SK_ROWS_HEADER);
    memcpy(out, "SKROWS_2", 8);
    out[8] = (uint8_t)publication->bits;
    out[9] = prefix;
    sk_put_u32(out + 12, places);
    sk_put_u32(out + 16, publication->day);
}

void sk_rows_encode_head(const struct sk_publication *publication, uint8_t out[SK_ROWS_HEADER])
{
    put_head(out, publication, 0, 0);
}

enum sk_error sk_rows_encode(const struct sk_publication *publication, uint8_t prefix,
                             const struct sk_row_info *rows, size_t count, uint8_t **out,
                             size_t *len)
{
    if (publication->bits > 8 || count > publication->places ||
        !in_order(prefix, publication->bits, rows, count)) {
        return SK_ERR_USAGE;
    }
    if (publication->places > SK_ROWS_PLACES_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    size_t n = SK_ROWS_HEADER + (size_t)publication->places * SK_ROWS_PLACE;
    uint8_t *bytes = calloc(1, n);

    if (bytes == NULL) {
        return SK_ERR_MEMORY;
    }
    put_head(bytes, publication, prefix, publication->places);
    for (size_t i = 0; i < count; i++) {
        uint8_t *place = bytes + SK_ROWS_HEADER + i * SK_ROWS_PLACE;

        memcpy(place, rows[i].row.b, sizeof rows[i].row.b);
        place[16] = (uint8_t)rows[i].state;
    }
    *out = bytes;
    *len = n;
    return SK_OK;
}
