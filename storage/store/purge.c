#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/cli/command.h"
#include "storage/store/print.h"
#include "storage/store/store.h"

enum { ROW_DAYS = 400, CLOCK_DAYS = 14 };

struct purge {
    struct sk_store *store;
    uint32_t row_days;
    uint32_t age;  /* the day against which the age of receipts counts (storage/age.c) */
    uint32_t safe; /* bundles up to this one are deleted */
    struct sk_chain_state chain;
    uint64_t deleted;
};

static enum sk_error delete_bundle(struct purge *p, uint32_t serial)
{
    struct sk_bundle_record record = {0};
    uint64_t deleted = 0;
    enum sk_error e = sk_outbox_bundle(p->store->outbox, serial, &record);

    if (e != SK_OK) {
        return e;
    }
    e = sk_inbox_delete(p->store->inbox, record.ids, record.count, &deleted);
    p->deleted += deleted;
    sk_bundle_record_free(&record);
    return e;
}

/* From the newest bundle that arrived everywhere back to where an earlier purge ended. The record
 * of their envelopes is deleted last: interrupted before that, the next purge does it all again. */
static enum sk_error delete_carried(struct purge *p)
{
    struct sk_progress progress;
    enum sk_error e = sk_outbox_safe_serial(p->store->outbox, &p->safe);

    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_chain(p->store->outbox, &p->chain);
    if (e != SK_OK || p->safe == 0) {
        return e;
    }
    sk_progress_start(&progress, "deleting", 0);
    for (uint32_t serial = p->safe; serial > 0 && e == SK_OK; serial--) {
        e = delete_bundle(p, serial);
        sk_progress_add(&progress, 1);
    }
    sk_progress_end(&progress);
    return e == SK_OK || e == SK_ERR_NOT_FOUND ? sk_outbox_delete_bundles(p->store->outbox, p->safe)
                                               : e;
}

/* Old rows go with the next publication: until then no answer of the gateway changes. */
static enum sk_error drop_rows(struct purge *p)
{
    enum sk_error e = sk_inbox_age(p->store->inbox, sk_day_of(time(NULL)), &p->age);

    if (e != SK_OK || p->age <= p->row_days) {
        return e;
    }
    return sk_inbox_drop_rows_before(p->store->inbox, sk_month_of_day(p->age - p->row_days));
}

/* Deleting is one board behind: a desk that lost what it imported last can still say so. */
static void print_staying(const struct purge *p, const struct sk_organisation *organisations,
                          size_t count)
{
    uint32_t last = p->chain.last;

    if (p->chain.copied) {
        printf("This store was put back from a backup: what was acknowledged before counts for "
               "nothing, "
               "and\nnothing goes before the bundles of a new chain have arrived. Export first.\n");
        return;
    }
    if (p->safe >= last) {
        return;
    }
    if (p->safe + 1 == last) {
        printf("Bundle %u stays, because:\n", last);
    } else {
        printf("Bundles %u to %u stay, because:\n", p->safe + 1, last);
    }
    if (sk_store_print_holding(organisations, count, last) == 0) {
        printf("  no organisation with a valid key sheet has acknowledged them\n");
    }
}

/* A gap of some days is a gateway that did not run; a longer one is a wrong clock. */
static void print_age(const struct purge *p)
{
    uint32_t today = sk_day_of(time(NULL));
    char now[SK_DAY_TEXT], then[SK_DAY_TEXT];

    if (today > p->age && today - p->age > CLOCK_DAYS) {
        printf(
            "This machine says that it is %s. Receipts are judged by %s, because the gateway has "
            "not seen\nthe days between: look at the clock. If it is right, they follow by two "
            "days with each of its days.\n",
            sk_store_day_text(now, today), sk_store_day_text(then, p->age));
    }
}

static int print_result(const struct purge *p)
{
    struct sk_organisation *organisations;
    size_t count;
    enum sk_error e = sk_outbox_organisations(p->store->outbox, &organisations, &count);

    if (e != SK_OK) {
        return sk_refuse_error(p->store->dir, e);
    }
    printf(
        "Deleted %llu envelopes that arrived everywhere. Receipts of months that ended more than "
        "%u days ago go with the next publication.\n",
        (unsigned long long)p->deleted, p->row_days);
    print_age(p);
    print_staying(p, organisations, count);
    free(organisations);
    return SK_EXIT_OK;
}

int sk_store_purge(void *program, const struct sk_args *args)
{
    struct purge p = {.store = program,
                      .row_days = (uint32_t)sk_args_number(args, "rows-older-than", ROW_DAYS)};
    int code = sk_store_open(p.store, SK_STORE_WRITES);

    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = delete_carried(&p);

    if (e == SK_OK) {
        e = drop_rows(&p);
    }
    return e == SK_OK ? print_result(&p) : sk_refuse_error(p.store->dir, e);
}
