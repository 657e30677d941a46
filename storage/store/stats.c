#include "storage/store/stats.h"

#include <errno.h>
#include <stdlib.h>

#include "keys/cli/command.h"
#include "keys/format/class.h"
#include "storage/upload.h"

static enum sk_error count_envelopes(struct sk_stats *s, struct sk_store *store)
{
    struct sk_envelope_info *envelopes;
    uint32_t publication;
    size_t count;
    enum sk_error e = sk_inbox_snapshot(store->inbox, &envelopes, &count, &publication);

    if (e != SK_OK) {
        return e;
    }
    s->envelopes = count;
    for (size_t i = 0; i < count; i++) {
        s->bytes += sk_envelope_length(envelopes[i].chunks);
    }
    e = sk_outbox_uncarried(store->outbox, envelopes, &count);
    s->waiting = count;
    free(envelopes);
    return e;
}

static enum sk_error count_row(void *ctx, const struct sk_row *row, enum sk_row_state state)
{
    struct sk_stats *s = ctx;

    (void)row;
    s->rows++;
    s->rows_carried += state == SK_ROW_CARRIED ? 1 : 0;
    return SK_OK;
}

static enum sk_error collect_outbox(struct sk_stats *s, struct sk_outbox *outbox)
{
    enum sk_error e = sk_outbox_organisations(outbox, &s->organisations, &s->count);

    if (e == SK_OK) {
        e = sk_outbox_chain(outbox, &s->chain);
    }
    return e == SK_OK ? sk_outbox_safe_serial(outbox, &s->safe_serial) : e;
}

static enum sk_error collect(struct sk_stats *s, struct sk_store *store)
{
    enum sk_error e = sk_store_key_public(store, &s->gateway);

    if (e == SK_OK) {
        e = collect_outbox(s, store->outbox);
    }
    if (e == SK_OK) {
        e = count_envelopes(s, store);
    }
    if (e == SK_OK) {
        e = sk_inbox_each_row(store->inbox, count_row, s);
    }
    if (e == SK_OK) {
        e = sk_upload_count(store->inbox, &s->uploads, &s->upload_bytes);
    }
    return e == SK_OK ? sk_inbox_space(store->inbox, &s->space) : e;
}

unsigned sk_stats_used_percent(const struct sk_stats *stats)
{
    uint64_t hundredth = stats->space.size / 100;

    return hundredth == 0 ? 0 : (unsigned)(stats->space.used / hundredth);
}

int sk_store_stats(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    struct sk_stats stats = {0};
    int code = sk_store_open(store, SK_STORE_READS);

    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = collect(&stats, store);

    if (e == SK_OK && sk_args_has(args, "json")) {
        e = sk_stats_print_json(&stats);
    } else if (e == SK_OK) {
        sk_stats_print_table(&stats);
    }
    free(stats.organisations);
    return e == SK_OK ? sk_store_refuse_unread(store->outbox) : sk_refuse_error(store->dir, e);
}
