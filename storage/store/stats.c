#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/cli/command.h"
#include "keys/cli/unicode.h"
#include "keys/format/class.h"
#include "keys/format/sheet.h"
#include "storage/store/print.h"
#include "storage/store/store.h"
#include "storage/upload.h"

enum { FULL_WARNING = 80 }; /* above this, only short reports are taken */

struct stats {
    struct sk_ed25519_pk gateway;
    uint64_t envelopes, waiting; /* waiting: in no bundle yet */
    uint64_t rows, rows_carried;
    uint64_t bytes;                 /* of the envelopes */
    uint64_t uploads, upload_bytes; /* resumable ones under way, and their bytes on disk */
    struct sk_inbox_space space;
    struct sk_chain_state chain;
    uint32_t safe_serial;
    struct sk_organisation *organisations;
    size_t count;
};

/* ---- collecting -------------------------------------------------------------------- */

static enum sk_error count_envelopes(struct stats *s, struct sk_store *store)
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
    struct stats *s = ctx;

    (void)row;
    s->rows++;
    s->rows_carried += state == SK_ROW_CARRIED ? 1 : 0;
    return SK_OK;
}

static enum sk_error collect(struct stats *s, struct sk_store *store)
{
    enum sk_error e = sk_store_key_public(store, &s->gateway);

    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_organisations(store->outbox, &s->organisations, &s->count);
    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_chain(store->outbox, &s->chain);
    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_safe_serial(store->outbox, &s->safe_serial);
    if (e != SK_OK) {
        return e;
    }
    e = count_envelopes(s, store);
    if (e != SK_OK) {
        return e;
    }
    e = sk_inbox_each_row(store->inbox, count_row, s);
    if (e != SK_OK) {
        return e;
    }
    e = sk_upload_count(store->inbox, &s->uploads, &s->upload_bytes);
    return e == SK_OK ? sk_inbox_space(store->inbox, &s->space) : e;
}

static unsigned used_percent(const struct stats *stats)
{
    uint64_t hundredth = stats->space.size / 100;

    return hundredth == 0 ? 0 : (unsigned)(stats->space.used / hundredth);
}

/* ---- table ------------------------------------------------------------------------ */

static bool colours(void)
{
    const char *no_colour = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0');
}

static int width(const char *text)
{
    return (int)sk_columns(text);
}

static void cell(const char *text, int columns)
{
    printf("%s%*s", text, columns - width(text) + 2, "");
}

static void warning(bool coloured, const char *name, const char *text)
{
    printf("%s%s: %s%s\n", coloured ? "\033[33m" : "", name, text, coloured ? "\033[0m" : "");
}

static void print_inbox(const struct stats *s)
{
    char hex[SK_HEX_TEXT], bytes[SK_SIZE_TEXT], size[SK_SIZE_TEXT], chain[SK_CHAIN_TEXT];

    sk_fingerprint_text(hex, &s->gateway);
    printf("Gateway    %s\n", hex);
    printf("Chain      %s%s\n", sk_store_chain_text(chain, &s->chain.chain),
           s->chain.copied ? ", ended: the next export begins a new one" : "");
    printf("Envelopes  %llu, %s; %llu of them in no bundle yet\n", (unsigned long long)s->envelopes,
           sk_size_text(bytes, s->bytes), (unsigned long long)s->waiting);
    printf("Receipts   %llu published, nobody's among them; %llu carried\n",
           (unsigned long long)s->rows, (unsigned long long)s->rows_carried);
    printf("Uploads    %llu under way, %s of them here\n", (unsigned long long)s->uploads,
           sk_size_text(bytes, s->upload_bytes));
    printf("Space      %u %% of %s used\n", used_percent(s), sk_size_text(size, s->space.size));
    printf("Bundles    last %u, arrived everywhere up to %u\n", s->chain.last, s->safe_serial);
}

struct cells {
    char sheet[12], weeks[12], board[24], day[SK_DAY_TEXT], missing[24], acknowledged[16];
};

