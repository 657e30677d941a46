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
#include "keys/seal/board.h"
#include "keys/seal/carry.h"
#include "keys/seal/sheet.h"
#include "storage/inbox.h"

struct sk_outbox;

#define SK_ORGANISATIONS_MAX 64
#define SK_NAME_MAX 64

enum sk_error sk_outbox_create(const char *store_dir);
enum sk_error sk_outbox_open(struct sk_outbox **out, const char *store_dir, bool writable);
void sk_outbox_close(struct sk_outbox *outbox); /* NULL is a no-op */
enum sk_error sk_outbox_version(struct sk_outbox *outbox, uint64_t *version);
enum sk_error sk_outbox_tick(struct sk_outbox *outbox); /* about every minute: dead readers */

/* ---- organisations and their sheets --------------------------------------- */

struct sk_organisation {
    char slug[9];               /* first 8 hex characters of the pin: the {org} of /boards/{org} */
    char name[SK_NAME_MAX + 1]; /* the operator's, UTF-8 */
    struct sk_ed25519_pk pin;
    struct sk_sheet sheet;
    bool has_board;
    struct sk_board board;  /* header of the current board */
    uint32_t joined_serial; /* carry serial when it was first imported: what came before is not its */
};

/* All pinned organisations, by name; *out is from malloc (count may be 0). */
enum sk_error sk_outbox_organisations(struct sk_outbox *outbox, struct sk_organisation **out,
                                      size_t *count);

/* Verifies (sk_sheet_read, sk_sheet_trust against what is stored) and stores in one transaction.
 * A revoking sheet is stored too. name NULL keeps the present one. STORE_NAME, EXISTS (the name
 * belongs to another pin), SHEET_..., KEY_... */
enum sk_error sk_outbox_import_sheet(struct sk_outbox *outbox, const char *name,
                                     const struct sk_ed25519_pk *pin, const uint8_t *bytes,
                                     size_t len, time_t now);

/* All current sheets, one after the other exactly as imported (a sheet announces its own length):
 * the body of GET /sheets. *out is from malloc. */
enum sk_error sk_outbox_sheets(struct sk_outbox *outbox, uint8_t **out, size_t *len);

/* ---- boards ---------------------------------------------------------------- */

/* Reads the file in steps, verifies header, chain, every bucket and the exact length, and stores
 * it in one transaction. BOARD_..., NOT_FOUND (no such organisation is pinned), IO. */
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

/* The serial and header digest of the last bundle; serial 0 when there is none. */
enum sk_error sk_outbox_last_bundle(struct sk_outbox *outbox, uint32_t *serial,
                                    struct sk_digest *digest);

/* Records a bundle before its file gets its name: header as signed, and the envelopes in it. */
enum sk_error sk_outbox_record_bundle(struct sk_outbox *outbox, uint32_t serial,
                                      const uint8_t *header, size_t header_len,
                                      const struct sk_envelope_id *ids, size_t count,
                                      uint32_t last_day);

/* What bundle `serial` held, to write it again: both from malloc. NOT_FOUND. */
enum sk_error sk_outbox_bundle(struct sk_outbox *outbox, uint32_t serial, uint8_t **header,
                               size_t *header_len, struct sk_envelope_id **ids, size_t *count);

/* Whether an envelope was in a bundle already. */
enum sk_error sk_outbox_carried(struct sk_outbox *outbox, const struct sk_envelope_id *id,
                                uint32_t *serial);

/* The serial up to which every organisation that could hold a report in those bundles has said,
 * on its board, that it arrived. Organisations that revoked their sheet do not count; one without
 * a board holds it at what came before it joined. No organisation at all: 0. */
enum sk_error sk_outbox_safe_serial(struct sk_outbox *outbox, uint32_t *serial);

/* After the envelopes of bundles up to `serial` are deleted from the inbox. */
enum sk_error sk_outbox_forget_bundles(struct sk_outbox *outbox, uint32_t serial);

enum sk_error sk_outbox_check(struct sk_outbox *outbox, uint64_t *boards, uint64_t *broken);
enum sk_error sk_outbox_backup(struct sk_outbox *outbox, const char *to_dir);

#endif
