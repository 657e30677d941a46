/* The pinned organisations, from the outbox, as the pages take them. */
#ifndef SK_GATEWAY_READ_ORGANISATIONS_H
#define SK_GATEWAY_READ_ORGANISATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/pages/page_part.h"
#include "keys/base/number.h"
#include "storage/outbox.h"
#include "storage/outbox_organisations.h"

struct sk_organisations {
    struct sk_organisation *all; /* by name; also a revoked one may have a board */
    size_t count;
    struct sk_page_organisation *pages; /* the same ones in the same order */
    uint8_t *sheets;                    /* one after the other, as GET /sheets gives them */
    size_t sheets_len;
    char (*pins)[SK_HEX_TEXT];
};

/* Reads all of them; `offered` is for that week. Zeroed before; release also after a failure.
 * MEMORY, or an error of the outbox. */
enum sk_error sk_organisations_read(struct sk_organisations *organisations,
                                    struct sk_outbox *outbox, uint32_t week);
void sk_organisations_free(struct sk_organisations *organisations);

#endif
