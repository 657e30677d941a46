/* Shared by the tests of the outbox: organisations that issue sheets and boards. */
#ifndef SK_TESTS_UNIT_OUTBOX_UNIT_H
#define SK_TESTS_UNIT_OUTBOX_UNIT_H

#include <time.h>

#include "storage/outbox.h"
#include "storage/outbox_board_import.h"
#include "storage/outbox_boards.h"
#include "storage/outbox_bundles.h"
#include "storage/outbox_chain.h"
#include "storage/outbox_offered.h"
#include "storage/outbox_organisations.h"
#include "storage/outbox_purge.h"
#include "storage/outbox_sheets.h"
#include "tests/unit/storage_unit.h"

#define NOW ((time_t)1790000000)

struct unit_org {
    struct sk_ed25519_pk pin, desk_pk;
    struct sk_ed25519_sk identity, desk;
    uint32_t serial;             /* of its last sheet */
    uint64_t counter;            /* of its last board */
    struct sk_digest last_board; /* of that one's header */
    struct sk_digest bundle;     /* whose header its boards acknowledge when they name a number */
};

void unit_org_new(struct unit_org *org);
/* A sheet of org->serial with random weekly keys; *bytes is from malloc. */
void unit_sheet_make(const struct unit_org *org, uint8_t weeks, uint8_t **bytes, size_t *len);
enum sk_error unit_import_sheet(struct sk_outbox *outbox, struct unit_org *org, const char *name,
                                uint32_t serial, uint8_t weeks);

/* The next board of the organisation, with `threads` records, as a file; *digest: of its header. */
void unit_board_make(const struct unit_org *org, const char *path, size_t threads, uint32_t carry,
                     struct sk_digest *digest);
enum sk_error unit_import_file(struct sk_outbox *outbox, const char *path);
/* Issues folder/name and imports it; counts it as issued if it was accepted. */
enum sk_error unit_import_board(struct sk_outbox *outbox, const char *folder, struct unit_org *org,
                                const char *name, size_t threads, uint32_t carry);

/* A chain of bundles as a gateway makes it. */
struct unit_chain {
    struct sk_ed25519_pk gateway;
    struct sk_ed25519_sk key;
    struct sk_chain chain;
    uint32_t last;
    struct sk_digest digests[16]; /* of bundle 1 .. last, at its number */
};

/* Goes on where the outbox stands. */
void unit_chain_open(struct unit_chain *chain, struct sk_outbox *outbox);
/* A chain that no store has yet. */
void unit_chain_new(struct unit_chain *chain);
/* Records bundle `serial` with random ids and what the outbox offers; counts it if it was taken. */
enum sk_error unit_record(struct sk_outbox *outbox, struct unit_chain *chain, uint32_t serial,
                          struct sk_envelope_id *ids, size_t count);
/* Records the next `n` bundles, without envelopes. */
void unit_record_empty(struct sk_outbox *outbox, struct unit_chain *chain, uint32_t n);

/* Issues and imports a board that acknowledges this bundle of the chain; 0: nothing. */
enum sk_error unit_acknowledge(struct sk_outbox *outbox, const char *folder, struct unit_org *org,
                               const struct unit_chain *chain, uint32_t serial);

struct sk_outbox *unit_outbox_new(const char *folder);
uint64_t unit_outbox_version(struct sk_outbox *outbox);
size_t unit_organisations(struct sk_outbox *outbox, struct sk_organisation **out);

/* Whether it is in a bundle of this chain. */
bool unit_carried(struct sk_outbox *outbox, const struct sk_envelope_id *id);

#endif
