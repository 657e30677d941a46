/* Text and file names that strangers wrote, made harmless: the same in whatever pieces they come,
 * valid, and nothing in them that steers a terminal or leaves a folder. Input: u8 n | text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/cli/unicode.h"
#include "keys/desk/names.h"
#include "keys/desk/text.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static char *repair(const uint8_t *data, size_t size, size_t piece)
{
    struct sk_repair r = {.held_len = 0};
    char *out = malloc(SK_REPAIR_ROOM(size) + 1);
    size_t n = 0;

    FUZZ_MUST(out != NULL);
    while (size > 0) {
        size_t len = size < piece ? size : piece;

        n += sk_repair(&r, out + n, data, len, false);
        data += len;
        size -= len;
    }
    n += sk_repair(&r, out + n, NULL, 0, true);
    out[n] = '\0';
    FUZZ_MUST(fuzz_text(out, n, false));
    return out;
}

/* Whether a whole character ends here. */
static bool ends_well(const uint8_t *data, size_t size)
{
    uint32_t c = 0;

    for (size_t n = 1; n <= 4 && n <= size; n++) {
        if (fuzz_character(data + size - n, n, &c) == n) {
            return c != 0;
        }
    }
    return size == 0;
}

static bool ends_replaced(const char *text)
{
    size_t len = strlen(text);

    return len >= 3 && strcmp(text + len - 3, "\xEF\xBF\xBD") == 0;
}

/* No control character, no bidirectional override, no line separator. */
static void must_be_harmless(const char *text, size_t len)
{
    const uint8_t *p = (const uint8_t *)text;

    FUZZ_MUST(fuzz_text(text, len, true));
    for (size_t i = 0; i + 2 < len; i++) {
        uint32_t c = 0;

        if (fuzz_character(p + i, len - i, &c) == 3) {
            FUZZ_MUST(c < 0x200E || (c > 0x200F && c < 0x2028) || (c > 0x202E && c < 0x2066) ||
                      c > 0x2069);
        }
    }
}

static void check_print(const char *text)
{
    char *out = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&out, &len);

    FUZZ_MUST(f != NULL);
    sk_print_safe(f, text);
    FUZZ_MUST(fclose(f) == 0);
    must_be_harmless(out, len);
    free(out);
}

/* Text that was not repaired must stay within its bounds, too. */
static void check_excerpt(const char *text, size_t room, bool repaired)
{
    char *out = malloc(room);

    FUZZ_MUST(out != NULL);
    sk_excerpt(out, room, text, room / 2);
    FUZZ_MUST(memchr(out, '\0', room) != NULL && strpbrk(out, "\n\t") == NULL);
    if (repaired) {
        must_be_harmless(out, strlen(out));
    }
    free(out);
}

static void check_name(const char *claimed)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    char out[SK_SAFE_NAME_MAX];

    sk_safe_name(out, 7, claimed);
    FUZZ_MUST(memchr(out, '\0', sizeof out) != NULL && out[strspn(out, good)] == '\0');
    FUZZ_MUST(strncmp(out, "07-", 3) == 0 && strlen(out) > 3 && strlen(out) <= 3 + 80);
}

/* Composed once it is composed, and still text. */
static void check_compose(const char *text)
{
    size_t len = strlen(text), again;
    uint8_t *composed = sk_secret_new(len + 1);

    FUZZ_MUST(composed != NULL);
    memcpy(composed, text, len + 1);
    FUZZ_MUST(sk_text_compose(&composed, &len) == SK_OK && composed[len] == '\0');
    FUZZ_MUST(fuzz_text((const char *)composed, len, false));
    again = len;
    char *first = fuzz_string(composed, len);

    FUZZ_MUST(sk_text_compose(&composed, &again) == SK_OK && again == len);
    FUZZ_MUST(memcmp(composed, first, len) == 0);
    free(first);
    sk_secret_free(composed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    char *whole = repair(data + 1, size - 1, size), *piecewise = repair(data + 1, size - 1, 1);
    char *again = repair((const uint8_t *)whole, strlen(whole), size), *raw;
    char *folded = sk_fold(whole);

    FUZZ_MUST(strcmp(whole, piecewise) == 0 && strcmp(whole, again) == 0);
    FUZZ_MUST(!fuzz_text((const char *)data + 1, size - 1, false) ||
              memcmp(whole, data + 1, size - 1) == 0);
    FUZZ_MUST(ends_well(data + 1, size - 1) || ends_replaced(whole));
    FUZZ_MUST(folded != NULL && sk_fold_find(whole, folded));
    check_compose(whole);
    check_print(whole);
    check_excerpt(whole, 1u + data[0], true);
    check_name(whole);
    raw = fuzz_string(data + 1, size - 1);
    check_excerpt(raw, 1u + data[0], false);
    check_name(raw);
    free(raw);
    free(folded);
    free(again);
    free(piecewise);
    free(whole);
    return 0;
}
