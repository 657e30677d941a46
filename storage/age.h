/*
 * A clock may be wrong by years for a while, and what was deleted meanwhile does not come back. So
 * things grow old by a day of their own. Each publication moves it towards the clock's day by two
 * days at most, and only if the publication before was at most two days ago.
 */
#ifndef SK_STORAGE_AGE_H
#define SK_STORAGE_AGE_H

#include <stdint.h>

#include "keys/base/error.h"

struct sk_inbox;

/* The day by which it is judged what is old enough to be deleted: today, unless the clock of the
 * publications was not there yet, or is behind it. A clock that jumps ages nothing. */
enum sk_error sk_inbox_age(struct sk_inbox *inbox, uint32_t today, uint32_t *past);

/* ---- in a transaction of the inbox's own files -------------------------------------------- */

struct sk_txn;

/* What ended before this day is to be deleted: never later than either. */
uint32_t sk_age_past(struct sk_txn *txn, uint32_t today);
/* What is put down now begins to grow old on this day: never earlier than either. */
uint32_t sk_age_from(struct sk_txn *txn, uint32_t today);
void sk_age_step(struct sk_txn *txn, uint32_t before, uint32_t today);

#endif
