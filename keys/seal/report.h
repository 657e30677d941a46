/*
 * Sealing one report as it streams: FORMAT section 1 (envelope) around section 2 (content).
 *
 * The body comes in pieces of any size and leaves as a header and sealed chunks; memory is one
 * chunk, whatever the size. The recipients may be bound late: the body is taken until the first
 * chunk is full, so that a caller can read the recipient choice out of the head of the body.
 * A chunk is given out only when a later byte or the end shows whether it is the last.
 *
 *     sk_report_new
 *     sk_report_write ...            (until all is used, or NEEDS_ADDRESS)
 *     sk_report_address -> header
 *     sk_report_write ... -> chunks
 *     sk_report_end (repeatedly) -> remaining chunks, the last flagged
 */
#ifndef SK_KEYS_SEAL_REPORT_H
#define SK_KEYS_SEAL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"
#include "keys/format/content.h"
#include "keys/format/receipt.h"

struct sk_report;

/* NULL when out of memory. Everything is in guarded memory and wiped by sk_report_free. */
struct sk_report *sk_report_new(void);
void sk_report_free(struct sk_report *report); /* NULL is a no-op */

/* Makes it like new, for another report: wipes plaintext and keys. */
void sk_report_reset(struct sk_report *report);

enum sk_report_step {
    SK_REPORT_TOOK_ALL,     /* all len bytes were taken; no chunk came out */
    SK_REPORT_CHUNK,        /* *used bytes were taken and out holds one sealed chunk: call again */
    SK_REPORT_NEEDS_ADDRESS /* *used bytes were taken, the first chunk is full: address it first */
};

/* Takes body bytes. *used <= len always says how many were taken. TOO_LARGE when the content
 * would pass SK_CONTENT_MAX. */
enum sk_error sk_report_write(struct sk_report *report, const uint8_t *body, size_t len,
                              size_t *used, uint8_t out[SK_CHUNK_BYTES], enum sk_report_step *step);

struct sk_address {
    uint32_t epoch;
    const struct sk_x25519_pk *recipients; /* the keys of that epoch, one per organisation */
    size_t recipient_count;                /* 1 to 8 */
    const struct sk_receipt *receipt;      /* for mailbox, reply_pk and the signing key; copied */
    uint8_t sealed_by;                     /* enum sk_sealed_by */
    uint8_t flags;                         /* SK_FLAG_... */
    struct sk_digest sheets;
    const char *boundary;       /* NUL-terminated */
    const struct sk_seed *seed; /* NULL draws a new one; given only by known-answer tests */
};

/* Binds recipients, code and boundary, once, and gives out the envelope's header.
 * RECIPIENTS_COUNT, RECIPIENTS_REPEATED, KEY_LOW_ORDER, CONTENT_...; nothing is bound then. */
enum sk_error sk_report_address(struct sk_report *report, const struct sk_address *address,
                                uint8_t header[SK_HEADER_BYTES]);

/* After the last body byte: appends the signature, pads to the class. Each call gives one chunk;
 * *last is true on the final one. USAGE when not addressed or already ended. */
enum sk_error sk_report_end(struct sk_report *report, uint8_t out[SK_CHUNK_BYTES], bool *last);

/* The number of chunks of the whole envelope; known after the first sk_report_end, else 0. */
uint32_t sk_report_chunks(const struct sk_report *report);

#endif
