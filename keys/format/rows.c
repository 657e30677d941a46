#include "keys/format/rows.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/cursor.h"

static bool in_order(uint8_t prefix, uint32_t bits, const struct sk_row_info *rows, size_t count)
{
    unsigned mask = 0xffu & ~(0xffu >> bits);

    for (size_t i = 0; i < count; i++) {
        if ((rows[i].row.b[0] & mask) != prefix ||
            (rows[i].state != SK_ROW_RECEIVED && rows[i].state != SK_ROW_CARRIED) ||
            (i > 0 && memcmp(rows[i - 1].row.b, rows[i].row.b, sizeof rows->row.b) >= 0)) {
            return false;
        }
    }
    return true;
}

static void write_head(struct sk_field_writer *w, const struct sk_publication *publication,
                       uint8_t prefix, uint32_t places)
{
    sk_write_magic(w, "SKROWS_2");
    sk_write_u8(w, (uint8_t)publication->bits);
    sk_write_u8(w, prefix);
    sk_write_zeros(w, 2);
    sk_write_u32(w, places);
    sk_write_u32(w, publication->day);
    sk_write_zeros(w, 4);
}

void sk_rows_encode_head(const struct sk_publication *publication, uint8_t out[SK_ROWS_HEADER])
{
    struct sk_field_writer w = sk_write_to(out, SK_ROWS_HEADER);

    write_head(&w, publication, 0, 0);
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
    uint8_t *bytes = malloc(n);

    if (bytes == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_field_writer w = sk_write_to(bytes, n);

    write_head(&w, publication, prefix, publication->places);
    for (size_t i = 0; i < count; i++) {
        sk_write_bytes(&w, rows[i].row.b, sizeof rows[i].row.b);
        sk_write_u8(&w, (uint8_t)rows[i].state);
    }
    sk_write_zeros(&w, w.left);
    *out = bytes;
    *len = n;
    return SK_OK;
}
