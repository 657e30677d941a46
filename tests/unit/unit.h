/* Shared by the unit tests: known answers, whole envelopes in memory, and forging them. */
#ifndef SK_TESTS_UNIT_UNIT_H
#define SK_TESTS_UNIT_UNIT_H

/* cmocka.h wants these four before it, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"
#include "keys/format/receipt.h"
#include "keys/seal/report.h"

/* Fails with the names of both. */
#define assert_error(got, want) assert_string_equal(sk_error_name(got), sk_error_name(want))

/* A file of tests/vectors; the caller releases it with json_decref(). */
json_t *unit_vectors(const char *file);

/* Fields of a known answer; a missing one fails the test. */
const char *unit_text(const json_t *object, const char *name);
uint64_t unit_number(const json_t *object, const char *name);
/* Hex of exactly len bytes. */
void unit_hex(uint8_t *out, size_t len, const char *hex);
void unit_hex_field(uint8_t *out, size_t len, const json_t *object, const char *name);

/* content[i] = (7 i + 3) mod 256, from the byte `from` on. */
void unit_pattern(uint8_t *out, uint64_t from, size_t len);

/* The key pair with the secret key byte, byte, ... byte. */
struct sk_x25519_sk unit_sk(uint8_t byte);
struct sk_x25519_pk unit_pk(uint8_t byte);

struct unit_bytes {
    uint8_t *p; /* from malloc */
    size_t len;
};

/* Seals body through sk_report_..., taking it in pieces of `piece` bytes (0: all at once). */
struct unit_bytes unit_seal(const struct sk_address *address, const uint8_t *body, size_t len,
                            size_t piece);

/* An address to sk 0x40, 0x41 ... with the seed 00 01 02 ..., epoch 2900, the code 0 1 2 ... and
 * boundary "XX". What it points to is static. */
struct sk_address unit_address(size_t recipients);

/* The file key that its seed and keys give, or the bytes of a prelude; made without content.c. */
struct sk_file_key unit_file_key(const struct sk_address *address);
struct sk_file_key unit_file_key_of(const uint8_t prelude[SK_PRELUDE_BYTES]);

/* Prelude || body || signature as the format has it, made without report.c. body is the pattern. */
struct unit_bytes unit_content(const struct sk_address *address,
                               const uint8_t header[SK_HEADER_BYTES], size_t body_len);

/* Signs a content anew after somebody changed it; sign_sk of the code in address. */
void unit_sign(struct unit_bytes content, const struct sk_address *address,
               const uint8_t header[SK_HEADER_BYTES]);

/* Header and chunks of any content at all, padded to `chunks`. */
struct unit_bytes unit_envelope(const struct sk_file_key *file_key,
                                const uint8_t header[SK_HEADER_BYTES], struct unit_bytes content,
                                uint32_t chunks);

/* One chunk of any plaintext at all. */
void unit_chunk(uint8_t out[SK_CHUNK_BYTES], const struct sk_file_key *file_key,
                const uint8_t header[SK_HEADER_BYTES], uint64_t i, int last,
                const uint8_t plain[SK_CHUNK_PLAIN]);

/* Largest resident size of this process so far, in KiB. */
long unit_peak_kib(void);

#endif
