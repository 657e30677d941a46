/* A code and what every answer that is read with it must keep to. */
#ifndef SK_TESTS_FUZZ_ANSWERS_H
#define SK_TESTS_FUZZ_ANSWERS_H

#include "keys/format/answer.h"

/* The receipt of the seeds: r[i] = 17 i + 1. */
const struct sk_receipt *fuzz_receipt(void);

void fuzz_answer_check(const struct sk_answer *answer);

#endif
