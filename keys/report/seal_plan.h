/* What `seal` was asked to do: its options, checked. */
#ifndef SK_KEYS_REPORT_SEAL_PLAN_H
#define SK_KEYS_REPORT_SEAL_PLAN_H

#include <stdbool.h>

#include "keys/report/program.h"

struct sk_seal_plan {
    struct sk_words sheets, attachments, consent, fingerprints;
    const char *text_file, *where_file, *when_file, *contact_file;
    const char *category;  /* the number of one (keys/base/category.def), or NULL */
    const char *code_file; /* of a follow-up, or NULL */
    const char *out;
    bool no_receipt, force;
};

/* Exit code; says what is wrong. */
int sk_seal_plan_read(struct sk_seal_plan *plan, int argc, char **argv);
void sk_seal_plan_free(struct sk_seal_plan *plan);

#endif
