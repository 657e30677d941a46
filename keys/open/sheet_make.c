#include "keys/open/sheet_make.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/signed.h"

enum { SIGNATURE = 64 };

static void encode(uint8_t *out, const struct sk_sheet *sheet, size_t keys)
{
    memcpy(out, "SKSHEET1", 8);
    out[8] = 1;
    out[9] = sheet->weeks;
    out[10] = sheet->months;
    out[11] = sheet->keep_weeks;
    sk_put_u32(out + 12, sheet->serial);
    sk_put_u32(out + 16, sheet->first_week);
    sk_put_u32(out + 20, sheet->first_month);
    sk_put_u32(out + 24, sheet->issued_week);
    sk_put_u32(out + 28, 0);
    sk_put_u64(out + 32, sheet->board_floor);
    memcpy(out + 40, sheet->identity.b, 32);
    memcpy(out + 72, sheet->desk.b, 32);
    memcpy(out + 104, sheet->next_identity.b, 32);
    memcpy(out + 136, sheet->onion, 32);
    memcpy(out + SK_SHEET_FIXED, sheet->keys, 32 * keys);
}

enum sk_error sk_sheet_make(const struct sk_sheet *sheet, const struct sk_ed25519_sk *identity,
                            uint8_t **bytes, size_t *len)
{
    size_t keys = (size_t)sheet->weeks + sheet->months;
    size_t body = SK_SHEET_FIXED + 32 * keys;
    struct sk_signature signature;
    enum sk_error e;
    uint8_t *out;

    if (sheet->weeks == 0 && sheet->months != 0) {
        return SK_ERR_SHEET_COUNTS;
    }
    out = malloc(body + SIGNATURE);
    if (out == NULL) {
        return SK_ERR_MEMORY;
    }
    encode(out, sheet, keys);
    e = sk_signed_make(&signature, "skrynka/1 sheet", out, body, identity);
    if (e != SK_OK) {
        free(out);
        return e;
    }
    memcpy(out + body, signature.b, SIGNATURE);
    *bytes = out;
    *len = body + SIGNATURE;
    return SK_OK;
}
