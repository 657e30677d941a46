#include "keys/format/content.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "keys/base/cursor.h"
#include "keys/base/hash.h"

enum { CONTENT_VERSION = 1, BODY_MULTIPART = 1, KNOWN_FLAGS = SK_FLAG_ANSWERS | SK_FLAG_FOLLOW_UP };

/* ---- values ------------------------------------------------------- */

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

/* ---- layout ----------------------------------------------------------------- */

enum sk_error sk_prelude_write(uint8_t out[SK_PRELUDE_BYTES], const struct sk_prelude *prelude)
{
    struct sk_field_writer w = sk_write_to(out, SK_PRELUDE_BYTES);
    size_t len = strnlen(prelude->boundary, sizeof prelude->boundary);
    enum sk_error e = values_check(prelude->sealed_by, prelude->flags);

    if (e != SK_OK) {
        return e;
    }
    e = sk_boundary_check(prelude->boundary, len);
    if (e != SK_OK) {
        return e;
    }
    sk_write_u8(&w, CONTENT_VERSION);
    sk_write_u8(&w, prelude->sealed_by);
    sk_write_u8(&w, prelude->flags);
    sk_write_u8(&w, BODY_MULTIPART);
    sk_write_zeros(&w, 4);
    sk_write_bytes(&w, prelude->reply_pk.b, sizeof prelude->reply_pk.b);
    sk_write_bytes(&w, prelude->mailbox_seed.b, sizeof prelude->mailbox_seed.b);
    sk_write_bytes(&w, prelude->sign_pk.b, sizeof prelude->sign_pk.b);
    sk_write_bytes(&w, prelude->sheets.b, sizeof prelude->sheets.b);
    sk_write_u8(&w, (uint8_t)len);
    sk_write_bytes(&w, prelude->boundary, len);
    sk_write_zeros(&w, SK_BOUNDARY_MAX - len);
    sk_write_bytes(&w, prelude->seed.b, sizeof prelude->seed.b);
    sk_write_zeros(&w, w.left);
    return SK_OK;
}

/* Strict: sk_prelude_write() gives back every accepted prelude byte for byte. */
static enum sk_error decode(struct sk_prelude *out, const uint8_t in[SK_PRELUDE_BYTES])
{
    struct sk_field_reader r = sk_read_from(in, SK_PRELUDE_BYTES);
    enum sk_error e;

    if (sk_read_u8(&r) != CONTENT_VERSION) {
        return SK_ERR_CONTENT_VERSION;
    }
    out->sealed_by = sk_read_u8(&r);
    out->flags = sk_read_u8(&r);
    e = values_check(out->sealed_by, out->flags);
    if (e != SK_OK) {
        return e;
    }
    if (sk_read_u8(&r) != BODY_MULTIPART) {
        return SK_ERR_CONTENT_BODY_TYPE;
    }
    sk_read_zeros(&r, 4);
    sk_read_bytes(&r, out->reply_pk.b, sizeof out->reply_pk.b);
    sk_read_bytes(&r, out->mailbox_seed.b, sizeof out->mailbox_seed.b);
    sk_read_bytes(&r, out->sign_pk.b, sizeof out->sign_pk.b);
    sk_read_bytes(&r, out->sheets.b, sizeof out->sheets.b);
    size_t len = sk_read_u8(&r);

    sk_read_bytes(&r, out->boundary, len <= SK_BOUNDARY_MAX ? len : SK_BOUNDARY_MAX);
    sk_read_zeros(&r, len <= SK_BOUNDARY_MAX ? SK_BOUNDARY_MAX - len : 0);
    sk_read_bytes(&r, out->seed.b, sizeof out->seed.b);
    sk_read_zeros(&r, r.left);
    return r.reserved ? SK_ERR_CONTENT_RESERVED : sk_boundary_check(out->boundary, len);
}

enum sk_error sk_prelude_read(struct sk_prelude *out, const uint8_t in[SK_PRELUDE_BYTES])
{
    struct sk_prelude prelude = {0};
    enum sk_error e = decode(&prelude, in);

    if (e == SK_OK) {
        *out = prelude;
    }
    sodium_memzero(&prelude, sizeof prelude); /* it holds the seed */
    return e;
}

/* ---- derived --------------------------------------------------- */

void sk_file_key_derive(struct sk_file_key *out, const struct sk_prelude *prelude)
{
    uint8_t keys[sizeof prelude->reply_pk + sizeof prelude->mailbox_seed + sizeof prelude->sign_pk];
    struct sk_field_writer w = sk_write_to(keys, sizeof keys);

    sk_write_bytes(&w, prelude->reply_pk.b, sizeof prelude->reply_pk.b);
    sk_write_bytes(&w, prelude->mailbox_seed.b, sizeof prelude->mailbox_seed.b);
    sk_write_bytes(&w, prelude->sign_pk.b, sizeof prelude->sign_pk.b);
    sk_derive(out->b, prelude->seed.b, "file-key", keys, sizeof keys);
    sodium_memzero(keys, sizeof keys);
}

void sk_report_signed_message(uint8_t out[SK_REPORT_SIGNED_BYTES],
                              const uint8_t header[SK_HEADER_BYTES], const uint8_t d[32])
{
    struct sk_field_writer w = sk_write_to(out, SK_REPORT_SIGNED_BYTES);
    struct sk_digest digest;

    sk_blake2b(&digest, header, SK_HEADER_BYTES);
    sk_write_magic(&w, "skrynka/1 report");
    sk_write_zeros(&w, 1);
    sk_write_bytes(&w, digest.b, sizeof digest.b);
    sk_write_bytes(&w, d, 32);
}
