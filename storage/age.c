#include "storage/age.h"

#include "storage/inbox_private.h"

#define AGE "age"
/* By how much a publication brings it nearer to the clock's day, and how many days after the one
 * before it that may be: a clock that just jumped has proved nothing yet. Two, so that it catches
 * up after days on which the gateway did not run; no more, so that an upload, which is kept for six
 * days, outlives three days of a wrong clock. */
#define STEP 2u

static uint32_t earlier(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t sk_age_past(struct sk_txn *txn, uint32_t today)
{
    return earlier(sk_meta_u32(txn, AGE, today), today);
}

uint32_t sk_age_from(struct sk_txn *txn, uint32_t today)
{
    uint32_t age = sk_meta_u32(txn, AGE, today);

    return age > today ? age : today;
}

void sk_age_step(struct sk_txn *txn, uint32_t before, uint32_t today)
{
    uint32_t age = sk_meta_u32(txn, AGE, today);
    bool steady = today > before && today - before <= STEP;

    if (steady && today > age) {
        age += earlier(today - age, STEP);
    } else if (steady) {
        age -= earlier(age - today, STEP);
    }
    sk_meta_put_u32(txn, AGE, age);
}

enum sk_error sk_inbox_age(struct sk_inbox *inbox, uint32_t today, uint32_t *past)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    uint32_t day = sk_age_past(txn, today);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *past = day;
    }
    return e;
}
