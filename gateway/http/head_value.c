#include "gateway/http/head_value.h"

#include <string.h>
#include <strings.h>

#include "keys/base/number.h"

#define BLANK " \t"

bool sk_token_valid(const char *text, size_t len)
{
    static const char good[] = "!#$%&'*+-.^_`|~0123456789"
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0' || strchr(good, text[i]) == NULL) {
            return false;
        }
    }
    return len > 0;
}

bool sk_length_parse(const char *text, uint64_t *length)
{
    size_t len = strlen(text);

    return len <= 19 && sk_number_read(text, len, 0, UINT64_MAX, length);
}

/* The value of boundary=, a token or quoted, to the end of the header. */
static bool boundary_take(const char *text, char boundary[SK_BOUNDARY_MAX + 1])
{
    size_t len = strlen(text);
    bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';

    if (quoted) {
        text++;
        len -= 2;
    } else if (!sk_token_valid(text, len)) {
        return false;
    }
    if (sk_boundary_check(text, len) != SK_OK) {
        return false;
    }
    memcpy(boundary, text, len);
    boundary[len] = '\0';
    return true;
}

enum sk_media sk_media_parse(const char *value, char boundary[SK_BOUNDARY_MAX + 1])
{
    static const char form[] = "multipart/form-data", plain[] = "application/x-www-form-urlencoded";
    static const char parameter[] = "boundary=";

    if (value == NULL) {
        return SK_MEDIA_OTHER;
    }
    if (strncasecmp(value, plain, sizeof plain - 1) == 0 &&
        strchr(";" BLANK, value[sizeof plain - 1]) != NULL) {
        return SK_MEDIA_URLENCODED;
    }
    if (strncasecmp(value, form, sizeof form - 1) != 0) {
        return SK_MEDIA_OTHER;
    }
    value += sizeof form - 1;
    value += strspn(value, BLANK);
    if (*value != ';') {
        return SK_MEDIA_OTHER;
    }
    value++;
    value += strspn(value, BLANK);
    if (strncasecmp(value, parameter, sizeof parameter - 1) != 0 ||
        !boundary_take(value + sizeof parameter - 1, boundary)) {
        return SK_MEDIA_OTHER;
    }
    return SK_MEDIA_MULTIPART;
}

bool sk_accept_json(const char *value)
{
    static const char json[] = "application/json";

    while (value != NULL && *value != '\0') {
        value += strspn(value, "," BLANK);
        if (strncasecmp(value, json, sizeof json - 1) == 0 &&
            strchr(",;" BLANK, value[sizeof json - 1]) != NULL) {
            return true;
        }
        value = strchr(value, ',');
    }
    return false;
}

/* Reads the digits at *text; *text moves behind them. */
static bool digits_take(const char **text, uint64_t *number)
{
    size_t digits = strspn(*text, "0123456789");

    if (digits > 18 || !sk_number_read(*text, digits, 0, UINT64_MAX, number)) {
        return false;
    }
    *text += digits;
    return true;
}

static enum sk_range_kind range_suffix(const char *value, uint64_t size, struct sk_range *out)
{
    uint64_t count;

    if (!digits_take(&value, &count) || *value != '\0') {
        return SK_RANGE_WHOLE;
    }
    if (count == 0 || size == 0) {
        return SK_RANGE_NONE;
    }
    out->length = count < size ? count : size;
    out->first = size - out->length;
    return SK_RANGE_PART;
}

enum sk_range_kind sk_range_parse(const char *value, uint64_t size, struct sk_range *out)
{
    uint64_t first, last = size;

    if (value == NULL || strncmp(value, "bytes=", 6) != 0) {
        return SK_RANGE_WHOLE;
    }
    value += 6;
    if (*value == '-') {
        return range_suffix(value + 1, size, out);
    }
    if (!digits_take(&value, &first) || *value++ != '-') {
        return SK_RANGE_WHOLE;
    }
    if (*value != '\0' && (!digits_take(&value, &last) || *value != '\0' || last < first)) {
        return SK_RANGE_WHOLE;
    }
    if (first >= size) {
        return SK_RANGE_NONE;
    }
    out->first = first;
    out->length = (last < size ? last + 1 : size) - first;
    return SK_RANGE_PART;
}
