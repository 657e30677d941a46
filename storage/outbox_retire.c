/* An organisation that will never come again. */
#include "storage/outbox_private.h"

static enum sk_error retire(struct sk_txn *txn, const struct sk_ed25519_pk *pin)
{
    struct sk_bytes key = sk_bytes(pin->b, sizeof pin->b);
    struct sk_org org;
    struct sk_sheet sheet;
    enum sk_error e = sk_org_get(txn, pin, &org);

    if (e == SK_OK) {
        e = sk_org_sheet(txn, pin, &sheet);
    }
    if (e == SK_OK) {
        e = sk_offered_keep(txn, pin, sheet.serial);
    }
    if (e != SK_OK) {
        return e;
    }
    if (org.has_previous) {
        sk_board_delete(txn, pin, org.previous);
    }
    if (org.has_board) {
        sk_board_delete(txn, pin, org.board);
    }
    sk_txn_delete(txn, SK_OUTBOX_SHEETS, key);
    sk_txn_delete(txn, SK_OUTBOX_ORGANISATIONS, key);
    sk_outbox_raise_version(txn);
    return sk_txn_error(txn);
}

enum sk_error sk_outbox_retire(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK) {
        e = retire(txn, pin);
    }
    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    return sk_txn_commit(txn);
}
