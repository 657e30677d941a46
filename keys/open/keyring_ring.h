/* The layout of a keyring in memory, for keyring.c and keyring_file.c only. */
#ifndef SK_KEYS_OPEN_KEYRING_RING_H
#define SK_KEYS_OPEN_KEYRING_RING_H

#include <stddef.h>
#include <stdint.h>

#include "keys/open/keyring_file.h"

/* Lengths in the file (FORMAT section 7): header, nonce, records in whole blocks, authenticator. */
enum {
    SK_KEYRING_HEADER = 72,
    SK_KEYRING_NONCE = 24,
    SK_KEYRING_TAG = 16,
    SK_KEYRING_FRAME = SK_KEYRING_HEADER + SK_KEYRING_NONCE + SK_KEYRING_TAG,
    SK_KEYRING_BLOCK = 4096,
    SK_KEYRING_RECORD_HEAD = 8
};

struct sk_keyring_record {
    uint8_t type;
    uint16_t len;
    uint32_t id;
    uint8_t *data; /* sk_secret_new() */
};

struct sk_keyring {
    uint8_t header[SK_KEYRING_HEADER]; /* as in the file; does not change */
    struct sk_keyring_cost cost;       /* as in the header */
    uint8_t *key;                      /* 32 bytes, sk_secret_new() */
    struct sk_keyring_record *records; /* by type, then id */
    size_t count, room;
    size_t plain_len; /* of all records with their heads */
};

#endif
