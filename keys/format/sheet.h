/* Key sheets: an organisation's public keys, signed on its desk (FORMAT section 4). */
#ifndef SK_KEYS_FORMAT_SHEET_H
#define SK_KEYS_FORMAT_SHEET_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_SHEET_MAGIC "SKSHEET1" /* its first eight bytes */
#define SK_SHEET_FIXED 168
#define SK_SHEET_MAX (SK_SHEET_FIXED + 32 * (255 + 255) + 64)

#define SK_SHEET_LABEL "skrynka/1 sheet" /* of the signature */

struct sk_sheet {
    uint8_t weeks; /* 0 = revoked */
    uint8_t months;
    uint8_t keep_weeks; /* the desk keeps a weekly key this long after its week */
    uint32_t serial;
    uint32_t first_week, first_month;
    uint32_t issued_week;
    uint64_t board_floor;
    struct sk_ed25519_pk identity, desk;
    struct sk_digest next_identity;      /* zero: none announced */
    uint8_t onion[32];                   /* zero: any */
    struct sk_digest digest;             /* BLAKE2b-256 of the whole file */
    struct sk_x25519_pk keys[255 + 255]; /* weekly, then monthly */
};

/* The length of the sheet that begins with these SK_SHEET_FIXED bytes or more, which may be more
 * than len; 0 when they begin no key sheet of a known suite. */
size_t sk_sheet_length(const uint8_t *bytes, size_t len);

/* The length of this sheet, with its signature. */
size_t sk_sheet_bytes(const struct sk_sheet *sheet);

/* Writes all but the signature, which sk_sheet_make() adds. Ignores the digest. */
void sk_sheet_write(uint8_t *out, const struct sk_sheet *sheet);

/* Structure, then signature, then keys: SHEET_LENGTH, SHEET_MAGIC, SHEET_SUITE, SHEET_RESERVED,
 * SHEET_COUNTS, SHEET_SIGNATURE, KEY_LOW_ORDER, KEY_REPEATED. Trust is not checked. */
enum sk_error sk_sheet_read(struct sk_sheet *out, const uint8_t *bytes, size_t len);

/* Trust: the pin, the serial (equal is accepted only for the very same file: pass the digest of
 * the last one, or NULL), the issue week, this week's key. A revoked sheet gives SHEET_REVOKED
 * after all other checks passed, so that a caller can record the revocation.
 * SHEET_PIN, SHEET_SERIAL, SHEET_FUTURE, SHEET_REVOKED, SHEET_UNCOVERED. */
enum sk_error sk_sheet_trust(const struct sk_sheet *sheet, const struct sk_ed25519_pk *pin,
                             uint32_t last_serial, const struct sk_digest *last_digest, time_t now);

/* The key for an epoch (a week, or a month with SK_EPOCH_MONTH); NULL if the sheet has none. */
const struct sk_x25519_pk *sk_sheet_key(const struct sk_sheet *sheet, uint32_t epoch);

/* How many whole weeks after this one still have keys; -1 if this week has none. */
int sk_sheet_weeks_left(const struct sk_sheet *sheet, time_t now);

/* F(none, "sheets", the digests sorted ascending). At most SK_SLOTS digests are used by a report;
 * count may be larger. MEMORY. */
enum sk_error sk_sheets_digest(struct sk_digest *out, const struct sk_digest *digests,
                               size_t count);

#endif
