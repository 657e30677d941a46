/*
 * The pinned organisations as the pages take them, from the outbox: what the gateway shows and
 * what skrynka-store says that it shows come from here.
 */
#ifndef SK_GATEWAY_READ_LISTING_H
#define SK_GATEWAY_READ_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/pages/page.h"
#include "storage/outbox.h"
#include "storage/outbox_organisations.h"

struct sk_listing {
    struct sk_organisation
        *all; /* every pinned one, by name: also a revoked one may have a board */
    size_t count;
    struct sk_page_organisation *pages; /* the same ones in the same order */
    uint8_t *sheets;                    /* one after the other, as GET /sheets gives them */
    size_t sheets_len;
    char (*pins)[2 * sizeof(struct sk_ed25519_pk) + 1];
};

/* What is there in that week. Zeroed before; whatever comes out, sk_listing_free. */
enum sk_error sk_listing_read(struct sk_listing *listing, struct sk_outbox *outbox, uint32_t week);
void sk_listing_free(struct sk_listing *listing);

#endif
