#include "keys/open/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/open/keyring_ring.h"

enum { PLAIN_MAX = SK_KEYRING_MAX - SK_KEYRING_FRAME - SK_KEYRING_BLOCK };

/* Any length fits a type that only a later version knows: such records are kept, so that an older
 * program that adds a key loses none. */
bool sk_keyring_length_fits(uint8_t type, size_t len)
{
    switch (type) {
    case SK_KEY_IDENTITY:
    case SK_KEY_DESK:
        return len == 64;
    case SK_KEY_WEEK:
    case SK_KEY_MONTH:
    case SK_KEY_INDEX:
    case SK_KEY_IDENTITY_PK:
    case SK_KEY_THREADS:
        return len == 32;
    case SK_KEY_SHEET_SERIAL:
    case SK_KEY_DESTROYED:
        return len == 4;
    case SK_KEY_BOARD_COUNTER:
        return len == 8;
    default:
        return type != 0 && len <= UINT16_MAX;
    }
}

/* The first record not before (type, id). */
static size_t position(const struct sk_keyring *ring, uint8_t type, uint32_t id)
{
    size_t low = 0, high = ring->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sk_keyring_record *r = &ring->records[middle];

        if (r->type < type || (r->type == type && r->id < id)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool stands_at(const struct sk_keyring *ring, size_t i, uint8_t type, uint32_t id)
{
    return i < ring->count && ring->records[i].type == type && ring->records[i].id == id;
}

static enum sk_error make_room(struct sk_keyring *ring)
{
    size_t room = ring->room > 0 ? ring->room * 2 : 64;
    struct sk_keyring_record *records;

    if (ring->count < ring->room) {
        return SK_OK;
    }
    records = realloc(ring->records, room * sizeof *records);
    if (records == NULL) {
        return SK_ERR_MEMORY;
    }
    ring->records = records;
    ring->room = room;
    return SK_OK;
}

/* Each record has guarded memory of its own, so that pointers to it survive changes of others. */
static uint8_t *copy_of(const uint8_t *data, size_t len)
{
    uint8_t *copy = sk_secret_new(len > 0 ? len : 1);

    if (copy != NULL && len > 0) {
        memcpy(copy, data, len);
    }
    return copy;
}

enum sk_error sk_keyring_add(struct sk_keyring *ring, uint8_t type, uint32_t id,
                             const uint8_t *data, size_t len)
{
    size_t i = position(ring, type, id);
    enum sk_error e;
    uint8_t *copy;

    if (stands_at(ring, i, type, id)) {
        return SK_ERR_EXISTS;
    }
    if (ring->plain_len + SK_KEYRING_RECORD_HEAD + len > PLAIN_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    e = make_room(ring);
    if (e != SK_OK) {
        return e;
    }
    copy = copy_of(data, len);
    if (copy == NULL) {
        return SK_ERR_MEMORY;
    }
    memmove(ring->records + i + 1, ring->records + i, (ring->count - i) * sizeof *ring->records);
    ring->records[i] =
        (struct sk_keyring_record){.type = type, .len = (uint16_t)len, .id = id, .data = copy};
    ring->count++;
    ring->plain_len += SK_KEYRING_RECORD_HEAD + len;
    return SK_OK;
}

enum sk_error sk_keyring_put(struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id,
                             const uint8_t *data, size_t len)
{
    size_t i = position(ring, (uint8_t)type, id);
    struct sk_keyring_record *r;
    uint8_t *copy;

    if ((unsigned)type > UINT8_MAX || !sk_keyring_length_fits((uint8_t)type, len)) {
        return SK_ERR_USAGE;
    }
    if (!stands_at(ring, i, (uint8_t)type, id)) {
        return sk_keyring_add(ring, (uint8_t)type, id, data, len);
    }
    r = &ring->records[i];
    if (ring->plain_len - r->len + len > PLAIN_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    /* data may point into the old record: copy it before that is wiped. */
    copy = copy_of(data, len);
    if (copy == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_secret_free(r->data);
    ring->plain_len = ring->plain_len - r->len + len;
    r->data = copy;
    r->len = (uint16_t)len;
    return SK_OK;
}

enum sk_error sk_keyring_remove(struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id)
{
    size_t i = position(ring, (uint8_t)type, id);

    if ((unsigned)type > UINT8_MAX || !stands_at(ring, i, (uint8_t)type, id)) {
        return SK_ERR_NOT_FOUND;
    }
    ring->plain_len -= SK_KEYRING_RECORD_HEAD + (size_t)ring->records[i].len;
    sk_secret_free(ring->records[i].data);
    ring->count--;
    memmove(ring->records + i, ring->records + i + 1, (ring->count - i) * sizeof *ring->records);
    return SK_OK;
}

const uint8_t *sk_keyring_get(const struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id,
                              size_t *len)
{
    size_t i = position(ring, (uint8_t)type, id);

    if ((unsigned)type > UINT8_MAX || !stands_at(ring, i, (uint8_t)type, id)) {
        return NULL;
    }
    if (len != NULL) {
        *len = ring->records[i].len;
    }
    return ring->records[i].data;
}

void sk_keyring_each(const struct sk_keyring *ring, enum sk_keyring_type type,
                     void (*fn)(void *ctx, uint32_t id, const uint8_t *data, size_t len), void *ctx)
{
    for (size_t i = position(ring, (uint8_t)type, 0); i < ring->count; i++) {
        const struct sk_keyring_record *r = &ring->records[i];

        if (r->type != (uint8_t)type) {
            break;
        }
        fn(ctx, r->id, r->data, r->len);
    }
}

void sk_keyring_free(struct sk_keyring *ring)
{
    if (ring == NULL) {
        return;
    }
    for (size_t i = 0; i < ring->count; i++) {
        sk_secret_free(ring->records[i].data);
    }
    free(ring->records);
    sk_secret_free(ring->key);
    free(ring);
}
