#include "storage/outbox_chain.h"

#include <string.h>

#include "keys/base/bytes.h"
#include "storage/outbox_tables.h"

/* Lengths of the values "bundle" and "copied", and of an entry of the table `digests`. */
enum { LAST_BUNDLE = 36, COPIED = 4, KNOWN_BUNDLE = 20 };

static struct sk_bytes name(const char *text)
{
    return sk_bytes(text, strlen(text));
}

/* ---- its state ------------------------------------------------------------------------- */

static enum sk_error read_chain(struct sk_txn *txn, struct sk_chain_state *out)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_OUTBOX_META, name("chain"), &value) ||
        value.len != sizeof out->chain.b) {
        return SK_ERR_CORRUPT;
    }
    memcpy(out->chain.b, value.p, sizeof out->chain.b);
    if (sk_txn_get(txn, SK_OUTBOX_META, name("bundle"), &value)) {
        if (value.len != LAST_BUNDLE) {
            return SK_ERR_CORRUPT;
        }
        out->last = sk_get_u32(value.p);
        memcpy(out->digest.b, value.p + 4, sizeof out->digest.b);
    }
    if (sk_txn_get(txn, SK_OUTBOX_META, name("copied"), &value)) {
        if (value.len != COPIED) {
            return SK_ERR_CORRUPT;
        }
        out->copied = true;
        out->copied_day = sk_get_u32(value.p);
    }
    return SK_OK;
}

enum sk_error sk_chain_get(struct sk_txn *txn, struct sk_chain_state *out)
{
    struct sk_chain_state found = {0};
    enum sk_error e = read_chain(txn, &found);

    e = sk_txn_error_or(txn, e);
    if (e == SK_OK) {
        *out = found;
    }
    return e;
}

enum sk_error sk_outbox_chain(struct sk_outbox *outbox, struct sk_chain_state *out)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    enum sk_error e = sk_chain_get(txn, out);

    sk_txn_abort(txn);
    return e;
}

void sk_chain_put(struct sk_txn *txn, const struct sk_chain *chain)
{
    sk_txn_put(txn, SK_OUTBOX_META, name("chain"), sk_bytes(chain->b, sizeof chain->b));
}

void sk_chain_mark_copied(struct sk_txn *txn, uint32_t day)
{
    uint8_t value[COPIED];

    sk_put_u32(value, day);
    sk_txn_put(txn, SK_OUTBOX_META, name("copied"), sk_bytes(value, sizeof value));
}

void sk_chain_mark_ended(struct sk_txn *txn)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_OUTBOX_META, name("copied"), &value)) {
        sk_chain_mark_copied(txn, 0);
    }
}

enum sk_error sk_outbox_end_chain(struct sk_outbox *outbox)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);

    sk_chain_mark_ended(txn);
    sk_outbox_raise_version(txn);
    return sk_txn_commit(txn);
}

/* ---- another one ------------------------------------------------------------------------- */

enum sk_error sk_chain_begin(struct sk_txn *txn, const struct sk_chain *chain)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_ed25519_pk pin;
    struct sk_organisation_record org;

    sk_chain_put(txn, chain);
    sk_txn_delete(txn, SK_OUTBOX_META, name("copied"));
    while (sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        enum sk_error e = sk_organisation_decode(key, value, &pin, &org);

        if (e != SK_OK) {
            return e;
        }
        /* No organisation has anything of the new chain yet, whenever it joined. */
        org.joined_serial = 0;
        org.acknowledged = 0;
        org.acknowledged_before = 0;
        org.kind = org.kind == SK_ACK_BUNDLE ? SK_ACK_ENDED : org.kind;
        sk_organisation_put(txn, &pin, &org);
        key = sk_bytes(pin.b, sizeof pin.b); /* the key that was read ended with the write */
    }
    return sk_txn_error(txn);
}

/* ---- digests of bundles --------------------------------------------------------------------- */

void sk_chain_put_bundle(struct sk_txn *txn, const struct sk_chain *chain, uint32_t serial,
                         const struct sk_digest *digest)
{
    uint8_t last[LAST_BUNDLE], value[KNOWN_BUNDLE];

    sk_put_u32(last, serial);
    memcpy(last + 4, digest->b, sizeof digest->b);
    sk_txn_put(txn, SK_OUTBOX_META, name("bundle"), sk_bytes(last, sizeof last));
    memcpy(value, chain->b, sizeof chain->b);
    sk_put_u32(value + sizeof chain->b, serial);
    sk_txn_put(txn, SK_OUTBOX_DIGESTS, sk_bytes(digest->b, sizeof digest->b),
               sk_bytes(value, sizeof value));
}

bool sk_chain_knows(struct sk_txn *txn, const struct sk_chain *chain, uint32_t serial,
                    const struct sk_digest *digest)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_OUTBOX_DIGESTS, sk_bytes(digest->b, sizeof digest->b), &value) &&
           value.len == KNOWN_BUNDLE && memcmp(value.p, chain->b, sizeof chain->b) == 0 &&
           sk_get_u32(value.p + sizeof chain->b) == serial;
}

enum sk_error sk_chain_acknowledgement(struct sk_txn *txn, const struct sk_board *board,
                                       enum sk_acknowledgement *kind, uint32_t *serial)
{
    struct sk_chain_state state;
    struct sk_bytes value;
    enum sk_error e = sk_chain_get(txn, &state);

    if (e != SK_OK) {
        return e;
    }
    *serial = 0;
    if (board->carry_serial == 0) {
        *kind = SK_ACK_NONE;
    } else if (!sk_txn_get(txn, SK_OUTBOX_DIGESTS, sk_bytes(board->carry_digest.b, 32), &value)) {
        *kind = SK_ACK_UNKNOWN;
    } else if (value.len != KNOWN_BUNDLE) {
        return SK_ERR_CORRUPT;
    } else if (state.copied || memcmp(value.p, state.chain.b, sizeof state.chain.b) != 0) {
        *kind = SK_ACK_ENDED;
    } else {
        *kind = SK_ACK_BUNDLE;
        *serial = sk_get_u32(value.p + sizeof state.chain.b);
    }
    return sk_txn_error(txn);
}
