#include "keys/open/sheet_make.h"

#include <stdlib.h>

#include "keys/format/signed.h"

enum sk_error sk_sheet_make(const struct sk_sheet *sheet, const struct sk_ed25519_sk *identity,
                            uint8_t **bytes, size_t *len)
{
    size_t total = sk_sheet_bytes(sheet);
    enum sk_error e;
    uint8_t *out;

    if (sheet->weeks == 0 && sheet->months != 0) {
        return SK_ERR_SHEET_COUNTS;
    }
    out = malloc(total);
    if (out == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_sheet_write(out, sheet);
    e = sk_signed_make(out, total, SK_SHEET_LABEL, identity);
    if (e != SK_OK) {
        free(out);
        return e;
    }
    *bytes = out;
    *len = total;
    return SK_OK;
}
