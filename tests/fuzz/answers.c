#include "tests/fuzz/answers.h"

#include <string.h>

#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

const struct sk_receipt *fuzz_receipt(void)
{
    static struct sk_receipt receipt;
    static bool ready;

    if (!ready) {
        uint8_t r[SK_CODE_RANDOM];

        for (unsigned i = 0; i < sizeof r; i++) {
            r[i] = (uint8_t)(17 * i + 1);
        }
        sk_receipt_derive(&receipt, r);
        ready = true;
    }
    return &receipt;
}

void fuzz_answer_check(const struct sk_answer *answer)
{
    FUZZ_MUST(sk_status_name(answer->status) != NULL);
    FUZZ_MUST(sk_status_of_name(sk_status_name(answer->status)) == answer->status);
    FUZZ_MUST(answer->text_len <= SK_ANSWER_TEXT_MAX);
    FUZZ_MUST(answer->text[answer->text_len] == '\0');
    FUZZ_MUST(fuzz_text(answer->text, answer->text_len, true));
}
