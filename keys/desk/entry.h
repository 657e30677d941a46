/* The index entry of one report. */
#ifndef SK_KEYS_DESK_ENTRY_H
#define SK_KEYS_DESK_ENTRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_ID_TEXT 17 /* 16 hexadecimal characters and NUL */

/*
 * json: {"digest", "header" (BLAKE2b of the envelope's), "epoch", "day", "chunks", "sealed_by",
 *        "flags", "recipients": [name...],
 *        "offered": [identity of one that the gateway offered...], "unknown", "dummies",
 *        "sheets": digest in the prelude, "sheets_known", "parsed", "outcome" (enum
 *        sk_parse_outcome), "cut" (by the index),
 *        "fields": [{"name", "value", "length"}...], value cut where length is greater,
 *        "files": [{"field", "name", "type", "size"}...]}
 */
struct sk_entry {
    json_t *json;
    struct sk_digest digest, header;
    uint32_t epoch, day, chunks, sealed_by, flags, unknown;
    bool parsed; /* the body was read whole */
    bool sheets_known;
    uint32_t outcome;
};

/* Takes over the caller's reference to json. CORRUPT. */
enum sk_error sk_entry_take(struct sk_entry *out, json_t *json);
enum sk_error sk_entry_read(struct sk_entry *out, const uint8_t *payload, size_t len);
enum sk_error sk_entry_copy(struct sk_entry *out, const struct sk_entry *entry); /* shares json */
void sk_entry_free(struct sk_entry *entry);

void sk_entry_id(const struct sk_digest *digest, char id[SK_ID_TEXT]);

/* enum sk_category; 0 for none. */
unsigned sk_entry_category(const struct sk_entry *entry);

json_t *sk_entry_fields(const struct sk_entry *entry);  /* borrowed */
json_t *sk_entry_files(const struct sk_entry *entry);   /* borrowed */
json_t *sk_entry_offered(const struct sk_entry *entry); /* borrowed; may be NULL */

/* Why the body could not be read to its end: "it has more than 1,000 parts". NULL: it was. */
const char *sk_entry_incomplete(const struct sk_entry *entry);
const char *sk_entry_outcome_text(uint32_t outcome);

/* The first characters of the text on one line, or why there is none. */
#define SK_EXCERPT_CHARACTERS 200
#define SK_EXCERPT_BYTES (4 * SK_EXCERPT_CHARACTERS + 1)
void sk_entry_excerpt(const struct sk_entry *entry, char out[SK_EXCERPT_BYTES]);

#endif
