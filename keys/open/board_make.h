/* Issuing boards (FORMAT section 5). Signs with the desk key: desk only. */
#ifndef SK_KEYS_OPEN_BOARD_MAKE_H
#define SK_KEYS_OPEN_BOARD_MAKE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/answer.h"
#include "keys/format/board.h"

/* One live thread: every one is sealed anew in every board. */
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
 * Builds the whole board file. Of plan is taken what the desk says in a board: days, counter
 * (already recorded as spent), acknowledgement, serial of the sheet, identity, previous. emit is
 * called with the header first, then bucket by bucket; its error ends the work and is returned.
 * Chooses b and c so that the threads fill about half of the places, at most; the file is held in
 * memory meanwhile (64 KiB for up to 32 records).
 *
 * What a hostile writer put into a report cannot stop a board: for a reply_pk of low order a
 * record is made that opens for nobody, and of several threads with one mailbox the first is
 * sealed and the others are left out, since one key must not seal two records.
 *
 * ANSWER_LENGTH, ANSWER_FORMAT (text is not UTF-8, or no such status), BOARD_OVERFLOW, MEMORY.
 */
enum sk_error sk_board_make(const struct sk_board *plan, const struct sk_ed25519_sk *desk,
                            const struct sk_thread *threads, size_t count,
                            enum sk_error (*emit)(void *ctx, const uint8_t *bytes, size_t len),
                            void *ctx, struct sk_digest *header_digest);

#endif
