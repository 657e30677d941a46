/*
 * The outbox: what came back from the desks, and the operator's book-keeping. Written by the
 * store program only; the gateway reads it.
 *
 * Every accepted change raises sk_outbox_version(), so that a reader knows when to look again.
 */
#ifndef SK_STORAGE_OUTBOX_H
#define SK_STORAGE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/board.h"
#include "keys/format/carry.h"
#include "keys/format/sheet.h"
#include "storage/inbox.h"

struct sk_outbox;

#define SK_ORGANISATIONS_MAX 64
#define SK_NAME_MAX 64

enum sk_error sk_outbox_create(const char *address);
enum sk_error sk_outbox_open(struct sk_outbox **out, const char *address, bool writable);
void sk_outbox_close(struct sk_outbox *outbox); /* NULL is a no-op */
enum sk_error sk_outbox_version(struct sk_outbox *outbox, uint64_t *version);
enum sk_error sk_outbox_tick(struct sk_outbox *outbox); /* about every minute: dead readers */

/* ---- organisations and their sheets --------------------------------------- */

/* What the acknowledgement on an organisation's newest board is worth here. */
enum sk_acknowledgement {
    SK_ACK_NONE,    /* it acknowledges nothing, or there is no board */
    SK_ACK_BUNDLE,  /* a bundle of this chain */
    SK_ACK_ENDED,   /* a bundle of a chain that ended: the store was restored since */
    SK_ACK_UNKNOWN, /* a bundle that this store has no record of: lost with a restore, or another
                     * gateway's */
};

/* Boards that were passed over when a newer one was taken. */
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
    uint32_t
        joined_serial; /* carry serial when it was first imported: what came before is not its */
    enum sk_acknowledgement acknowledgement;
    uint32_t acknowledged; /* up to this bundle by its newest board; at least joined_serial */
    uint32_t arrived;      /* the same by its last two boards: this is what may be deleted */
};

/* All pinned organisations, by name; *out is from malloc (count may be 0). */
enum sk_error sk_outbox_organisations(struct sk_outbox *outbox, struct sk_organisation **out,
                                      size_t *count);

/* Verifies (sk_sheet_read, sk_sheet_trust against what is stored) and stores in one transaction.
 * A revoking sheet is stored too, and any newer serial is taken. The sheet that was current is kept
 * for the next bundle, see sk_outbox_offered(). name NULL keeps the present one. STORE_NAME, EXISTS
 * (the name belongs to another pin), SHEET_..., KEY_... */
enum sk_error sk_outbox_import_sheet(struct sk_outbox *outbox, const char *name,
                                     const struct sk_ed25519_pk *pin, const uint8_t *bytes,
                                     size_t len, time_t now);

/* Forgets an organisation that will never come again: its sheet (the next bundle still carries it),
 * its boards, and that anything waits for it. NOT_FOUND. */
enum sk_error sk_outbox_retire(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin);

/* All current sheets, one after the other exactly as imported (a sheet announces its own length):
 * the body of GET /sheets. *out is from malloc. */
enum sk_error sk_outbox_sheets(struct sk_outbox *outbox, uint8_t **out, size_t *len);

/* ---- boards ---------------------------------------------------------------- */

/* Reads the file in steps, verifies header, counter, every bucket and the exact length, and stores
 * it in one transaction. It need not follow the last one: a gap is recorded. Its acknowledgement
 * counts by the digest of the bundle, whatever number stands beside it.
 * BOARD_..., NOT_FOUND (no such organisation is pinned), IO. */
enum sk_error sk_outbox_import_board(struct sk_outbox *outbox, const char *path, time_t now,
                                     void (*progress)(void *, uint64_t done, uint64_t total),
                                     void *ctx, struct sk_organisation *organisation);

/* Part of an organisation's current board file, for range requests; counter names the board that
 * the caller means: NOT_FOUND when it was replaced twice meanwhile (the one before the current is
 * kept for readers under way). */
enum sk_error sk_outbox_read_board(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                   uint64_t counter, uint64_t offset, uint8_t *buffer,
                                   size_t capacity, size_t *len);

