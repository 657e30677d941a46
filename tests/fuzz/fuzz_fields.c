/*
 * What the gateway learns of a report while it streams past (gateway/intake/fields.h), held against
 * a second reading of the whole body: however the network cuts it, the gateway takes or refuses it
 * alike; what it takes the desk reads whole; and recipients, code and wish for a receipt are those
 * of the parts that the desk shows. Input: u8: how many eights of bytes come before the recipients
 * are used (0: all) | u8 n | boundary n | body. The organisations on offer are called a to z.
 */
#include <string.h>

#include "gateway/intake/fields.h"
#include "tests/fuzz/form_slow.h"
#include "tests/fuzz/fuzz.h"

static struct sk_organisation all[26];

/* In place of the one that looks into the outbox (gateway/read/roster.c). */
const struct sk_organisation *sk_view_offered(const struct sk_view *view, const char *text)
{
    (void)view;
    return text[0] >= 'a' && text[0] <= 'z' && text[1] == '\0' ? &all[text[0] - 'a'] : NULL;
}

struct learned {
    bool taken, no_receipt;
    enum sk_problem problem;
    size_t to_count, code_len;
    const struct sk_organisation *to[SK_SLOTS];
    char code[SK_FIELD_CODE_MAX + 1];
};

static bool scan_all(struct sk_fields *fields, const uint8_t *body, size_t len, size_t until,
                     size_t step)
{
    for (size_t at = 0; at < len;) {
        size_t limit =
            at < until && until <= len ? until : len; /* exactly where the first chunk is full */
        size_t n = limit - at < step ? limit - at : step;

        if (!sk_fields_scan(fields, body + at, n)) {
            return false;
        }
        at += n;
        if (at == until && !sk_fields_address(fields, false)) {
            return false;
        }
    }
    return sk_fields_end(fields) && (fields->addressed || sk_fields_address(fields, true));
}

static void learn(struct learned *out, const char *boundary, const uint8_t *body, size_t len,
                  size_t until, size_t step)
{
    static struct sk_fields fields;

    memset(&fields, 0, sizeof fields);
    memset(out, 0, sizeof *out);
    sk_fields_start(&fields, boundary, NULL);
    out->taken = scan_all(&fields, body, len, until, step);
    FUZZ_MUST(out->taken != fields.refused);
    if (!out->taken) {
        out->problem = fields.problem;
        return;
    }
    out->no_receipt = fields.no_receipt;
    out->to_count = fields.to_count;
    memcpy(out->to, fields.to, fields.to_count * sizeof fields.to[0]);
    out->code_len = fields.code_len;
    memcpy(out->code, fields.code, fields.code_len);
}

/* ---- by the second reading ------------------------------------------------------------------- */

static bool named(const struct slow_head *head, const char *name)
{
    return head->field.full == strlen(name) &&
           memcmp(head->field.bytes, name, head->field.full) == 0;
}

static bool holds(const struct slow_part *part, const char *value)
{
    return part->content_len == strlen(value) &&
           memcmp(part->content, value, part->content_len) == 0;
}

static void must_have_to(const struct learned *have, const struct slow_part *part, size_t *seen)
{
    bool found = false;

    FUZZ_MUST(part->content_len == 1);
    for (size_t i = 0; i < have->to_count; i++) {
        if (have->to[i] == &all[part->content[0] - 'a']) {
            found = true;
            *seen = i + 1 > *seen ? i + 1 : *seen;
        }
    }
    FUZZ_MUST(found);
}

/* Of a report that is taken: what is remembered is what stands in it, and recipients and code had
 * ended when they were used. */
