#include "keys/desk/keyset.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/secret.h"

enum sk_error sk_keyset_own(struct sk_x25519_sk *out, const struct sk_desk *desk, uint32_t epoch)
{
    bool month = (epoch & SK_EPOCH_MONTH) != 0;
    size_t len = 0;
    const uint8_t *sk = sk_keyring_get(desk->ring, month ? SK_KEY_MONTH : SK_KEY_WEEK,
                                       epoch & ~SK_EPOCH_MONTH, &len);

    if (sk == NULL || len != sizeof out->b) {
        return SK_ERR_ENVELOPE_EPOCH;
    }
    memcpy(out->b, sk, sizeof out->b);
    return SK_OK;
}

static bool is_known(const struct sk_known_key *known, size_t count, const struct sk_x25519_pk *pk)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&known[i].pk, pk, sizeof *pk) == 0) {
            return true; /* the same key in two sheets of one organisation */
        }
    }
    return false;
}

/* After the own key: those that the sheets have for the epoch. */
static void add_keys(struct sk_keyset *set, const struct sk_known_sheets *sheets)
{
    const struct sk_known_key *own = &set->known[0];

    for (size_t i = 0; i < sheets->count; i++) {
        const struct sk_known_sheet *s = &sheets->list[i];
        const struct sk_x25519_pk *pk = sk_sheet_key(&s->sheet, set->epoch);

        if (pk == NULL || is_known(set->known, set->known_count, pk)) {
            continue;
        }
        if (memcmp(&s->sheet.identity, &own->identity, sizeof own->identity) == 0) {
            set->reissued = true;
        }
        set->known[set->known_count++] =
            (struct sk_known_key){.pk = *pk, .identity = s->sheet.identity, .name = s->name};
    }
}

enum sk_error sk_keyset_get(struct sk_keyset *out, const struct sk_desk *desk,
                            const struct sk_known_sheets *sheets, uint32_t epoch)
{
    struct sk_ed25519_pk identity;
    struct sk_known_key *known;
    struct sk_x25519_sk own;
    enum sk_error e = sk_keyset_own(&own, desk, epoch);

    if (e == SK_OK) {
        e = sk_home_identity(desk, 0, &identity);
    }
    if (e != SK_OK) {
        return e;
    }
    known = calloc(sheets->count + 1, sizeof *known);
    if (known == NULL) {
        sodium_memzero(&own, sizeof own);
        return SK_ERR_MEMORY;
    }
    free(out->known);
    *out = (struct sk_keyset){.epoch = epoch, .own = own, .known = known, .known_count = 1};
    sodium_memzero(&own, sizeof own);
    crypto_scalarmult_base(known[0].pk.b, out->own.b);
    known[0].identity = identity;
    known[0].name = sk_this_desk;
    add_keys(out, sheets);
    return SK_OK;
}

void sk_keyset_free(struct sk_keyset *set)
{
    if (set != NULL) {
        free(set->known);
    }
    sk_secret_free(set);
}
