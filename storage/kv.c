#include "storage/kv.h"

#include <string.h>

bool sk_begins(struct sk_bytes key, struct sk_bytes prefix)
{
    return prefix.len == 0 || (key.len >= prefix.len && memcmp(key.p, prefix.p, prefix.len) == 0);
}

enum sk_error sk_txn_error_or(const struct sk_txn *txn, enum sk_error otherwise)
{
    enum sk_error e = sk_txn_error(txn);

    return e != SK_OK ? e : otherwise;
}

enum sk_error sk_txn_find(struct sk_txn *txn, size_t table, struct sk_bytes key,
                          struct sk_bytes *value)
{
    if (sk_txn_get(txn, table, key, value)) {
        return SK_OK;
    }
    return sk_txn_error_or(txn, SK_ERR_NOT_FOUND);
}
