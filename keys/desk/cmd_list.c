#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/category.h"
#include "keys/cli/command.h"
#include "keys/cli/unicode.h"
#include "keys/desk/commands.h"
#include "keys/desk/index.h"
#include "keys/desk/json.h"
#include "keys/desk/text.h"
#include "keys/desk/twins.h"
#include "keys/desk/view.h"
#include "keys/format/answer.h"

struct filter {
    bool json;
    int category;    /* -1: any */
    unsigned status; /* 0: any */
    uint32_t since;
    char *word; /* folded; NULL: any */
};

struct listing {
    const struct filter *filter;
    struct sk_threads *threads;
    struct sk_twins twins;
    json_t *rows;
};

/* ---- choosing -------------------------------------------------------------- */

static bool word_in(const json_t *list, const char *member, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(list, i), member));

        if (text != NULL && sk_fold_find(text, word)) {
            return true;
        }
    }
    return false;
}

static bool wanted(const struct listing *l, const struct sk_entry *entry)
{
    const struct filter *f = l->filter;

    if (entry->day < f->since ||
        (f->category >= 0 && (unsigned)f->category != sk_entry_category(entry)) ||
        (f->status != 0 && f->status != sk_view_status(l->threads, entry))) {
        return false;
    }
    return f->word == NULL || word_in(sk_entry_fields(entry), "value", f->word) ||
           word_in(sk_entry_files(entry), "name", f->word);
}

static enum sk_error add_row(void *ctx, const struct sk_entry *entry)
{
    struct listing *l = ctx;

    if (!wanted(l, entry)) {
        return SK_OK;
    }
    json_t *row = sk_view_brief(entry, l->threads);
    bool twin = sk_twins_has(&l->twins, entry);
    int bad = json_object_set_new(row, "same_header", json_boolean(twin));

    bad |= json_array_append_new(l->rows, row);
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}

/* ---- showing --------------------------------------------------------------- */

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text != NULL ? text : "";
}

static int by_day(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    int order = strcmp(text_of(*x, "day"), text_of(*y, "day"));

    return order != 0 ? order : strcmp(text_of(*x, "id"), text_of(*y, "id"));
}

/* The index gives rows by epoch; the list is sorted by day of arrival. */
static enum sk_error sort(json_t **rows)
{
    size_t n = json_array_size(*rows);
    json_t **order = calloc(n + 1, sizeof *order);
    json_t *sorted = json_array();
    int bad = 0;

    if (order == NULL || sorted == NULL) {
        free(order);
        json_decref(sorted);
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = json_array_get(*rows, i);
    }
    qsort(order, n, sizeof(json_t *), by_day);
    for (size_t i = 0; i < n; i++) {
        bad |= json_array_append(sorted, order[i]);
    }
    free(order);
    json_decref(*rows);
    *rows = sorted;
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}

static void print_row(const json_t *row)
{
    char excerpt[4 * 60 + 1], category[4] = "-";
    long long number = json_integer_value(json_object_get(row, "category"));
    /* Whether an unknown key can read it too, or another envelope has its header. */
    bool marked = json_integer_value(json_object_get(row, "unknown_recipients")) > 0 ||
                  json_is_true(json_object_get(row, "same_header"));

    if (number > 0 && number < 100) {
        snprintf(category, sizeof category, "%lld", number);
    }
    sk_excerpt(excerpt, sizeof excerpt, text_of(row, "text_excerpt"), 60);
    printf("%s  %s  %-8s  %2s  %3lld%s%s%s %s\n", text_of(row, "id"), text_of(row, "day"),
           text_of(row, "status"), category,
           (long long)json_integer_value(json_object_get(row, "attachments")),
           json_is_true(json_object_get(row, "follow_up")) ? " +" : "  ",
           marked                                               ? "!"
           : json_is_true(json_object_get(row, "sheets_known")) ? " "
                                                                : "?",
           json_is_true(json_object_get(row, "parsed")) ? " " : "~", excerpt);
}

static void print_table(const json_t *rows)
{
    size_t n = json_array_size(rows);

    if (n == 0) {
        printf("No reports.\n");
        return;
    }
    printf("%-16s  %-10s  %-8s  %2s  %s  %s\n", "id", "day", "status", "ct", "files", "text");
    for (size_t i = 0; i < n; i++) {
        print_row(json_array_get(rows, i));
    }
    printf(
        "%zu report%s.  + follow-up, ! look at it with `show`: somebody unknown can read it too, "
        "or another came with its header, ? sealed with key sheets that are not known, ~ read only "
        "in part\n",
        n, n == 1 ? "" : "s");
}

static int list(struct sk_desk *desk, const struct filter *filter)
{
    struct listing l = {.filter = filter, .rows = json_array()};
    enum sk_error e = l.rows == NULL ? SK_ERR_MEMORY : sk_threads_open(&l.threads, desk);

    if (e != SK_OK) {
        goto out;
    }
    e = sk_twins_open(&l.twins, desk);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_index_each(desk, add_row, &l);
    if (e != SK_OK) {
        goto out;
    }
    e = sort(&l.rows);
    if (e != SK_OK) {
        goto out;
    }
    if (filter->json) {
        e = sk_json_print(l.rows);
    } else {
        print_table(l.rows);
    }
out:
    json_decref(l.rows);
    sk_twins_close(&l.twins);
    sk_threads_close(l.threads);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("index", e);
}

/* ---- the command ------------------------------------------------------------ */

int sk_cmd_list(void *program, const struct sk_args *args)
{
    const char *status = sk_args_text(args, "status"), *word = sk_args_text(args, "search");
    struct filter filter = {
        .json = sk_args_has(args, "json"),
        .category = sk_args_has(args, "category") ? (int)sk_args_number(args, "category", 0) : -1,
        .status = status != NULL ? sk_status_of_name(status) : 0,
        .since = (uint32_t)sk_args_number(args, "since", 0),
        .word = word != NULL ? sk_fold(word) : NULL};
    int code;

    if (word != NULL && filter.word == NULL) {
        return sk_usage("--search takes text in UTF-8");
    }
    code = sk_home_open(program);
    if (code == SK_EXIT_OK) {
        code = list(program, &filter);
    }
    free(filter.word);
    return code;
}
