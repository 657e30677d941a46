/* What the files of the outbox share. */
#ifndef SK_STORAGE_OUTBOX_PRIVATE_H
#define SK_STORAGE_OUTBOX_PRIVATE_H

#include "storage/engine.h"
#include "storage/outbox.h"

/* meta           "outbox"  -> "SKOUTBX1", u32 version of this layout
 *                "version" -> u64, raised by every change
 *                "bundle"  -> u32 serial of the last carry bundle, its header's digest
 * organisations  pin -> struct organisation, see below
 * sheets         pin -> the current sheet as imported
 * boards         pin, u64 big-endian counter -> desk key it was accepted under, header as imported
 * buckets        pin, u64 big-endian counter, u32 big-endian bucket -> bytes
 * bundles        u32 big-endian serial -> u32 last day, u32 number of ids, header as signed
 * bundle_ids     u32 big-endian serial, u32 big-endian index -> id
 * carried        id -> u32 serial */
enum sk_outbox_table {
    SK_OUTBOX_META,
    SK_OUTBOX_ORGANISATIONS,
    SK_OUTBOX_SHEETS,
    SK_OUTBOX_BOARDS,
    SK_OUTBOX_BUCKETS,
    SK_OUTBOX_BUNDLES,
    SK_OUTBOX_BUNDLE_IDS,
    SK_OUTBOX_CARRIED,
    SK_OUTBOX_TABLES
};
extern const char *const sk_outbox_tables[SK_OUTBOX_TABLES];

#define SK_BOARD_KEY 40
#define SK_BUCKET_KEY 44

struct sk_outbox {
    struct sk_engine *engine;
    bool writable;
};

/* What is kept of an organisation beside its signed files. */
struct sk_org {
    uint32_t joined_serial;
    bool has_board, has_previous;
    uint64_t board, previous; /* counters */
    char name[SK_NAME_MAX + 1];
};

/* NOT_FOUND, CORRUPT. */
enum sk_error sk_org_get(struct sk_txn *txn, const struct sk_ed25519_pk *pin, struct sk_org *out);
void sk_org_put(struct sk_txn *txn, const struct sk_ed25519_pk *pin, const struct sk_org *org);
enum sk_error sk_org_decode(struct sk_bytes value, struct sk_org *out);
enum sk_error sk_org_sheet(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                           struct sk_sheet *out);
/* The header of a stored board, verified again. NOT_FOUND, CORRUPT. */
enum sk_error sk_org_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter,
                           struct sk_board *out);
/* Everything about one organisation. */
enum sk_error sk_org_load(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                          struct sk_organisation *out);

/* What it means when bytes that this store keeps do not read as what they were: damage, but for what
 * passes (no memory, the disk). */
enum sk_error sk_kept(enum sk_error read);

void sk_outbox_raise_version(struct sk_txn *txn);

void sk_put_u32_be(uint8_t *p, uint32_t v);
uint32_t sk_get_u32_be(const uint8_t *p);
void sk_board_key(uint8_t key[SK_BOARD_KEY], const struct sk_ed25519_pk *pin, uint64_t counter);
void sk_bucket_key(uint8_t key[SK_BUCKET_KEY], const struct sk_ed25519_pk *pin, uint64_t counter,
                   uint32_t bucket);

#endif