static void cells_of(struct cells *c, const struct sk_organisation *o, time_t now)
{
    int weeks = sk_sheet_weeks_left(&o->sheet, now);

    memcpy(c->board, "-", 2);
    memcpy(c->day, "-", 2);
    snprintf(c->sheet, sizeof c->sheet, "%u", o->sheet.serial);
    snprintf(c->missing, sizeof c->missing, "%llu", (unsigned long long)o->gaps.missing);
    snprintf(c->acknowledged, sizeof c->acknowledged, "%u", o->acknowledged);
    if (sk_store_revoked(o)) {
        snprintf(c->weeks, sizeof c->weeks, "revoked");
    } else if (weeks < 0) {
        snprintf(c->weeks, sizeof c->weeks, "none");
    } else {
        snprintf(c->weeks, sizeof c->weeks, "%d", weeks);
    }
    if (o->has_board) {
        snprintf(c->board, sizeof c->board, "%llu", (unsigned long long)o->board.counter);
        sk_store_day_text(c->day, o->board.issued_day);
    }
}

static void print_row(const char *name, int columns, const struct cells *c, const char *last)
{
    cell(name, columns);
    cell(c->sheet, 5);
    cell(c->weeks, 10);
    cell(c->board, 5);
    cell(c->day, 10);
    cell(c->missing, 7);
    cell(c->acknowledged, 12);
    printf("%s\n", last);
}

static void print_organisations(const struct stats *s, time_t now)
{
    static const struct cells head = {"Sheet",  "Weeks left", "Board",
                                      "Of day", "Missing",    "Acknowledged"};
    int columns = width("Organisation");
    char hex[SK_HEX_TEXT];
    struct cells c;

    for (size_t i = 0; i < s->count; i++) {
        int n = width(s->organisations[i].name);

        columns = n > columns ? n : columns;
    }
    printf("\n");
    print_row("Organisation", columns, &head, "Fingerprint");
    for (size_t i = 0; i < s->count; i++) {
        cells_of(&c, &s->organisations[i], now);
        sk_fingerprint_text(hex, &s->organisations[i].pin);
        print_row(s->organisations[i].name, columns, &c, hex);
    }
}

static void print_board_warnings(const struct sk_organisation *o, const struct stats *s,
                                 bool coloured, uint32_t today)
{
    char gap[SK_GAP_TEXT], text[160];

    if (today > o->board.stale_day) {
        warning(coloured, o->name, "its board is out of date; ask the desk for a new one");
    }
    if (o->gaps.missing > 0) {
        snprintf(text, sizeof text, "%s never came; nothing is lost by that",
                 sk_store_gap_text(gap, &o->gaps));
        warning(coloured, o->name, text);
    }
    if (o->acknowledgement == SK_ACK_ENDED || o->acknowledgement == SK_ACK_UNKNOWN) {
        printf("%s%s ", coloured ? "\033[33m" : "", o->name);
        sk_store_print_acknowledged(o, s->chain.last);
        printf("%s\n", coloured ? "\033[0m" : "");
    }
}

static void print_warnings(const struct stats *s, time_t now)
{
    bool coloured = colours();
    uint32_t today = sk_day_of(now);

    for (size_t i = 0; i < s->count; i++) {
        const struct sk_organisation *o = &s->organisations[i];
        int weeks = sk_sheet_weeks_left(&o->sheet, now);

        if (sk_store_revoked(o)) {
            continue;
        }
        if (weeks < 0) {
            warning(coloured, o->name,
                    "no key for this week, so it is not offered; ask the desk "
                    "for a new key sheet");
        } else if (weeks <= SK_WEEKS_WARNING) {
            warning(coloured, o->name, "the keys run out soon; ask the desk for a new key sheet");
        }
        if (o->has_board) {
            print_board_warnings(o, s, coloured, today);
        }
    }
    if (used_percent(s) >= FULL_WARNING) {
        warning(coloured, "inbox", "nearly full; export, carry, import the boards, then purge");
    }
}

