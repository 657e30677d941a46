#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "keys/base/hash.h"
#include "keys/format/chunk.h"
#include "keys/format/slots.h"

json_t *unit_vectors(const char *file)
{
    const char *source = getenv("SKRYNKA_SOURCE"); /* set by make check */
    char path[4096];
    json_error_t error;

    snprintf(path, sizeof path, "%s/tests/vectors/%s", source != NULL ? source : TEST_SOURCE, file);
    json_t *json = json_load_file(path, 0, &error);

    if (json == NULL) {
        fail_msg("%s: %s", path, error.text);
    }
    return json;
}

const char *unit_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (text == NULL) {
        fail_msg("no text field %s", name);
    }
    return text;
}

uint64_t unit_number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_integer(value)) {
        fail_msg("no number field %s", name);
    }
    return (uint64_t)json_integer_value(value);
}

void unit_hex(uint8_t *out, size_t len, const char *hex)
{
    size_t got = 0;

    assert_int_equal(strlen(hex), 2 * len);
    assert_int_equal(sodium_hex2bin(out, len, hex, strlen(hex), NULL, &got, NULL), 0);
    assert_int_equal(got, len);
}

void unit_hex_field(uint8_t *out, size_t len, const json_t *object, const char *name)
{
    unit_hex(out, len, unit_text(object, name));
}

void unit_pattern(uint8_t *out, uint64_t from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(7 * (from + i) + 3);
    }
}

struct sk_x25519_sk unit_sk(uint8_t byte)
{
    struct sk_x25519_sk sk;

    memset(sk.b, byte, sizeof sk.b);
    return sk;
}

struct sk_x25519_pk unit_pk(uint8_t byte)
{
    struct sk_x25519_sk sk = unit_sk(byte);
    struct sk_x25519_pk pk;

    crypto_scalarmult_base(pk.b, sk.b);
    return pk;
}

static struct unit_bytes unit_new(size_t len)
{
    struct unit_bytes bytes = {malloc(len + 1), len};

    assert_non_null(bytes.p);
    return bytes;
}

/* Appends to what unit_new() made `room` bytes large. */
static void append(struct unit_bytes *envelope, size_t room, const uint8_t *bytes, size_t len)
{
    assert_true(len <= room - envelope->len);
    memcpy(envelope->p + envelope->len, bytes, len);
    envelope->len += len;
}

struct unit_bytes unit_seal(const struct sk_address *address, const uint8_t *body, size_t len,
                            size_t piece)
{
    struct sk_report *report = sk_report_new();
    size_t room = (size_t)sk_envelope_length(sk_class_for(len + 320));
    struct unit_bytes envelope = unit_new(room);
    uint8_t out[SK_CHUNK_BYTES];
    bool addressed = false, last = false;

    assert_non_null(report);
    envelope.len = SK_HEADER_BYTES;
    for (size_t at = 0, used = 0; at < len; at += used) {
        enum sk_report_step step;
        size_t n = piece != 0 && piece < len - at ? piece : len - at;

        assert_error(sk_report_write(report, body + at, n, &used, out, &step), SK_OK);
        assert_int_equal(step == SK_REPORT_TOOK_ALL, used == n);
        if (step == SK_REPORT_NEEDS_ADDRESS) {
            assert_false(addressed);
            assert_error(sk_report_address(report, address, envelope.p), SK_OK);
            addressed = true;
        } else if (step == SK_REPORT_CHUNK) {
            append(&envelope, room, out, sizeof out);
        }
    }
    if (!addressed) {
        assert_error(sk_report_address(report, address, envelope.p), SK_OK);
    }
    assert_int_equal(sk_report_chunks(report), 0);
    while (!last) {
        assert_error(sk_report_end(report, out, &last), SK_OK);
        append(&envelope, room, out, sizeof out);
    }
    assert_int_equal(sk_envelope_length(sk_report_chunks(report)), envelope.len);
    assert_error(sk_report_end(report, out, &last), SK_ERR_USAGE);
    sk_report_free(report);
    return envelope;
}

struct sk_address unit_address(size_t recipients)
{
    static struct sk_x25519_pk pks[SK_SLOTS + 1];
    static struct sk_receipt receipt;
    static struct sk_seed seed;

    for (uint8_t i = 0; i < 32; i++) {
        seed.b[i] = i;
        if (i <= SK_SLOTS) {
            pks[i] = unit_pk((uint8_t)(0x40 + i));
        }
        if (i < SK_CODE_RANDOM) {
            receipt.r[i] = i;
        }
    }
    sk_receipt_derive(&receipt, receipt.r);
    return (struct sk_address){.epoch = 2900,
                               .recipients = pks,
                               .recipient_count = recipients,
                               .receipt = &receipt,
                               .sealed_by = SK_SEALED_BY_COMMAND,
                               .flags = SK_FLAG_ANSWERS,
                               .boundary = "XX",
                               .seed = &seed};
}

