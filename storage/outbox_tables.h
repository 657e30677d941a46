/* The tables of the outbox and their keys; private to the files of the outbox. */
#ifndef SK_STORAGE_OUTBOX_TABLES_H
#define SK_STORAGE_OUTBOX_TABLES_H

#include <string.h>

#include "keys/base/key_types.h"
#include "storage/kv.h"

/* meta           "version" -> u64, raised by every change
 *                "chain"   -> 16 random bytes that name the chain of bundles
 *                "bundle"  -> u32 serial of the last carry bundle, its header's digest
 *                "copied"  -> u32 day: this is a backup, from which no bundle was made yet
 * organisations  pin -> struct sk_organisation_record
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

struct sk_outbox {
    struct sk_kv *kv;
};

uint64_t sk_outbox_read_version(struct sk_txn *txn);
void sk_outbox_raise_version(struct sk_txn *txn);

/* ---- keys: big-endian, so that the order of keys is the order of numbers ---- */

#define SK_SERIAL_KEY 4
#define SK_BUNDLE_ID_KEY 8
#define SK_REPLACED_KEY 36
#define SK_BOARD_KEY 40
#define SK_BUCKET_KEY 44

void sk_put_u32_be(uint8_t *p, uint32_t v);
uint32_t sk_get_u32_be(const uint8_t *p);
void sk_bundle_id_key(uint8_t key[SK_BUNDLE_ID_KEY], uint32_t serial, uint32_t index);
void sk_replaced_key(uint8_t key[SK_REPLACED_KEY], const struct sk_ed25519_pk *pin,
                     uint32_t serial);
void sk_board_key(uint8_t key[SK_BOARD_KEY], const struct sk_ed25519_pk *pin, uint64_t counter);
void sk_bucket_key(uint8_t key[SK_BUCKET_KEY], const struct sk_ed25519_pk *pin, uint64_t counter,
                   uint32_t bucket);

/* ---- values ---- */

/* Bytes that this store holds do not read as what they were: CORRUPT, but for MEMORY and IO. */
enum sk_error sk_stored_error(enum sk_error read);

#endif