static void must_be(const struct learned *have, const struct slow_form *form, const uint8_t *until)
{
    static struct slow_head head;
    size_t to = 0, codes = 0;
    bool no = false, substance = false;

    for (size_t i = 0; i < form->count; i++) {
        const struct slow_part *part = &form->parts[i];

        slow_head_read(&head, part->lines, part->lines_len, false);
        if (named(&head, "to") || named(&head, "code")) {
            FUZZ_MUST(part->content + part->content_len < until);
        }
        if (part->content_len == 0) {
            continue;
        }
        if (named(&head, "to")) {
            must_have_to(have, part, &to);
        } else if (named(&head, "code")) {
            codes++;
            FUZZ_MUST(have->code_len == part->content_len &&
                      memcmp(have->code, part->content, have->code_len) == 0);
        } else if (named(&head, "receipt")) {
            no = holds(part, "no");
        } else if (named(&head, "file")) {
            substance = true;
        } else if (named(&head, "text")) {
            for (size_t k = 0; k < part->content_len; k++) {
                substance = substance || memchr(" \t\r\n", part->content[k], 4) == NULL;
            }
        }
    }
    FUZZ_MUST(to == have->to_count && codes == (have->code_len > 0 ? 1 : 0));
    FUZZ_MUST(no == have->no_receipt && substance);
}

/* Whether a recipient or code had not ended when they were used. */
static bool one_is_late(const struct slow_form *form, const uint8_t *until)
{
    static struct slow_head head;
    bool late = false;

    for (size_t i = 0; i < form->count && !late; i++) {
        const struct slow_part *part = &form->parts[i];

        slow_head_read(&head, part->lines, part->lines_len, false);
        late = (named(&head, "to") || named(&head, "code")) &&
               (i + 1 == form->count || form->parts[i + 1].lines > until);
    }
    return late;
}

static void judge(const struct learned *have, const struct slow_form *gateway,
                  const struct slow_form *desk, const uint8_t *until)
{
    if (have->taken) {
        FUZZ_MUST(gateway->outcome == SK_OK && desk->outcome == SK_OK);
        FUZZ_MUST(gateway->count == desk->count);
        must_be(have, desk, until);
        return;
    }
    /* It is refused for its form only if its form is wrong. */
    FUZZ_MUST(have->problem != SK_PROBLEM_MANY || gateway->outcome == SK_ERR_FORM_PARTS);
    FUZZ_MUST(have->problem != SK_PROBLEM_NAME || gateway->outcome == SK_ERR_FORM_NAME);
    FUZZ_MUST(have->problem != SK_PROBLEM_FIELD_ORDER || one_is_late(gateway, until));
    FUZZ_MUST(have->problem != SK_PROBLEM_EMPTY || gateway->outcome == SK_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct slow_form desk, gateway;
    static struct learned whole, cut;
    static const size_t steps[] = {1, 2, 3, 7, 64, 1000};
    char boundary[SK_BOUNDARY_MAX + 1] = "";

    if (size < 2 || size - 2 < data[1] ||
        sk_boundary_check((const char *)data + 2, data[1]) != SK_OK) {
        return 0;
    }
    memcpy(boundary, data + 2, data[1]);
    size_t len = size - 2 - data[1], until = 8 * (size_t)data[0];
    uint8_t *body = malloc(2 + len);

    FUZZ_MUST(body != NULL);
    memcpy(body, "\r\n", 2);
    memcpy(body + 2, data + 2 + data[1], len);
    until = until == 0 || until > len ? SIZE_MAX : until;
    const uint8_t *early = body + 2 + (until < len ? until : len);
    slow_form_read(&desk, boundary, body + 2, len, false);
    slow_form_read(&gateway, boundary, body + 2, len, true);
    learn(&whole, boundary, body + 2, len, until, SIZE_MAX);
    judge(&whole, &gateway, &desk, early);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        learn(&cut, boundary, body + 2, len, until, steps[i]);
        FUZZ_MUST(cut.taken == whole.taken && cut.problem == whole.problem);
        FUZZ_MUST(cut.no_receipt == whole.no_receipt && cut.to_count == whole.to_count);
        FUZZ_MUST(memcmp(cut.to, whole.to, sizeof cut.to) == 0);
        FUZZ_MUST(memcmp(cut.code, whole.code, sizeof cut.code) == 0);
    }
    free(body);
    return 0;
}
