#include "tests/unit/page_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (UINT64_C(500) << 20)
#define DAY UINT32_C(20780) /* 23 November 2026 */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef enum sk_error (*maker)(struct sk_page *out, enum sk_lang lang);

#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHEET (const uint8_t *)"sheet", 5

static const struct sk_page_organisation organisations[] = {
    {"first", "Перша організація, відділ приймання довгих назв, Київ", PIN, true, false, SHEET},
    {"second", "Second Organisation", PIN, true, false, SHEET},
    {"third\"", SAMPLE_HOSTILE, PIN, true, false, SHEET},
    {"fourth", "Without a key", PIN, false, true, SHEET},
};

static enum sk_error form_closed(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_form(out, lang, organisations + 3, 1, MAX_BYTES);
}

static enum sk_error form_one(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_form(out, lang, organisations, 1, MAX_BYTES);
}

static enum sk_error form(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_form(out, lang, organisations, COUNT(organisations), MAX_BYTES);
}

static enum sk_error offline(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_offline(out, lang, organisations, COUNT(organisations));
}

static enum sk_error receipt_page(struct sk_page *out, enum sk_lang lang, bool follow_up)
{
    struct sk_receipt receipt = {0};

    for (size_t i = 0; i < sizeof receipt.r; i++) {
        receipt.r[i] = (uint8_t)(17 * i + 1);
    }
    return sk_page_receipt(out, lang, &receipt, follow_up);
}

static enum sk_error receipt(struct sk_page *out, enum sk_lang lang)
{
    return receipt_page(out, lang, false);
}

static enum sk_error receipt_added(struct sk_page *out, enum sk_lang lang)
{
    return receipt_page(out, lang, true);
}

static enum sk_error receipt_none(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_receipt(out, lang, NULL, false);
}

static enum sk_error status_form(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status_form(out, lang, organisations, COUNT(organisations), SK_OK, NULL);
}

static enum sk_error status_length(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status_form(out, lang, organisations, COUNT(organisations), SK_ERR_CODE_LENGTH,
                               NULL);
}

static enum sk_error status_symbol(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status_form(out, lang, organisations, COUNT(organisations), SK_ERR_CODE_SYMBOL,
                               NULL);
}

static enum sk_error status_check(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status_form(out, lang, organisations, COUNT(organisations), SK_ERR_CODE_CHECK,
                               NULL);
}

static enum sk_error status_unknown(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status(out, lang, SK_RECEIPT_UNKNOWN, 0, NULL, 0);
}

static enum sk_error status_received(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status(out, lang, SK_RECEIPT_RECEIVED, DAY, NULL, 0);
}

static enum sk_error status_carried(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_status(out, lang, SK_RECEIPT_CARRIED, DAY, NULL, 0);
}

static enum sk_error status_answered(struct sk_page *out, enum sk_lang lang)
{
    static const char *const texts[] = {
        "Дякуємо.\nЧи бачили ви номер машини? <script>alert(1)</script> & \"так\"",
        "",
        "Your report was compared with two others.\n\nIt is with the prosecutor now.",
    };
    static struct sk_answer answers[6];
    struct sk_page_answer list[6];

    for (size_t i = 0; i < COUNT(answers); i++) {
        size_t n = i % COUNT(texts);

        answers[i].status = (uint8_t)(SK_STATUS_MORE - 3 + i);
        if (answers[i].status >= SK_STATUS_END) {
            answers[i].status = SK_STATUS_ARRIVED;
        }
        answers[i].day = DAY + (uint32_t)i;
        answers[i].text_len = strlen(texts[n]);
        memcpy(answers[i].text, texts[n], answers[i].text_len + 1);
        list[i] = (struct sk_page_answer){organisations[n].name, &answers[i]};
    }
    return sk_page_status(out, lang, SK_RECEIPT_ANSWERED, DAY, list, COUNT(list));
}

static enum sk_error courier_form(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_courier_form(out, lang, organisations, COUNT(organisations), MAX_BYTES);
}

static enum sk_error courier(struct sk_page *out, enum sk_lang lang)
{
    static const enum sk_error results[] = {
        SK_OK,
        SK_ERR_EXISTS,
        SK_ERR_ENVELOPE_LENGTH,
        SK_ERR_ENVELOPE_SUITE,
        SK_ERR_ENVELOPE_EPOCH,
        SK_ERR_TOO_LARGE,
        SK_ERR_FULL,
        SK_ERR_STORE_RESERVE,
        SK_ERR_IO,
    };

    return sk_page_courier(out, lang, results, COUNT(results));
}

static enum sk_error courier_none(struct sk_page *out, enum sk_lang lang)
{
    return sk_page_courier(out, lang, NULL, 0);
}

static const struct {
    const char *name;
    maker make;
} samples[] = {
    {"form", form},
    {"form-one", form_one},
    {"form-closed", form_closed},
    {"receipt", receipt},
    {"receipt-added", receipt_added},
    {"receipt-none", receipt_none},
    {"status", status_form},
    {"status-length", status_length},
    {"status-symbol", status_symbol},
    {"status-check", status_check},
    {"status-unknown", status_unknown},
    {"status-received", status_received},
    {"status-carried", status_carried},
    {"status-answered", status_answered},
    {"courier", courier_form},
    {"courier-result", courier},
    {"courier-none", courier_none},
    {"help", sk_page_help},
    {"offline", offline},
};

static const char *const problem_names[SK_PROBLEM_COUNT] = {
#define PROBLEM(name, status, text, next, typed, line) "problem-" #name,
#define FAILURE(error, problem, file)
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
};

const char *sample_name(size_t i)
{
    if (i < COUNT(samples)) {
        return samples[i].name;
    }
    i -= COUNT(samples);
    return i < SK_PROBLEM_COUNT ? problem_names[i] : NULL;
}

enum sk_error sample_make(size_t i, enum sk_lang lang, struct sk_page *out)
{
    if (i < COUNT(samples)) {
        return samples[i].make(out, lang);
    }
    return sk_page_problem(out, lang, (enum sk_problem)(i - COUNT(samples)));
}
