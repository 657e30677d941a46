/* What skrynka-store prints for its operator. */
#ifndef SK_STORAGE_STORE_PRINT_H
#define SK_STORAGE_STORE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/format/carry.h"
#include "storage/outbox_organisations.h"

#define SK_WEEKS_WARNING 3 /* an operator hears of a sheet with this many weeks left or fewer */

#define SK_CHAIN_TEXT 33
const char *sk_store_chain_text(char out[SK_CHAIN_TEXT], const struct sk_chain *chain);

#define SK_DAY_TEXT 11
const char *sk_store_day_text(char out[SK_DAY_TEXT], uint32_t day); /* returns out */

/* "board 5" or "boards 5 to 7": the newest gap. */
#define SK_GAP_TEXT 64
const char *sk_store_gap_text(char out[SK_GAP_TEXT], const struct sk_board_gaps *gaps);

/* A progress callback of storage/; ctx is a started struct sk_progress. */
void sk_store_progress(void *ctx, uint64_t done, uint64_t total);

bool sk_store_revoked(const struct sk_organisation *organisation);
/* Says so when no organisation has a key for this week, so that intake is closed: SK_EXIT_REFUSED.
 */
int sk_store_refuse_unread(struct sk_outbox *outbox);
/* Prints what its last board's acknowledgement is worth here, as half a sentence. */
void sk_store_print_acknowledged(const struct sk_organisation *organisation, uint32_t last);
/* Prints which organisations hold back what is up to `last`, and why; how many they are. */
size_t sk_store_print_holding(const struct sk_organisation *organisations, size_t count,
                              uint32_t last);

#endif
