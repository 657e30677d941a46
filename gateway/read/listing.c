#include "gateway/read/listing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "storage/outbox_sheets.h"

/* The organisation whose sheet it is. Nobody's: it was replaced after the organisations were
 * read, and the next listing has both. */
static void assign(struct sk_listing *listing, const uint8_t *sheet, size_t len)
{
    struct sk_digest digest;

    sk_blake2b(&digest, sheet, len);
    for (size_t i = 0; i < listing->count; i++) {
        if (memcmp(&digest, &listing->all[i].sheet.digest, sizeof digest) == 0) {
            listing->pages[i].sheet = sheet;
            listing->pages[i].sheet_len = len;
        }
    }
}

static void assign_all(struct sk_listing *listing)
{
    const uint8_t *at = listing->sheets;
    size_t left = listing->sheets_len, len;

    for (; (len = sk_sheet_length(at, left)) > 0 && len <= left; at += len, left -= len) {
        assign(listing, at, len);
    }
}

static bool offered(const struct sk_organisation *organisation, uint32_t week)
{
    const struct sk_sheet *sheet = &organisation->sheet;

    return sheet->weeks > 0 && sheet->issued_week <= week && sk_sheet_key(sheet, week) != NULL;
}

static void fill(struct sk_listing *listing, uint32_t week)
{
    for (size_t i = 0; i < listing->count; i++) {
        const struct sk_organisation *organisation = &listing->all[i];
        struct sk_page_organisation *page = &listing->pages[i];

        sodium_bin2hex(listing->pins[i], sizeof listing->pins[i], organisation->pin.b,
                       sizeof organisation->pin.b);
        page->slug = organisation->slug;
        page->name = organisation->name;
        page->pin = listing->pins[i];
        page->revoked = organisation->sheet.weeks == 0;
        page->offered = offered(organisation, week);
    }
}

enum sk_error sk_listing_read(struct sk_listing *listing, struct sk_outbox *outbox, uint32_t week)
{
    enum sk_error error = sk_outbox_organisations(outbox, &listing->all, &listing->count);

    if (error == SK_OK) {
        error = sk_outbox_sheets(outbox, &listing->sheets, &listing->sheets_len);
    }
    if (error != SK_OK) {
        return error;
    }
    listing->pages = calloc(listing->count + 1, sizeof *listing->pages);
    listing->pins = calloc(listing->count + 1, sizeof *listing->pins);
    if (listing->pages == NULL || listing->pins == NULL) {
        return SK_ERR_MEMORY;
    }
    fill(listing, week);
    assign_all(listing);
    return SK_OK;
}

void sk_listing_free(struct sk_listing *listing)
{
    free(listing->all);
    free(listing->pages);
    free(listing->pins);
    free(listing->sheets);
    *listing = (struct sk_listing){0};
}
