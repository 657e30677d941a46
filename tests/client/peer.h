/*
 * What peer.c offers to differential.mjs: the C implementation behind two pipes.
 * Request: u32 length, u8 operation, bytes. Answer: u32 length, u8 length of a name, the name of
 * enum sk_error, bytes.
 */
#ifndef SK_TESTS_CLIENT_PEER_H
#define SK_TESTS_CLIENT_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* A request as far as it is read. Taking more than there is ends the program. */
struct in {
    const uint8_t *p;
    size_t left;
};

const uint8_t *take(struct in *in, size_t len);
uint8_t take_u8(struct in *in);
uint32_t take_u32(struct in *in);
uint64_t take_u64(struct in *in);
void take_into(struct in *in, void *out, size_t len);

/* Appends to the answer. */
void give(const void *bytes, size_t len);
void give_u8(uint8_t v);
void give_u32(uint32_t v);
void give_u64(uint64_t v);

/* From malloc, or the end of the program. */
void *room(size_t len);

/* One operation; what it gave is sent only when it returns SK_OK. */
typedef enum sk_error operation(struct in *in);

operation op_seal, op_open;                                    /* peer_seal.c */
operation op_sheet, op_verify, op_board, op_answer, op_follow; /* peer_signed.c */
operation op_hash, op_digests, op_class, op_parse, op_format, op_receipt, op_low, op_text, op_time,
    op_armour, op_unarmour; /* peer_small.c */

#endif
