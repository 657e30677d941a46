#include "keys/format/content.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"

enum { CONTENT_VERSION = 1, BODY_MULTIPART = 1, KNOWN_FLAGS = SK_FLAG_ANSWERS | SK_FLAG_FOLLOW_UP };

/* Offsets of the prelude's fields (FORMAT section 2). */
enum {
    AT_VERSION = 0,
    AT_SEALED_BY = 1,
    AT_FLAGS = 2,
    AT_BODY_TYPE = 3,
    AT_ZERO = 4,
    AT_REPLY_PK = 8,
    AT_MAILBOX_SEED = 40,
    AT_SIGN_PK = 72,
    AT_SHEETS = 104,
    AT_BOUNDARY_LEN = 136,
    AT_BOUNDARY = 137,
    AT_SEED = 207,
    AT_ZERO_END = 239
};

static bool boundary_char(char c)
{
    /* strchr() would find the terminating NUL too. */
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("'()+_,-./:=? ", c) != NULL);
}

enum sk_error sk_boundary_check(const char *boundary, size_t len)
{
    if (len < 1 || len > SK_BOUNDARY_MAX || boundary[len - 1] == ' ') {
        return SK_ERR_CONTENT_BOUNDARY;
    }
    for (size_t i = 0; i < len; i++) {
        if (!boundary_char(boundary[i])) {
            return SK_ERR_CONTENT_BOUNDARY;
        }
    }
    return SK_OK;
}

static enum sk_error values_check(uint8_t sealed_by, uint8_t flags)
{
    if (sealed_by < SK_SEALED_BY_BROWSER || sealed_by > SK_SEALED_BY_COMMAND) {
        return SK_ERR_CONTENT_SEALER;
    }
    return (flags & ~KNOWN_FLAGS) != 0 ? SK_ERR_CONTENT_FLAGS : SK_OK;
}

enum sk_error sk_prelude_write(uint8_t out[SK_PRELUDE_BYTES], const struct sk_prelude *prelude)
{
    const char *end = memchr(prelude->boundary, '\0', sizeof prelude->boundary);
    size_t len = end != NULL ? (size_t)(end - prelude->boundary) : 0;
    enum sk_error e = values_check(prelude->sealed_by, prelude->flags);

    if (e == SK_OK) {
        e = sk_boundary_check(prelude->boundary, len);
    }
    if (e != SK_OK) {
        return e;
    }
    memset(out, 0, SK_PRELUDE_BYTES);
    out[AT_VERSION] = CONTENT_VERSION;
    out[AT_SEALED_BY] = prelude->sealed_by;
    out[AT_FLAGS] = prelude->flags;
    out[AT_BODY_TYPE] = BODY_MULTIPART;
    memcpy(out + AT_REPLY_PK, prelude->reply_pk.b, sizeof prelude->reply_pk.b);
    memcpy(out + AT_MAILBOX_SEED, prelude->mailbox_seed.b, sizeof prelude->mailbox_seed.b);
    memcpy(out + AT_SIGN_PK, prelude->sign_pk.b, sizeof prelude->sign_pk.b);
    memcpy(out + AT_SHEETS, prelude->sheets.b, sizeof prelude->sheets.b);
    out[AT_BOUNDARY_LEN] = (uint8_t)len;
    memcpy(out + AT_BOUNDARY, prelude->boundary, len);
    memcpy(out + AT_SEED, prelude->seed.b, sizeof prelude->seed.b);
    return SK_OK;
}

/* Everything that read_check() accepts is written back by sk_prelude_write() byte for byte. */
static enum sk_error read_check(const uint8_t in[SK_PRELUDE_BYTES])
{
    size_t len = in[AT_BOUNDARY_LEN];
    char boundary[SK_BOUNDARY_MAX];

    if (in[AT_VERSION] != CONTENT_VERSION) {
        return SK_ERR_CONTENT_VERSION;
    }
    enum sk_error e = values_check(in[AT_SEALED_BY], in[AT_FLAGS]);

    if (e != SK_OK) {
        return e;
    }
    if (in[AT_BODY_TYPE] != BODY_MULTIPART) {
        return SK_ERR_CONTENT_BODY_TYPE;
    }
    if (!sk_all_zero(in + AT_ZERO, AT_REPLY_PK - AT_ZERO) ||
        !sk_all_zero(in + AT_ZERO_END, SK_PRELUDE_BYTES - AT_ZERO_END)) {
        return SK_ERR_CONTENT_RESERVED;
    }
    if (len > SK_BOUNDARY_MAX) {
        return SK_ERR_CONTENT_BOUNDARY;
    }
    if (!sk_all_zero(in + AT_BOUNDARY + len, SK_BOUNDARY_MAX - len)) {
        return SK_ERR_CONTENT_RESERVED;
    }
    memcpy(boundary, in + AT_BOUNDARY, sizeof boundary);
    return sk_boundary_check(boundary, len);
}

enum sk_error sk_prelude_read(struct sk_prelude *out, const uint8_t in[SK_PRELUDE_BYTES])
{
    enum sk_error e = read_check(in);

    if (e != SK_OK) {
        return e;
    }
    memset(out, 0, sizeof *out);
    out->sealed_by = in[AT_SEALED_BY];
    out->flags = in[AT_FLAGS];
    memcpy(out->reply_pk.b, in + AT_REPLY_PK, sizeof out->reply_pk.b);
    memcpy(out->mailbox_seed.b, in + AT_MAILBOX_SEED, sizeof out->mailbox_seed.b);
    memcpy(out->sign_pk.b, in + AT_SIGN_PK, sizeof out->sign_pk.b);
    memcpy(out->sheets.b, in + AT_SHEETS, sizeof out->sheets.b);
    memcpy(out->boundary, in + AT_BOUNDARY, in[AT_BOUNDARY_LEN]);
    memcpy(out->seed.b, in + AT_SEED, sizeof out->seed.b);
    return SK_OK;
}

void sk_file_key_derive(struct sk_file_key *out, const struct sk_prelude *prelude)
{
    uint8_t keys[96];

    memcpy(keys, prelude->reply_pk.b, 32);
    memcpy(keys + 32, prelude->mailbox_seed.b, 32);
    memcpy(keys + 64, prelude->sign_pk.b, 32);
    sk_F(out->b, prelude->seed.b, "file-key", keys, sizeof keys);
    sodium_memzero(keys, sizeof keys);
}

void sk_report_signed_message(uint8_t out[SK_REPORT_SIGNED_BYTES], const uint8_t header[680],
                              const uint8_t d[32])
{
    static const char type[17] = "skrynka/1 report"; /* with its NUL: the 00 of the format */
    struct sk_digest digest;

    sk_blake2b(&digest, header, 680);
    memcpy(out, type, sizeof type);
    memcpy(out + sizeof type, digest.b, sizeof digest.b);
    memcpy(out + sizeof type + sizeof digest.b, d, 32);
}
