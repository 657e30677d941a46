/* What the files of the outbox share. */
#ifndef SK_STORAGE_OUTBOX_PRIVATE_H
#define SK_STORAGE_OUTBOX_PRIVATE_H

#include "storage/kv.h"
#include "storage/outbox.h"

/* meta           "version" -> u64, raised by every change
 *                "chain"   -> 16 random bytes that name the chain of bundles
 *                "bundle"  -> u32 serial of the last carry bundle, its header's digest
 *                "copied"  -> u32 day: this is a backup, from which no bundle was made yet
 * organisations  pin -> struct organisation, see below
 * sheets         pin -> the current sheet as imported
 * boards         pin, u64 big-endian counter -> desk key it was accepted under, header as imported
 * buckets        pin, u64 big-endian counter, u32 big-endian bucket -> bytes
 * bundles        u32 big-endian serial -> header as signed
 * bundle_ids     u32 big-endian serial, u32 big-endian index -> id
 * carried        id -> u32 serial
 * bundle_sheets  u32 big-endian serial -> the sheets as they stand behind the header
 * digests        digest of the header of a bundle -> its chain, u32 serial; for ever
 * replaced       pin, u32 big-endian serial -> a sheet that was current since the last bundle */
enum sk_outbox_table {
    SK_OUTBOX_META,
    SK_OUTBOX_ORGANISATIONS,
    SK_OUTBOX_SHEETS,
    SK_OUTBOX_BOARDS,
    SK_OUTBOX_BUCKETS,
    SK_OUTBOX_BUNDLES,
    SK_OUTBOX_BUNDLE_IDS,
    SK_OUTBOX_CARRIED,
    SK_OUTBOX_BUNDLE_SHEETS,
    SK_OUTBOX_DIGESTS,
    SK_OUTBOX_REPLACED,
    SK_OUTBOX_TABLES
};
extern const struct sk_kv_shape sk_outbox_shape;

#define SK_BOARD_KEY 40
#define SK_BUCKET_KEY 44

struct sk_outbox {
    struct sk_kv *kv;
};

/* What is kept of an organisation beside its signed files. */
struct sk_org {
    uint32_t joined_serial;
    uint32_t acknowledged, before; /* by the newest board, and by the one before; 0: nothing */
    enum sk_acknowledgement kind;  /* of the newest */
    struct sk_board_gaps gaps;
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

/* The bundle up to which an organisation's last two boards say that all arrived. */
uint32_t sk_org_arrived(const struct sk_org *org);
/* What it means when bytes that this store keeps do not read as what they were: damage, but for
 * what passes (no memory, the disk). */
enum sk_error sk_kept(enum sk_error read);

/* Its header and its buckets. */
void sk_board_delete(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter);

void sk_outbox_raise_version(struct sk_txn *txn);

/* ---- the chain (outbox_chain.c) ---- */

enum sk_error sk_chain_get(struct sk_txn *txn, struct sk_chain_state *out);
void sk_chain_put(struct sk_txn *txn, const struct sk_chain *chain);
void sk_chain_put_last(struct sk_txn *txn, uint32_t serial, const struct sk_digest *digest);
void sk_chain_mark_copied(struct sk_txn *txn, uint32_t day);
/* The same for a store that is no copy: the day is 0. One that is keeps its day. */
void sk_chain_mark_ended(struct sk_txn *txn);
/* Puts another chain in the place of this one, for all organisations. */
enum sk_error sk_chain_begin(struct sk_txn *txn, const struct sk_chain *chain);
/* Keeps that a bundle was made. */
void sk_chain_remember(struct sk_txn *txn, const struct sk_chain *chain, uint32_t serial,
                       const struct sk_digest *digest);
/* What a board's acknowledgement is worth; *serial: of the bundle, 0 if it is none of this chain.
 */
enum sk_error sk_chain_judge(struct sk_txn *txn, const struct sk_board *board,
                             enum sk_acknowledgement *kind, uint32_t *serial);

/* ---- sheets for bundles (outbox_offered.c) ---- */

/* The current sheet of an organisation is about to be replaced by one with another serial. */
enum sk_error sk_offered_keep(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t serial);
/* One that was retired is back, with this serial: bundles carry serials that rise. */
void sk_offered_drop(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t serial);
/* A bundle with all of them was recorded. */
void sk_offered_forget(struct sk_txn *txn);

void sk_put_u32_be(uint8_t *p, uint32_t v);
uint32_t sk_get_u32_be(const uint8_t *p);
void sk_board_key(uint8_t key[SK_BOARD_KEY], const struct sk_ed25519_pk *pin, uint64_t counter);
void sk_bucket_key(uint8_t key[SK_BUCKET_KEY], const struct sk_ed25519_pk *pin, uint64_t counter,
                   uint32_t bucket);

#endif