struct sk_file_key unit_file_key_of(const uint8_t prelude[SK_PRELUDE_BYTES])
{
    struct sk_file_key key;

    sk_derive(key.b, prelude + 207, "file-key", prelude + 8, 96);
    return key;
}

struct sk_file_key unit_file_key(const struct sk_address *address)
{
    uint8_t prelude[SK_PRELUDE_BYTES];

    memcpy(prelude + 8, address->receipt->reply_pk.b, 32);
    memcpy(prelude + 40, address->receipt->mailbox_seed.b, 32);
    memcpy(prelude + 72, address->receipt->sign_pk.b, 32);
    memcpy(prelude + 207, address->seed->b, 32);
    return unit_file_key_of(prelude);
}

void unit_sign(struct unit_bytes content, const struct sk_address *address,
               const uint8_t header[SK_HEADER_BYTES])
{
    size_t signed_len = content.len - SK_CONTENT_SIGNATURE_BYTES;
    size_t blocks = (signed_len + SK_CHUNK_CONTENT - 1) / SK_CHUNK_CONTENT;
    struct unit_bytes hashes = unit_new(32 * blocks);
    uint8_t d[32], message[17 + 32 + 32] = "skrynka/1 report";

    for (size_t i = 0; i < blocks; i++) {
        size_t at = i * SK_CHUNK_CONTENT;
        size_t n = signed_len - at < SK_CHUNK_CONTENT ? signed_len - at : SK_CHUNK_CONTENT;

        crypto_hash_sha256(hashes.p + 32 * i, content.p + at, n);
    }
    crypto_hash_sha256(d, hashes.p, hashes.len);
    crypto_generichash(message + 17, 32, header, SK_HEADER_BYTES, NULL, 0);
    memcpy(message + 49, d, sizeof d);
    crypto_sign_detached(content.p + signed_len, NULL, message, sizeof message,
                         address->receipt->sign_sk.b);
    free(hashes.p);
}

struct unit_bytes unit_content(const struct sk_address *address,
                               const uint8_t header[SK_HEADER_BYTES], size_t body_len)
{
    struct unit_bytes content = unit_new(SK_PRELUDE_BYTES + body_len + SK_CONTENT_SIGNATURE_BYTES);
    uint8_t *p = content.p;
    size_t boundary_len = strlen(address->boundary);

    memset(p, 0, SK_PRELUDE_BYTES);
    p[0] = 1;
    p[1] = address->sealed_by;
    p[2] = address->flags;
    p[3] = 1;
    memcpy(p + 8, address->receipt->reply_pk.b, 32);
    memcpy(p + 40, address->receipt->mailbox_seed.b, 32);
    memcpy(p + 72, address->receipt->sign_pk.b, 32);
    memcpy(p + 104, address->sheets.b, 32);
    p[136] = (uint8_t)boundary_len;
    memcpy(p + 137, address->boundary, boundary_len);
    memcpy(p + 207, address->seed->b, 32);
    unit_pattern(p + SK_PRELUDE_BYTES, 0, body_len);
    unit_sign(content, address, header);
    return content;
}

void unit_chunk(uint8_t out[SK_CHUNK_BYTES], const struct sk_file_key *file_key,
                const uint8_t header[SK_HEADER_BYTES], uint64_t i, int last,
                const uint8_t plain[SK_CHUNK_PLAIN])
{
    uint8_t key[32], nonce[12] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16)};

    nonce[11] = last != 0;
    sk_derive(key, file_key->b, "payload", header, SK_HEADER_BYTES);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, SK_CHUNK_PLAIN, NULL, 0, NULL,
                                              nonce, key);
}

struct unit_bytes unit_envelope(const struct sk_file_key *file_key,
                                const uint8_t header[SK_HEADER_BYTES], struct unit_bytes content,
                                uint32_t chunks)
{
    struct unit_bytes envelope = unit_new((size_t)sk_envelope_length(chunks));
    struct sk_chunker *chunker = calloc(1, sizeof *chunker);
    struct sk_payload_key key;
    size_t at = 0;

    assert_non_null(chunker);
    memcpy(envelope.p, header, SK_HEADER_BYTES);
    sk_payload_key_derive(&key, file_key, header);
    for (uint32_t i = 0; i < chunks; i++) {
        at += sk_chunker_put(chunker, content.p + at, content.len - at);
        sk_chunker_seal(chunker, &key, i + 1 == chunks,
                        envelope.p + SK_HEADER_BYTES + (size_t)i * SK_CHUNK_BYTES);
    }
    assert_int_equal(at, content.len);
    free(chunker);
    return envelope;
}

long unit_peak_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}
