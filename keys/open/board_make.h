/* Issuing boards (FORMAT section 5). Signs with the desk key: desk only. */
#ifndef SK_KEYS_OPEN_BOARD_MAKE_H
#define SK_KEYS_OPEN_BOARD_MAKE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/answer.h"
#include "keys/format/board.h"

/* One live thread, sealed anew in every board. */
struct sk_thread {
    struct sk_mailbox mailbox;
    struct sk_x25519_pk reply_pk;
    uint8_t status; /* enum sk_status */
    uint32_t day;   /* of the answer */
    struct sk_digest envelope;
    const char *text; /* UTF-8, at most SK_ANSWER_TEXT_MAX bytes; may be NULL when text_len is 0 */
    size_t text_len;
};

/*
 * Builds the whole board file in memory (64 KiB for up to 32 records). plan gives days, counter
 * (already recorded as spent), acknowledgement, serial of the sheet, identity and previous. b and c
 * are chosen so that records fill at most half of the places where possible. emit is called with
 * the header, then with each bucket; its error is returned.
 *
 * A hostile report cannot stop a board: a reply_pk of low order gets a record that opens for
 * nobody, and of several threads with one mailbox only the first is sealed, since one key must not
 * seal two records.
 *
 * ANSWER_LENGTH, ANSWER_FORMAT (text is not UTF-8, or no such status), BOARD_OVERFLOW, MEMORY.
 */
enum sk_error sk_board_make(const struct sk_board *plan, const struct sk_ed25519_sk *desk,
                            const struct sk_thread *threads, size_t count,
                            enum sk_error (*emit)(void *ctx, const uint8_t *bytes, size_t len),
                            void *ctx, struct sk_digest *header_digest);

#endif
