/* Armour: the same however the text is cut; what is decoded gives the same again when written. */
#include <string.h>

#include "tests/armour_lines.h"
#include "tests/fuzz/fuzz.h"

struct reading {
    enum sk_error error;
    size_t len;
    uint8_t *bytes;
};

static struct reading read_in(const char *text, size_t len, size_t step)
{
    struct reading r = {SK_OK, 0, malloc(SK_ARMOUR_ROOM(len))};
    struct sk_armour armour;

    sk_armour_start(&armour);
    for (size_t at = 0; r.error == SK_OK && at < len; at += step) {
        size_t some = len - at < step ? len - at : step, got = 0;
        uint8_t *out = malloc(SK_ARMOUR_ROOM(some));

        FUZZ_MUST(out != NULL && r.bytes != NULL);
        r.error = sk_armour_read(&armour, text + at, some, out, &got);
        FUZZ_MUST(got <= SK_ARMOUR_ROOM(some) && r.len + got <= SK_ARMOUR_ROOM(len));
        memcpy(r.bytes + r.len, out, got);
        r.len += got;
        free(out);
    }
    if (r.error == SK_OK) {
        r.error = sk_armour_end(&armour);
    }
    return r;
}

static void check_again(const struct reading *r)
{
    size_t room = 64 + (r->len + ARMOUR_LINE_BYTES) / ARMOUR_LINE_BYTES * ARMOUR_LINE_TEXT;
    char *text = malloc(room), *at = text;

    FUZZ_MUST(text != NULL);
    memcpy(at, SK_ARMOUR_BEGIN, sizeof SK_ARMOUR_BEGIN - 1);
    at += sizeof SK_ARMOUR_BEGIN - 1;
    for (size_t done = 0; done < r->len; done += ARMOUR_LINE_BYTES) {
        size_t left = r->len - done;
        at += armour_line(at, r->bytes + done, left < ARMOUR_LINE_BYTES ? left : ARMOUR_LINE_BYTES);
    }
    memcpy(at, SK_ARMOUR_END, sizeof SK_ARMOUR_END - 1);
    at += sizeof SK_ARMOUR_END - 1;
    struct reading again = read_in(text, (size_t)(at - text), 1000);
    FUZZ_MUST(again.error == SK_OK && again.len == r->len);
    FUZZ_MUST(r->len == 0 || memcmp(again.bytes, r->bytes, r->len) == 0);
    free(again.bytes);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct reading whole = read_in(text, size, size + 1), cut = read_in(text, size, 7);

    FUZZ_MUST(whole.error == cut.error);
    FUZZ_MUST(
        whole.error != SK_OK ||
        (whole.len == cut.len && (whole.len == 0 || memcmp(whole.bytes, cut.bytes, cut.len) == 0)));
    if (whole.error == SK_OK) {
        check_again(&whole);
    }
    free(whole.bytes);
    free(cut.bytes);
    return 0;
}
