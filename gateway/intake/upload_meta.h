/* Upload-Metadata of tus 1.0.0: "key base64,key base64,key" (FORMAT 8 says what they mean). */
#ifndef SK_GATEWAY_INTAKE_UPLOAD_META_H
#define SK_GATEWAY_INTAKE_UPLOAD_META_H

#include <stdbool.h>

#include "keys/format/receipt.h"
#include "storage/inbox.h"

#define SK_META_PAIRS_MAX 32

struct sk_upload_meta {
    bool has_row, has_token;
    struct sk_row row;
    struct sk_upload_token token;
};

/*
 * A header's value (NULL: there is none, and nothing in it). Strict, because a client that means a
 * row and does not get it stored could never ask for answers: false for an empty pair or key, a key
 * given twice, more than one space between key and value, what is not base64 with its padding (of
 * unknown keys too), a row or token of other than 16 bytes. Blanks around a comma are let pass
 * (RFC 9110, lists). Unknown keys are ignored.
 */
bool sk_upload_meta_parse(const char *value, struct sk_upload_meta *out);

#endif
