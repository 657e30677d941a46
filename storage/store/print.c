#include "storage/store/print.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/cli/command.h"
#include "keys/cli/progress.h"

/* ---- texts ------------------------------------------------------------------------ */

const char *sk_store_chain_text(char out[SK_CHAIN_TEXT], const struct sk_chain *chain)
{
    return sodium_bin2hex(out, SK_CHAIN_TEXT, chain->b, sizeof chain->b);
}

const char *sk_store_day_text(char out[SK_DAY_TEXT], uint32_t day)
{
    if (!sk_day_format(day, out)) {
        memcpy(out, "-", 2);
    }
    return out;
}

const char *sk_store_gap_text(char out[SK_GAP_TEXT], const struct sk_board_gaps *gaps)
{
    if (gaps->first == gaps->last) {
        snprintf(out, SK_GAP_TEXT, "board %llu", (unsigned long long)gaps->first);
    } else {
        snprintf(out, SK_GAP_TEXT, "boards %llu to %llu", (unsigned long long)gaps->first,
                 (unsigned long long)gaps->last);
    }
    return out;
}

void sk_store_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct sk_progress *p = ctx;

    p->total = total;
    if (done > p->done) {
        sk_progress_add(p, done - p->done);
    }
}

/* ---- organisations ---------------------------------------------------------------- */

bool sk_store_revoked(const struct sk_organisation *organisation)
{
    return organisation->sheet.weeks == 0;
}

int sk_store_refuse_unread(struct sk_outbox *outbox)
{
    struct sk_organisation *organisations;
    size_t count, open = 0;
    enum sk_error e = sk_outbox_organisations(outbox, &organisations, &count);

    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    for (size_t i = 0; i < count; i++) {
        open += !sk_store_revoked(&organisations[i]) &&
                        sk_sheet_weeks_left(&organisations[i].sheet, time(NULL)) >= 0
                    ? 1
                    : 0;
    }
    free(organisations);
    if (open > 0) {
        return SK_EXIT_OK;
    }
    return count == 0
               ? sk_refuse("nobody could open what arrives, so the gateway takes nothing: no "
                           "organisation is known; take in a key sheet with import-sheet")
               : sk_refuse("nobody could open what arrives, so the gateway takes nothing: all "
                           "key sheets have run out or are revoked; ask the desks for new "
                           "ones, then import-sheet");
}

void sk_store_print_acknowledged(const struct sk_organisation *o, uint32_t last)
{
    if (!o->has_board) {
        printf("has sent no board yet");
        return;
    }
    switch (o->acknowledgement) {
    case SK_ACK_BUNDLE:
        printf("acknowledges bundles up to %u of %u", o->acknowledged, last);
        if (o->arrived < o->acknowledged) {
            printf(", those after %u by its newest board only: they go after the next one",
                   o->arrived);
        }
        break;
    case SK_ACK_ENDED:
        printf("acknowledges a bundle of the chain that ended when this store was put back: "
               "that counts for nothing here");
        break;
    case SK_ACK_UNKNOWN:
        printf("acknowledges bundle %u of a chain that this store does not know, from before a "
               "restore or of another gateway: that counts for nothing here",
               o->board.carry_serial);
        break;
    default:
        printf("acknowledges no bundle yet");
    }
}

size_t sk_store_print_holding(const struct sk_organisation *organisations, size_t count,
                              uint32_t last)
{
    size_t holding = 0;

    for (size_t i = 0; i < count; i++) {
        const struct sk_organisation *o = &organisations[i];

        if (sk_store_revoked(o) || o->arrived >= last) {
            continue;
        }
        holding++;
        printf("  %s ", o->name);
        sk_store_print_acknowledged(o, last);
        printf("\n");
    }
    return holding;
}
