#include "storage/rows.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"

/* 0: too many. Rows are hashes, so their first bytes are even: twice the mean is rarely passed. */
static uint32_t places_for(size_t count, uint64_t total)
{
    uint64_t wanted = total / 256 > SK_ROWS_PLACES_MAX ? UINT64_MAX : 32 + 2 * (total / 256);
    uint64_t places = 32;

    wanted = wanted < count ? count : wanted;
    while (places < wanted && places <= SK_ROWS_PLACES_MAX) {
        places *= 2;
    }
    return places <= SK_ROWS_PLACES_MAX ? (uint32_t)places : 0;
}

static bool in_order(uint8_t first, const struct sk_row_info *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row.b[0] != first ||
            (rows[i].state != SK_ROW_RECEIVED && rows[i].state != SK_ROW_CARRIED) ||
            (i > 0 && memcmp(rows[i - 1].row.b, rows[i].row.b, sizeof rows->row.b) >= 0)) {
            return false;
        }
    }
    return true;
}

enum sk_error sk_rows_encode(uint8_t first, const struct sk_row_info *rows, size_t count,
                             uint64_t total, uint8_t **out, size_t *len)
{
    if (count > total || !in_order(first, rows, count)) {
        return SK_ERR_USAGE;
    }
    uint32_t places = places_for(count, total);

    if (places == 0) {
        return SK_ERR_TOO_LARGE;
    }
    size_t n = SK_ROWS_HEADER + (size_t)places * SK_ROWS_PLACE;
    uint8_t *bytes = calloc(1, n);

    if (bytes == NULL) {
        return SK_ERR_MEMORY;
    }
    memcpy(bytes, "SKROWS_1", 8);
    bytes[8] = first;
    sk_put_u32(bytes + 12, places);
    for (size_t i = 0; i < count; i++) {
        uint8_t *place = bytes + SK_ROWS_HEADER + i * SK_ROWS_PLACE;

        memcpy(place, rows[i].row.b, sizeof rows[i].row.b);
        sk_put_u32(place + 16, rows[i].day);
        place[20] = (uint8_t)rows[i].state;
    }
    *out = bytes;
    *len = n;
    return SK_OK;
}
