/* The answers found for a code, and how they are printed. */
#ifndef SK_KEYS_REPORT_FOUND_H
#define SK_KEYS_REPORT_FOUND_H

#include <stddef.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/answer.h"

/* Secret: in memory from sk_secret_new(). */
struct sk_found {
    struct sk_ed25519_pk organisation;
    struct sk_answer answer;
};

void sk_found_print(const struct sk_found *found, size_t count);
enum sk_error sk_found_print_json(const struct sk_found *found, size_t count);

#endif
