/* The inside of a keyring, shared by the file that holds its records (keyring.c) and the one
 * that reads and writes its bytes (keyring_file.c). Nobody else includes this. */
#ifndef SK_KEYS_OPEN_KEYRING_RING_H
#define SK_KEYS_OPEN_KEYRING_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/open/keyring.h"

/* Offsets of the file (FORMAT section 7). */
enum {
    SK_KEYRING_AT_OPERATIONS = 8,
    SK_KEYRING_AT_MEMORY = 12,
    SK_KEYRING_AT_SALT = 16,
    SK_KEYRING_AT_TOKEN = 32,
    SK_KEYRING_AT_ZERO = 33,
    SK_KEYRING_AT_COMMITMENT = 40,
    SK_KEYRING_AT_NONCE = 72,
    SK_KEYRING_AT_RECORDS = 96,
    SK_KEYRING_TAG = 16,
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
    uint8_t header[SK_KEYRING_AT_NONCE]; /* all before the nonce; does not change */
    uint8_t *key;                        /* 32 bytes, sk_secret_new() */
    struct sk_keyring_record *records;   /* by type, then id */
    size_t count, room;
    size_t plain_len; /* of all records with their heads */
};

/* Whether data of this length can stand under this type. */
bool sk_keyring_length_fits(uint8_t type, size_t len);

/* Adds a record that must be new. data is copied. EXISTS, TOO_LARGE, MEMORY. */
enum sk_error sk_keyring_add(struct sk_keyring *ring, uint8_t type, uint32_t id,
                             const uint8_t *data, size_t len);

#endif
