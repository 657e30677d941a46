/* A resumable upload on a gateway's disk (FORMAT section 8): without the token, which only the
 * uploader has, nothing links the partial envelope to its receipt row. */
#ifndef SK_KEYS_FORMAT_UPLOAD_H
#define SK_KEYS_FORMAT_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/base/key_types.h"

struct sk_envelope_id {
    uint8_t b[16];
};

/* Secret: the uploader's name for an upload. */
struct sk_upload_token {
    uint8_t b[16];
};

/* The database key of an upload: F(none, "upload-id", token)[0..15]. */
#define SK_UPLOAD_KEY 16
void sk_upload_key(uint8_t key[SK_UPLOAD_KEY], const struct sk_upload_token *token);

/* The row, encrypted under a key from token and envelope. Opening returns false when either is
 * another. */
#define SK_SEALED_ROW 32
void sk_upload_row_seal(uint8_t out[SK_SEALED_ROW], const struct sk_upload_token *token,
                        const struct sk_envelope_id *id, const struct sk_row *row);
bool sk_upload_row_open(struct sk_row *out, const struct sk_upload_token *token,
                        const struct sk_envelope_id *id, const uint8_t sealed[SK_SEALED_ROW]);

#endif
