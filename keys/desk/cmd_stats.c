#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/base/category.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/index.h"
#include "keys/desk/json.h"
#include "keys/desk/view.h"
#include "keys/format/answer.h"

struct week_count {
    uint32_t week;
    unsigned long count;
};

struct stats {
    struct sk_threads *threads;
    unsigned long reports, attachments, unparsed;
    unsigned long category[SK_CATEGORY_END]; /* [0]: none */
    unsigned long status[SK_STATUS_END];
    struct week_count *weeks; /* ascending */
    size_t week_count;
};

static enum sk_error count_week(struct stats *s, uint32_t week)
{
    struct week_count *more;
    size_t at = 0;

    while (at < s->week_count && s->weeks[at].week < week) {
        at++;
    }
    if (at < s->week_count && s->weeks[at].week == week) {
        s->weeks[at].count++;
        return SK_OK;
    }
    more = reallocarray(s->weeks, s->week_count + 1, sizeof *more);
    if (more == NULL) {
        return SK_ERR_MEMORY;
    }
    memmove(more + at + 1, more + at, (s->week_count - at) * sizeof *more);
    more[at] = (struct week_count){week, 1};
    s->weeks = more;
    s->week_count++;
    return SK_OK;
}

static enum sk_error count_one(void *ctx, const struct sk_entry *entry)
{
    struct stats *s = ctx;

    s->reports++;
    s->attachments += json_array_size(sk_entry_files(entry));
    s->unparsed += entry->parsed ? 0 : 1;
    s->category[sk_entry_category(entry)]++;
    s->status[sk_view_status(s->threads, entry)]++;
    return count_week(s, sk_week_of((time_t)entry->day * 86400));
}

/* ---- showing --------------------------------------------------------------- */

/* One figure: its kind, its key ("" for a total), a name for people. */
typedef void (*figure)(void *ctx, const char *kind, const char *key, const char *name,
                       unsigned long count);

static void each_figure(const struct stats *s, figure fn, void *ctx)
{
    char key[11];

    fn(ctx, "reports", "", "reports", s->reports);
    fn(ctx, "attachments", "", "attachments", s->attachments);
    fn(ctx, "unparsed", "", "could not be parsed", s->unparsed);
    for (unsigned i = 1; i <= SK_CATEGORIES; i++) {
        snprintf(key, sizeof key, "%u", i);
        fn(ctx, "category", key, sk_category_name(i), s->category[i]);
    }
    fn(ctx, "category", "none", sk_category_name(0), s->category[0]);
    for (unsigned i = 1; i < SK_STATUS_END; i++) {
        fn(ctx, "status", sk_status_name(i), sk_status_name(i), s->status[i]);
    }
    for (size_t i = 0; i < s->week_count; i++) {
        if (sk_day_format(sk_week_first_day(s->weeks[i].week), key)) {
            fn(ctx, "week", key, key, s->weeks[i].count);
        }
    }
}

static void csv_line(void *ctx, const char *kind, const char *key, const char *name,
                     unsigned long count)
{
    (void)ctx;
    (void)name;
    printf("%s,%s,%lu\n", kind, key, count);
}

static void table_line(void *ctx, const char *kind, const char *key, const char *name,
                       unsigned long count)
{
    const char **last = ctx;
    bool total = *key == '\0';

    if (count == 0 && !total) {
        return;
    }
    if (!total && strcmp(*last, kind) != 0) {
        printf("\nby %s\n", kind);
        *last = kind;
    }
    if (strcmp(kind, "category") == 0) {
        printf("%8lu  %-4s %s\n", count, key, name);
    } else {
        printf("%8lu  %s\n", count, name);
    }
}

struct figures {
    json_t *root;
    int bad; /* a figure is missing: there was no memory for it */
};

/* {"reports": n, "attachments": n, "unparsed": n, "by_category": {"1": n, ... "none": n},
 *  "by_status": {"arrived": n, ...}, "by_week": {"2026-11-23": n, ...}} */
static void json_member(void *ctx, const char *kind, const char *key, const char *name,
                        unsigned long count)
{
    struct figures *f = ctx;
    json_t *group;
    char group_name[16];

    (void)name;
    if (*key == '\0') {
        f->bad |= json_object_set_new(f->root, kind, json_integer((json_int_t)count));
        return;
    }
    snprintf(group_name, sizeof group_name, "by_%s", kind);
    group = json_object_get(f->root, group_name);
    if (group == NULL) {
        f->bad |= json_object_set_new(f->root, group_name, json_object());
        group = json_object_get(f->root, group_name);
    }
    f->bad |= json_object_set_new(group, key, json_integer((json_int_t)count));
}

static enum sk_error print_json(const struct stats *s)
{
    struct figures f = {json_object(), 0};

    f.bad |= json_object_set_new(f.root, "by_week", json_object()); /* there even when empty */
    each_figure(s, json_member, &f);
    enum sk_error e = f.bad == 0 ? sk_json_print(f.root) : SK_ERR_MEMORY;

    json_decref(f.root);
    return e;
}

static enum sk_error print_stats(const struct stats *s, const char *format)
{
    const char *last = "";

    if (strcmp(format, "json") == 0) {
        return print_json(s);
    }
    if (strcmp(format, "csv") == 0) {
        printf("kind,key,count\n");
        each_figure(s, csv_line, NULL);
    } else {
        each_figure(s, table_line, &last);
    }
    return SK_OK;
}

static int stats(struct sk_desk *desk, const char *format)
{
    struct stats s = {.threads = NULL};
    enum sk_error e = sk_threads_open(&s.threads, desk);

    if (e == SK_OK) {
        e = sk_index_each(desk, count_one, &s);
    }
    if (e == SK_OK) {
        e = print_stats(&s, format);
    }
    free(s.weeks);
    sk_threads_close(s.threads);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("index", e);
}

int sk_cmd_stats(void *program, const struct sk_args *args)
{
    const char *format = sk_args_text(args, "format");
    int code = sk_home_open(program);

    if (sk_args_has(args, "json")) {
        format = "json";
    }
    return code == SK_EXIT_OK ? stats(program, format != NULL ? format : "table") : code;
}
