#include "gateway/intake/upload_meta.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/bytes.h"

#define BLANK " \t"

struct slice {
    const char *at;
    size_t len;
};

struct pair {
    struct slice key, value;
};

static struct slice trimmed(const char *at, size_t len)
{
    while (len > 0 && strchr(BLANK, at[0]) != NULL) {
        at++;
        len--;
    }
    while (len > 0 && strchr(BLANK, at[len - 1]) != NULL) {
        len--;
    }
    return (struct slice){at, len};
}

static bool is(struct slice key, const char *name)
{
    return key.len == strlen(name) && memcmp(key.at, name, key.len) == 0;
}

/* Visible ASCII: without the space that ends it, and without what only looks like a key. */
static bool key_valid(struct slice key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.at[i] < 0x21 || key.at[i] > 0x7e) {
            return false;
        }
    }
    return key.len > 0;
}

/* Base64 in pieces of whole groups, so that a value of any length needs no memory. Decodes into
 * out as far as `room` goes; *len is the length of all of it. */
static bool base64_read(struct slice text, uint8_t *out, size_t room, size_t *len)
{
    uint8_t bytes[48];
    size_t got;

    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!sk_is_base64(text.at[i])) {
            return false;
        }
    }
    for (size_t at = 0; at < text.len; at += 64) {
        size_t some = text.len - at < 64 ? text.len - at : 64;
        if (sodium_base642bin(bytes, sizeof bytes, text.at + at, some, NULL, &got, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0 ||
            (at + some < text.len && got < sizeof bytes)) {
            return false;
        }
        if (*len < room) {
            memcpy(out + *len, bytes, got < room - *len ? got : room - *len);
        }
        *len += got;
    }
    return true;
}

/* 16 bytes into out, once. */
static bool take16(struct slice value, bool *has, uint8_t out[16])
{
    size_t len = 0;

    if (!base64_read(value, out, 16, &len) || len != 16) {
        return false;
    }
    *has = true;
    return true;
}

static bool pair_take(const struct pair *pair, struct sk_upload_meta *meta)
{
    size_t len;

    if (is(pair->key, "row")) {
        return take16(pair->value, &meta->has_row, meta->row.b);
    }
    if (is(pair->key, "token")) {
        return take16(pair->value, &meta->has_token, meta->token.b);
    }
    return base64_read(pair->value, NULL, 0, &len);
}

static bool pair_read(struct slice text, struct pair *pair)
{
    size_t key = 0;

    while (key < text.len && text.at[key] != ' ') {
        key++;
    }
    pair->key = (struct slice){text.at, key};
    pair->value = (struct slice){text.at + key, 0};
    if (key < text.len) {
        pair->value = (struct slice){text.at + key + 1, text.len - key - 1};
    }
    return key_valid(pair->key);
}

static bool known(const struct pair *pairs, size_t count, struct slice key)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].key.len == key.len && memcmp(pairs[i].key.at, key.at, key.len) == 0) {
            return true;
        }
    }
    return false;
}

bool sk_upload_meta_parse(const char *value, struct sk_upload_meta *out)
{
    struct pair pairs[SK_META_PAIRS_MAX];
    struct sk_upload_meta meta;
    size_t count = 0;

    memset(&meta, 0, sizeof meta);
    while (value != NULL) {
        size_t len = strcspn(value, ",");
        if (count == SK_META_PAIRS_MAX || !pair_read(trimmed(value, len), &pairs[count]) ||
            known(pairs, count, pairs[count].key) || !pair_take(&pairs[count], &meta)) {
            return false;
        }
        count++;
        value = value[len] == ',' ? value + len + 1 : NULL;
    }
    *out = meta;
    return true;
}
