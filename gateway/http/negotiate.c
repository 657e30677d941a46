#include "gateway/http/negotiate.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define BLANK " \t"
#define WHOLE 1000 /* weights are thousandths */
#define UNSAID (-1)

static const char *const codings[SK_CODING_COUNT] = {"identity", "gzip", "br"};

const char *sk_coding_name(enum sk_coding coding)
{
    return codings[coding];
}

/* ---- a list of weighted names: #( name [ OWS ";" OWS "q=" qvalue ] ) ------------------------ */

struct element {
    const char *name;
    size_t len; /* of the name */
    int weight;
};

/* qvalue (12.4.2), up to the end of the element: 0 or 1 and up to three more digits; a 1 has only
 * zeros behind it. */
static bool qvalue_read(const char *text, size_t len, int *weight)
{
    int value, unit = 100;

    if (len == 0 || len > 5 || (text[0] != '0' && text[0] != '1') || (len > 1 && text[1] != '.')) {
        return false;
    }
    value = text[0] == '1' ? WHOLE : 0;
    for (size_t i = 2; i < len; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value += unit * (text[i] - '0');
    }
    if (value > WHOLE) {
        return false;
    }
    *weight = value;
    return true;
}

/* Text between two commas, without the blanks around it. */
static bool element_read(const char *text, size_t len, struct element *element)
{
    size_t at = 0;

    while (at < len && strchr(";" BLANK, text[at]) == NULL) {
        at++;
    }
    *element = (struct element){text, at, WHOLE};
    at += strspn(text + at, BLANK);
    if (at >= len) {
        return true;
    }
    if (text[at++] != ';') {
        return false;
    }
    at += strspn(text + at, BLANK);
    return at + 2 <= len && strncasecmp(text + at, "q=", 2) == 0 &&
           qvalue_read(text + at + 2, len - at - 2, &element->weight);
}

/* The next well-formed element of *header, which moves behind it. false: there is none left. */
static bool element_next(const char **header, struct element *element)
{
    while (*header != NULL && **header != '\0') {
        const char *text = *header + strspn(*header, "," BLANK);
        size_t len = strcspn(text, ",");

        *header = text + len;
        while (len > 0 && strchr(BLANK, text[len - 1]) != NULL) {
            len--;
        }
        if (element_read(text, len, element)) {
            return true;
        }
    }
    return false;
}

static bool is(const struct element *element, const char *name)
{
    return strlen(name) == element->len && strncasecmp(element->name, name, element->len) == 0;
}

/* ---- what is acceptable --------------------------------------------------------------------- */

/* The language of a tag such as "uk-UA". */
static bool primary_lang(const struct element *element, enum sk_lang *lang)
{
    char lower[3];
    size_t n = 0;

    while (n < element->len && element->name[n] != '-') {
        if (n == sizeof lower) {
            return false;
        }
        lower[n] = (char)tolower((unsigned char)element->name[n]);
        n++;
    }
    return sk_lang_of_code(lower, n, lang);
}

enum sk_lang sk_lang_accept(const char *header)
{
    enum sk_lang best = (enum sk_lang)0, lang;
    int best_weight = 0;
    struct element element;

    while (element_next(&header, &element)) {
        if (element.weight > best_weight && primary_lang(&element, &lang)) {
            best = lang;
            best_weight = element.weight;
        }
    }
    return best;
}

enum sk_coding sk_coding_accept(const char *header)
{
    int weights[SK_CODING_COUNT] = {UNSAID, UNSAID, UNSAID}, others = UNSAID;
    enum sk_coding best = SK_CODING_IDENTITY;
    struct element element;

    while (element_next(&header, &element)) {
        if (is(&element, "*")) {
            others = element.weight;
        }
        for (int i = 0; i < SK_CODING_COUNT; i++) {
            if (is(&element, codings[i])) {
                weights[i] = element.weight;
            }
        }
    }
    if (weights[SK_CODING_GZIP] == UNSAID) {
        weights[SK_CODING_GZIP] = others;
    }
    /* Unsaid, identity is acceptable, and the last choice. */
    if (weights[SK_CODING_IDENTITY] == UNSAID) {
        weights[SK_CODING_IDENTITY] = 0;
    }
    for (int i = SK_CODING_GZIP; i < SK_CODING_COUNT; i++) {
        if (weights[i] > 0 && weights[i] >= weights[best]) {
            best = (enum sk_coding)i;
        }
    }
    return best;
}
