/*
 * Reading the answers of a board with a receipt code (FORMAT section 5). This opens what desks
 * wrote to a submitter, never a report: it is the only opening operation that the gateway has, and
 * it needs the code.
 */
#ifndef SK_KEYS_FORMAT_ANSWER_H
#define SK_KEYS_FORMAT_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/board.h"
#include "keys/format/receipt.h"

#define SK_ANSWER_PARTS SK_RECORD_PARTS
#define SK_ANSWER_PART_TEXT SK_RECORD_TEXT
#define SK_ANSWER_TEXT_MAX (SK_ANSWER_PARTS * SK_ANSWER_PART_TEXT)

enum sk_status {
#define STATUS(number, name, word, sentence, brief) SK_STATUS_##name = (number),
#include "keys/base/status.def"
#undef STATUS
    SK_STATUS_END
};

/* "arrived", "read", "checking", "more", "passed", "closed"; NULL for anything else. */
const char *sk_status_name(unsigned status);
/* The status of a name, 0 if there is none. */
unsigned sk_status_of_name(const char *name);

/* Secret: keep it in memory from sk_secret_new(). */
struct sk_answer {
    uint8_t status; /* enum sk_status */
    uint32_t day;
    struct sk_digest envelope; /* which report of this code it answers */
    size_t text_len;
    char text[SK_ANSWER_TEXT_MAX + 1]; /* valid UTF-8 (checked), NUL-terminated */
};

/* Reads one whole bucket into bytes (of sk_board_bucket_length()). sk_answer_read() checks it. */
typedef enum sk_error (*sk_bucket_reader)(void *ctx, unsigned bucket, uint8_t *bytes, size_t len);

/* Looks a code up in one board. NOT_FOUND when the board has no answer for it; ANSWER_...,
 * BOARD_... The work is the same for every code: SK_ANSWER_PARTS buckets are read and searched
 * whole, and a record of each is opened. */
enum sk_error sk_answer_read(struct sk_answer *out, const struct sk_board *board,
                             const struct sk_receipt *receipt, sk_bucket_reader reader, void *ctx);

#endif
