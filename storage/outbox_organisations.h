/* The organisations that this store has pinned, and what it keeps of each. */
#ifndef SK_STORAGE_OUTBOX_ORGANISATIONS_H
#define SK_STORAGE_OUTBOX_ORGANISATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/board.h"
#include "keys/format/sheet.h"
#include "storage/kv.h"
#include "storage/outbox.h"

#define SK_ORGANISATIONS_MAX 64
#define SK_NAME_MAX 64

/* What the acknowledgement on an organisation's newest board is worth here. */
enum sk_acknowledgement {
    SK_ACK_NONE,    /* it acknowledges nothing, or there is no board */
    SK_ACK_BUNDLE,  /* a bundle of this chain */
    SK_ACK_ENDED,   /* a bundle of a chain that ended: the store was restored since */
    SK_ACK_UNKNOWN, /* a bundle that this store has no record of: lost with a restore, or another
                     * gateway's */
};

/* Boards that were passed over when a newer one was imported. */
struct sk_board_gaps {
    uint64_t missing;     /* how many in all */
    uint64_t first, last; /* counters of the newest gap; both that of the board before it when the
                           * newer one follows another board under this counter. 0: no gap yet */
};

struct sk_organisation {
    char slug[9];               /* first 8 hex characters of the pin: the {org} of /boards/{org} */
    char name[SK_NAME_MAX + 1]; /* the operator's, UTF-8 */
    struct sk_ed25519_pk pin;
    struct sk_sheet sheet;
    bool has_board;
    struct sk_board board; /* header of the current board */
    struct sk_board_gaps gaps;
    uint32_t joined_serial; /* of the last bundle before its first sheet: older ones are not its */
    enum sk_acknowledgement acknowledgement;
    uint32_t acknowledged; /* up to this bundle by its newest board; at least joined_serial */
    uint32_t arrived;      /* the same by its last two boards: this is what may be deleted */
};

/* All pinned organisations, by name; *out is from malloc (count may be 0). */
enum sk_error sk_outbox_organisations(struct sk_outbox *outbox, struct sk_organisation **out,
                                      size_t *count);
/* The one with this pin, from malloc. NOT_FOUND, CORRUPT. */
enum sk_error sk_outbox_organisation(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                     struct sk_organisation **out);

/* ---- in a transaction of the outbox ---- */

/* An entry of the table `organisations`, beside the signed files. */
struct sk_organisation_record {
    uint32_t joined_serial;
    uint32_t acknowledged;        /* by the newest board; 0: nothing */
    uint32_t acknowledged_before; /* by the board before that */
    enum sk_acknowledgement kind; /* of the newest board's */
    struct sk_board_gaps gaps;
    bool has_board, has_previous;
    uint64_t board, previous; /* counters */
    char name[SK_NAME_MAX + 1];
};

/* CORRUPT. */
enum sk_error sk_organisation_decode(struct sk_bytes key, struct sk_bytes value,
                                     struct sk_ed25519_pk *pin, struct sk_organisation_record *out);
/* NOT_FOUND, CORRUPT. */
enum sk_error sk_organisation_find(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                   struct sk_organisation_record *out);
void sk_organisation_put(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                         const struct sk_organisation_record *record);
/* The last bundle that both of its newest boards acknowledge, or that predates it. */
uint32_t sk_organisation_arrived(const struct sk_organisation_record *record);
/* Its current sheet. CORRUPT. */
enum sk_error sk_organisation_sheet(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                    struct sk_sheet *out);
/* The header of its board with this counter, verified again. CORRUPT: also when there is none. */
enum sk_error sk_organisation_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                    uint64_t counter, struct sk_board *out);
/* All of it; *out is undefined on failure. NOT_FOUND, CORRUPT. */
enum sk_error sk_organisation_load(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                   struct sk_organisation *out);

#endif
