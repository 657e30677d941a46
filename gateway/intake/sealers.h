/*
 * Sealing objects and the secrets that go with one report, in guarded memory. Making one costs
 * several system calls, so that a few are kept for the next report, wiped.
 */
#ifndef SK_GATEWAY_INTAKE_SEALERS_H
#define SK_GATEWAY_INTAKE_SEALERS_H

#include "gateway/intake/fields.h"
#include "keys/format/receipt.h"
#include "keys/seal/report.h"

struct sk_sealer_secrets {
    struct sk_fields fields;
    struct sk_receipt receipt;
    uint8_t r[SK_CODE_RANDOM];
};

struct sk_sealer {
    struct sk_report *report;
    struct sk_sealer_secrets *secrets;
    struct sk_sealer *next;
};

struct sk_sealers;

struct sk_sealers *sk_sealers_new(void);          /* NULL: out of memory */
void sk_sealers_free(struct sk_sealers *sealers); /* NULL is a no-op */

/* Like new; NULL when out of memory. */
struct sk_sealer *sk_sealers_take(struct sk_sealers *sealers);
/* Wipes it. NULL is a no-op. */
void sk_sealers_give(struct sk_sealers *sealers, struct sk_sealer *sealer);

#endif
