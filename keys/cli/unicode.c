#include "keys/cli/unicode.h"

#include <stdbool.h>
#include <utf8proc.h>

#include "keys/base/secret.h"

#define COMPOSED ((utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE))
#define FOLDED                                                                                     \
    ((utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_CASEFOLD | UTF8PROC_STABLE |                 \
                         UTF8PROC_COMPOSE))

size_t sk_character(const uint8_t *p, size_t left, uint32_t *c)
{
    utf8proc_int32_t found;
    utf8proc_ssize_t n = utf8proc_iterate(p, left < 4 ? (utf8proc_ssize_t)left : 4, &found);

    if (n <= 0) {
        return 0;
    }
    *c = (uint32_t)found;
    return (size_t)n;
}

unsigned sk_character_columns(uint32_t c)
{
    int n = utf8proc_charwidth((utf8proc_int32_t)c);

    return n < 0 ? 0 : (unsigned)n;
}

size_t sk_columns(const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t columns = 0;
    uint32_t c;

    for (size_t n; *p != '\0' && (n = sk_character(p, 4, &c)) > 0; p += n) {
        columns += sk_character_columns(c);
    }
    return columns;
}

static bool is_ascii(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

enum sk_error sk_text_compose(uint8_t **text, size_t *len)
{
    utf8proc_ssize_t room, n;
    utf8proc_int32_t *wide;

    if (is_ascii(*text, *len)) {
        return SK_OK;
    }
    room = utf8proc_decompose(*text, (utf8proc_ssize_t)*len, NULL, 0, COMPOSED);
    if (room < 0) {
        return SK_ERR_TEXT;
    }
    /* utf8proc_reencode() turns the code points into UTF-8 in place. */
    wide = sk_secret_new(((size_t)room + 1) * sizeof *wide);
    if (wide == NULL) {
        return SK_ERR_MEMORY;
    }
    n = utf8proc_decompose(*text, (utf8proc_ssize_t)*len, wide, room, COMPOSED);
    n = n == room ? utf8proc_reencode(wide, n, COMPOSED) : -1;
    if (n < 0) {
        sk_secret_free(wide);
        return SK_ERR_TEXT;
    }
    sk_secret_free(*text);
    *text = (uint8_t *)wide;
    *len = (size_t)n;
    return SK_OK;
}

static utf8proc_int32_t fold_i(utf8proc_int32_t c, void *ctx)
{
    (void)ctx;
    return c == 0x130 || c == 0x131 ? 'i' : c;
}

char *sk_fold(const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t n =
        utf8proc_map_custom((const utf8proc_uint8_t *)text, 0, &folded, FOLDED, fold_i, NULL);

    return n < 0 ? NULL : (char *)folded;
}
