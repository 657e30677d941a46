/* The plaintext of one board record (FORMAT section 5), shared by desks that write it and
 * holders of codes who read it. */
#ifndef SK_KEYS_FORMAT_RECORD_H
#define SK_KEYS_FORMAT_RECORD_H

#include <sodium.h>

#include "keys/format/board.h"

#define SK_RECORD_PLAIN 944
#define SK_RECORD_BOX (SK_RECORD_PLAIN + crypto_box_SEALBYTES)
#define SK_RECORD_SEALED (SK_RECORD_BOX + crypto_aead_chacha20poly1305_ietf_ABYTES)

/* Offsets of the fields. */
enum {
    SK_RECORD_AT_VERSION = 0,
    SK_RECORD_AT_STATUS = 1,
    SK_RECORD_AT_PART = 2,
    SK_RECORD_AT_PARTS = 3,
    SK_RECORD_AT_DAY = 4,
    SK_RECORD_AT_TEXT_LEN = 8,
    SK_RECORD_AT_ZERO = 10,
    SK_RECORD_AT_ENVELOPE = 16,
    SK_RECORD_AT_TEXT = 48,
    SK_RECORD_VERSION = 1
};

_Static_assert(SK_RECORD_TAG + SK_RECORD_SEALED == SK_RECORD_BYTES, "a record is full");

#endif
