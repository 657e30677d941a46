#include "gateway/read/organisations.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "storage/outbox_sheets.h"

/* Gives a sheet to its organisation. None matches when the sheet was replaced between the two
 * reads; the next refresh sees both. */
static void assign(struct sk_organisations *organisations, const uint8_t *sheet, size_t len)
{
    struct sk_digest digest;

    sk_blake2b(&digest, sheet, len);
    for (size_t i = 0; i < organisations->count; i++) {
        if (memcmp(&digest, &organisations->all[i].sheet.digest, sizeof digest) == 0) {
            organisations->pages[i].sheet = sheet;
            organisations->pages[i].sheet_len = len;
        }
    }
}

static bool offered(const struct sk_sheet *sheet, uint32_t week)
{
    return sheet->weeks > 0 && sheet->issued_week <= week && sk_sheet_key(sheet, week) != NULL;
}

enum sk_error sk_organisations_read(struct sk_organisations *organisations,
                                    struct sk_outbox *outbox, uint32_t week)
{
    enum sk_error e = sk_outbox_organisations(outbox, &organisations->all, &organisations->count);
    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_sheets(outbox, &organisations->sheets, &organisations->sheets_len);
    if (e != SK_OK) {
        return e;
    }
    organisations->pages = calloc(organisations->count + 1, sizeof *organisations->pages);
    organisations->pins = calloc(organisations->count + 1, sizeof *organisations->pins);
    if (organisations->pages == NULL || organisations->pins == NULL) {
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < organisations->count; i++) {
        const struct sk_organisation *one = &organisations->all[i];

        sk_fingerprint_text(organisations->pins[i], &one->pin);
        organisations->pages[i] = (struct sk_page_organisation){
            .slug = one->slug,
            .name = one->name,
            .pin = organisations->pins[i],
            .offered = offered(&one->sheet, week),
            .revoked = one->sheet.weeks == 0,
        };
    }
    const uint8_t *at = organisations->sheets;
    size_t left = organisations->sheets_len, len;

    for (; (len = sk_sheet_length(at, left)) > 0 && len <= left; at += len, left -= len) {
        assign(organisations, at, len);
    }
    return SK_OK;
}

void sk_organisations_free(struct sk_organisations *organisations)
{
    free(organisations->all);
    free(organisations->pages);
    free(organisations->pins);
    free(organisations->sheets);
    *organisations = (struct sk_organisations){0};
}
