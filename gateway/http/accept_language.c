#include "gateway/http/accept_language.h"

#include <ctype.h>
#include <string.h>

/* "0.85" as thousandths. Anything malformed counts as nothing. */
static unsigned quality(const char *text, size_t len)
{
    unsigned value = 0, unit = 1000;

    for (size_t i = 0; i < len && strchr(" \t;", text[i]) == NULL; i++) {
        if (i == 1 && text[i] == '.') {
            continue;
        }
        if (!isdigit((unsigned char)text[i]) || i > 4) {
            return 0;
        }
        value += (unsigned)(text[i] - '0') * unit;
        unit /= 10;
    }
    return value > 1000 ? 1000 : value;
}

/* The weight of one element ("uk-UA;q=0.8"), whose tag has tag_len bytes. */
static unsigned weight(const char *element, size_t len, size_t tag_len)
{
    for (size_t i = tag_len; i + 1 < len; i++) {
        if ((element[i] == 'q' || element[i] == 'Q') && element[i + 1] == '=') {
            return quality(element + i + 2, len - i - 2);
        }
    }
    return 1000;
}

static bool primary_lang(const char *tag, size_t len, enum sk_lang *lang)
{
    char lower[4];
    size_t n = 0;

    while (n < len && isalpha((unsigned char)tag[n])) {
        n++;
    }
    if (n == 0 || n > 3 || (n < len && tag[n] != '-')) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        lower[i] = (char)tolower((unsigned char)tag[i]);
    }
    return sk_lang_of_code(lower, n, lang);
}

enum sk_lang sk_lang_accept(const char *header)
{
    enum sk_lang best = (enum sk_lang)0;
    unsigned best_weight = 0;

    while (header != NULL && *header != '\0') {
        size_t len, tag_len;
        enum sk_lang lang;
        unsigned w;

        header += strspn(header, ", \t");
        len = strcspn(header, ",");
        tag_len = strcspn(header, ",; \t");
        w = weight(header, len, tag_len);
        if (w > best_weight && primary_lang(header, tag_len, &lang)) {
            best = lang;
            best_weight = w;
        }
        header += len;
    }
    return best;
}