/* One bucket of the current board: room for sk_board_bucket_length() bytes. */
enum sk_error sk_outbox_read_bucket(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                    uint64_t counter, unsigned bucket, uint8_t *buffer, size_t len);

/* ---- carry bundles ---------------------------------------------------------- */

struct sk_chain_state {
    struct sk_chain chain;   /* of the last bundle, or drawn when the outbox was made */
    uint32_t last;           /* serial of the last bundle; 0: none yet */
    struct sk_digest digest; /* of its header; zero: none yet */
    bool copied;             /* made by sk_outbox_backup(), and no bundle was recorded since: the */
    uint32_t copied_day; /* original may have gone on, so the next bundle begins a new chain. Day 0:
                          * no copy, but its chain was ended (sk_outbox_end_chain) */
};

enum sk_error sk_outbox_chain(struct sk_outbox *outbox, struct sk_chain_state *out);

/* What the next bundle carries: for each organisation the sheets that were replaced since the last
 * bundle (the newest seven) and the current one, in the order of FORMAT section 6; *bytes: the
 * sheets themselves, as they stand behind the header. Both from malloc. */
enum sk_error sk_outbox_offered(struct sk_outbox *outbox, struct sk_carry_sheet **sheets,
                                uint32_t *count, uint8_t **bytes, size_t *len);

/* A bundle, as it must be known to write it again byte for byte. */
struct sk_bundle_record {
    uint8_t *header; /* as signed */
    size_t header_len;
    uint8_t *sheets; /* as they stand behind it */
    size_t sheets_len;
    struct sk_envelope_id *ids; /* of the envelopes, in their order */
    size_t count;
};
void sk_bundle_record_free(struct sk_bundle_record *record); /* what it points to */

/* Records a bundle before its file gets its name. The header says its chain and serial: the next
 * one of this chain, or serial 1 of another chain, which then takes the place of this one:
 * envelopes that were in bundles before are in none any more, every organisation has to acknowledge
 * anew, and only the digests of the old bundles stay known. A copy (sk_chain_state) takes only
 * another chain. USAGE, EXISTS (this serial is recorded), CARRY_CHAIN. */
enum sk_error sk_outbox_record_bundle(struct sk_outbox *outbox,
                                      const struct sk_bundle_record *record);

/* What bundle `serial` of this chain held. NOT_FOUND (never made, or forgotten). */
enum sk_error sk_outbox_bundle(struct sk_outbox *outbox, uint32_t serial,
                               struct sk_bundle_record *out);

/* Ends the chain: the next bundle begins another one, as in a copy. For a store that was put back
 * by other means than a backup, and for one that signs with another key from now on. */
enum sk_error sk_outbox_end_chain(struct sk_outbox *outbox);

/* Leaves of the envelopes those that are in no bundle of this chain yet, in their order; *count
 * becomes how many. One snapshot. */
enum sk_error sk_outbox_uncarried(struct sk_outbox *outbox, struct sk_envelope_info *envelopes,
                                  size_t *count);

/* The serial up to which every organisation that could hold a report in those bundles has said, on
 * its last two boards, that it arrived. One board is not enough: a desk that was set back, or lost
 * what it took in last, says so on its next. Organisations that revoked their sheet do not count;
 * one without two boards holds it at what came before it joined. No organisation at all: 0. A copy:
 * 0. */
enum sk_error sk_outbox_safe_serial(struct sk_outbox *outbox, uint32_t *serial);

/* After the envelopes of bundles up to `serial` are deleted from the inbox. Their digests stay
 * known. */
enum sk_error sk_outbox_forget_bundles(struct sk_outbox *outbox, uint32_t serial);

enum sk_error sk_outbox_check(struct sk_outbox *outbox, uint64_t *boards, uint64_t *broken);
/* The records of bundles: headers, their digests, the sheets behind them, the ids. */
enum sk_error sk_outbox_check_bundles(struct sk_outbox *outbox, uint64_t *bundles,
                                      uint64_t *broken);
/* Marks the copy as one (sk_chain_state). */
enum sk_error sk_outbox_backup(struct sk_outbox *outbox, const char *to_address, uint32_t today);

#endif
