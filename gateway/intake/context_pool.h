/*
 * Contexts to seal one report each: the seal, and the secrets that go with it, in guarded memory.
 * Making one costs several system calls, so a few are kept for the next report, wiped.
 */
#ifndef SK_GATEWAY_INTAKE_CONTEXT_POOL_H
#define SK_GATEWAY_INTAKE_CONTEXT_POOL_H

#include "gateway/intake/fields.h"
#include "keys/format/receipt.h"
#include "keys/seal/report.h"

struct sk_context_secrets {
    struct sk_fields fields;
    struct sk_receipt receipt;
    uint8_t r[SK_CODE_RANDOM];
};

struct sk_context {
    struct sk_report *report;
    struct sk_context_secrets *secrets;
    struct sk_context *next;
};

struct sk_context_pool;

struct sk_context_pool *sk_context_pool_new(void);       /* NULL: out of memory */
void sk_context_pool_free(struct sk_context_pool *pool); /* NULL is a no-op */

/* Like new; NULL when out of memory. */
struct sk_context *sk_context_pool_take(struct sk_context_pool *pool);
/* Wipes it. NULL is a no-op. */
void sk_context_pool_return(struct sk_context_pool *pool, struct sk_context *context);

#endif