static void print_table(const struct stats *stats)
{
    time_t now = time(NULL);

    print_inbox(stats);
    if (stats->count == 0) {
        printf("\nNo organisation yet: intake is closed until a key sheet is imported.\n");
    } else {
        print_organisations(stats, now);
    }
    print_warnings(stats, now);
}

/* ---- JSON ------------------------------------------------------------------------- */

static json_t *board_json(const struct sk_organisation *o)
{
    char day[SK_DAY_TEXT], stale[SK_DAY_TEXT];

    if (!o->has_board) {
        return json_null();
    }
    return json_pack("{s:I, s:s, s:s, s:I, s:I}", "counter", (json_int_t)o->board.counter, "day",
                     sk_store_day_text(day, o->board.issued_day), "stale_after",
                     sk_store_day_text(stale, o->board.stale_day), "carry_serial",
                     (json_int_t)o->board.carry_serial, "missing", (json_int_t)o->gaps.missing);
}

static json_t *organisation_json(const struct sk_organisation *o, time_t now)
{
    static const char *const acknowledgements[] = {"none", "bundle", "ended chain", "unknown"};
    char hex[SK_HEX_TEXT];

    sk_fingerprint_text(hex, &o->pin);
    return json_pack("{s:s, s:s, s:I, s:b, s:i, s:o, s:s, s:I, s:I}", "name", o->name,
                     "fingerprint", hex, "sheet_serial", (json_int_t)o->sheet.serial, "revoked",
                     sk_store_revoked(o), "weeks_left", sk_sheet_weeks_left(&o->sheet, now),
                     "board", board_json(o), "acknowledgement",
                     acknowledgements[o->acknowledgement], "acknowledged",
                     (json_int_t)o->acknowledged, "arrived", (json_int_t)o->arrived);
}

static json_t *stats_json(const struct stats *s)
{
    char hex[SK_HEX_TEXT], chain[SK_CHAIN_TEXT];
    json_t *list = json_array();
    time_t now = time(NULL);

    for (size_t i = 0; i < s->count; i++) {
        if (json_array_append_new(list, organisation_json(&s->organisations[i], now)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    sk_fingerprint_text(hex, &s->gateway);
    sk_store_chain_text(chain, &s->chain.chain);
    return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I, "
                     "s:o}",
                     "gateway", hex, "chain", chain, "chain_ended", s->chain.copied, "uploads",
                     (json_int_t)s->uploads, "upload_bytes", (json_int_t)s->upload_bytes,
                     "envelopes", (json_int_t)s->envelopes, "waiting", (json_int_t)s->waiting,
                     "rows", (json_int_t)s->rows, "rows_carried", (json_int_t)s->rows_carried,
                     "bytes", (json_int_t)s->bytes, "size", (json_int_t)s->space.size, "used",
                     (json_int_t)s->space.used, "used_percent", (int)used_percent(s), "last_bundle",
                     (json_int_t)s->chain.last, "safe_serial", (json_int_t)s->safe_serial,
                     "organisations", list);
}

static enum sk_error print_json(const struct stats *stats)
{
    json_t *all = stats_json(stats);
    int failed;

    if (all == NULL) {
        return SK_ERR_MEMORY;
    }
    failed = json_dumpf(all, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(all);
    return failed ? SK_ERR_IO : SK_OK;
}

/* ---- the command ------------------------------------------------------------------- */

int sk_store_stats(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    struct stats stats = {0};
    int code = sk_store_open(store, SK_STORE_READS);

    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = collect(&stats, store);

    if (e == SK_OK && sk_args_has(args, "json")) {
        e = print_json(&stats);
    } else if (e == SK_OK) {
        print_table(&stats);
    }
    free(stats.organisations);
    return e == SK_OK ? sk_store_refuse_unread(store->outbox) : sk_refuse_error(store->dir, e);
}
