/* The content of an envelope: prelude || body || signature (FORMAT section 2). */
#ifndef SK_KEYS_FORMAT_CONTENT_H
#define SK_KEYS_FORMAT_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"
#include "keys/format/receipt.h"

#define SK_PRELUDE_BYTES 256
#define SK_CONTENT_SIGNATURE_BYTES 64
#define SK_BOUNDARY_MAX 70

enum sk_sealed_by {
    SK_SEALED_BY_BROWSER = 1,
    SK_SEALED_BY_GATEWAY = 2,
    SK_SEALED_BY_OFFLINE_PAGE = 3,
    SK_SEALED_BY_COMMAND = 4
};

enum { SK_FLAG_ANSWERS = 1, SK_FLAG_FOLLOW_UP = 2 };

struct sk_seed {
    uint8_t b[32];
}; /* secret: the file key is derived from it and the prelude's keys */

struct sk_prelude {
    uint8_t sealed_by; /* enum sk_sealed_by: a claim, not proof */
    uint8_t flags;     /* SK_FLAG_... */
    struct sk_x25519_pk reply_pk;
    struct sk_mailbox_seed mailbox_seed;
    struct sk_ed25519_pk sign_pk;
    struct sk_seed seed;
    struct sk_digest sheets; /* sk_sheets_digest() of the key sheets used */
    char boundary[SK_BOUNDARY_MAX + 1];
};

/* CONTENT_BOUNDARY unless it is a boundary of RFC 2046: 1 to 70 bchars, the last not a space. */
enum sk_error sk_boundary_check(const char *boundary, size_t len);

/* CONTENT_SEALER, CONTENT_FLAGS, CONTENT_BOUNDARY if a field is out of range. */
enum sk_error sk_prelude_write(uint8_t out[SK_PRELUDE_BYTES], const struct sk_prelude *prelude);

/* Checks version, values, reserved bytes and boundary, in this order. */
enum sk_error sk_prelude_read(struct sk_prelude *out, const uint8_t in[SK_PRELUDE_BYTES]);

/* The file key derived from seed, reply_pk, mailbox_seed and sign_pk (FORMAT section 1). The desk
 * refuses any other (CONTENT_KEYS), so that a recipient, who holds the file key, cannot replace the
 * keys by others. */
void sk_file_key_derive(struct sk_file_key *out, const struct sk_prelude *prelude);

/* What the writer signs: "skrynka/1 report" || 00 || BLAKE2b-256(header) || D. */
#define SK_REPORT_SIGNED_BYTES (16 + 1 + 32 + 32)
void sk_report_signed_message(uint8_t out[SK_REPORT_SIGNED_BYTES],
                              const uint8_t header[SK_HEADER_BYTES], const uint8_t d[32]);

#endif
