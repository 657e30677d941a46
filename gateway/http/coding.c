#include "gateway/http/coding.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define WHOLE 1000 /* weights are thousandths */
#define UNSAID (-1)

static const char *const names[SK_CODING_COUNT] = {"identity", "gzip", "br"};

const char *sk_coding_name(enum sk_coding coding)
{
    return names[coding];
}

static size_t blanks(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && (text[n] == ' ' || text[n] == '\t')) {
        n++;
    }
    return n;
}

/* qvalue: 0 or 1 and up to three more digits; a 1 has only zeros behind it. */
static bool weight_parse(const char *text, size_t len, int *weight)
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

/* What follows the coding's name: nothing, or its weight and nothing else. */
static bool rest_parse(const char *text, size_t len, int *weight)
{
    size_t at = blanks(text, len);

    *weight = WHOLE;
    if (at == len) {
        return true;
    }
    if (text[at++] != ';') {
        return false;
    }
    at += blanks(text + at, len - at);
    if (len - at < 2 || (text[at] != 'q' && text[at] != 'Q') || text[at + 1] != '=') {
        return false;
    }
    text += at + 2;
    len -= at + 2;
    while (len > 0 && blanks(text + len - 1, 1) == 1) {
        len--;
    }
    return weight_parse(text, len, weight);
}

static bool is(const char *text, size_t len, const char *name)
{
    return strlen(name) == len && strncasecmp(text, name, len) == 0;
}

/* One element between commas. */
static void element(const char *text, size_t len, int weights[SK_CODING_COUNT], int *others)
{
    size_t lead = blanks(text, len), name = 0;
    int weight;

    text += lead;
    len -= lead;
    while (name < len && strchr(" \t;", text[name]) == NULL) {
        name++;
    }
    if (!rest_parse(text + name, len - name, &weight)) {
        return;
    }
    if (is(text, name, "*")) {
        *others = weight;
    }
    for (size_t i = 0; i < SK_CODING_COUNT; i++) {
        if (is(text, name, names[i])) {
            weights[i] = weight;
        }
    }
}

enum sk_coding sk_coding_accept(const char *header)
{
    int weights[SK_CODING_COUNT] = {UNSAID, UNSAID, UNSAID}, others = UNSAID;
    enum sk_coding best = SK_CODING_IDENTITY;

    while (header != NULL && *header != '\0') {
        size_t len = strcspn(header, ",");

        element(header, len, weights, &others);
        header += len + (header[len] == ',');
    }
    if (weights[SK_CODING_GZIP] == UNSAID) {
        weights[SK_CODING_GZIP] = others;
    }
    /* Unsaid it is acceptable, and the last choice. */
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
