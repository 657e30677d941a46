#include "keys/desk/thread_list.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "keys/format/content.h"

/* Around each of several texts: "2026-11-28\n" before it, an empty line between two. */
enum { DAY_LINE = 11, BETWEEN = 2 };

struct part { /* one text of a thread */
    const struct sk_case *of;
    const char *text;
    size_t len;
    uint32_t day;
    uint64_t order;
};

/* ---- the texts of a thread ---------------------------------------------------- */

static const struct sk_case *next_of(const struct sk_threads *threads, const struct sk_case *c)
{
    return c->next_of_thread != SIZE_MAX ? sk_threads_at(threads, c->next_of_thread) : NULL;
}

static int newest_first(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    return (x->order < y->order) - (x->order > y->order);
}

/* Adds the answers to one report. */
static size_t add_said(struct part *list, const struct sk_case *c)
{
    size_t n = c->said_count;

    for (size_t i = 0; i < n; i++) {
        const struct sk_said *said = &c->said[i];

        list[i] = (struct part){c, said->text, strlen(said->text), said->day, said->order};
    }
    return n;
}

/* All but those of `without`, the newest first, with room for one more. *parts from malloc. */
static enum sk_error collect(const struct sk_threads *threads, const struct sk_case *first,
                             const struct sk_case *without, struct part **parts, size_t *count)
{
    size_t n = 1;
    struct part *list;

    for (const struct sk_case *c = first; c != NULL; c = next_of(threads, c)) {
        n += c->said_count;
    }
    list = calloc(n, sizeof *list);
    if (list == NULL) {
        return SK_ERR_MEMORY;
    }
    n = 0;
    for (const struct sk_case *c = first; c != NULL; c = next_of(threads, c)) {
        n += c != without ? add_said(list + n, c) : 0;
    }
    qsort(list, n, sizeof *list, newest_first);
    *parts = list;
    *count = n;
    return SK_OK;
}

/* The bytes of the first n of several texts. */
static size_t length_of(const struct part *parts, size_t n)
{
    size_t len = n > 1 ? (n - 1) * BETWEEN : 0;

    for (size_t i = 0; i < n; i++) {
        len += DAY_LINE + parts[i].len;
    }
    return len;
}

enum sk_error sk_thread_list_length(const struct sk_threads *threads, const struct sk_case *c,
                                    const char *text, bool replace, size_t *len)
{
    struct part *parts = NULL;
    size_t n = 0;
    enum sk_error e =
        collect(threads, sk_threads_first(threads, &c->mailbox), replace ? c : NULL, &parts, &n);

    if (e == SK_OK) {
        if (*text != '\0') {
            parts[n++] = (struct part){c, text, strlen(text), 0, UINT64_MAX};
        }
        *len = n == 1 ? parts[0].len : length_of(parts, n);
    }
    free(parts);
    return e;
}

static size_t write_joined(char *out, const struct part *parts, size_t n)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        char day[DAY_LINE] = "";

        if (i > 0) {
            memcpy(out + at, "\n\n", BETWEEN);
            at += BETWEEN;
        }
        sk_day_format(parts[i].day, day);
        memcpy(out + at, day, DAY_LINE - 1);
        out[at + DAY_LINE - 1] = '\n';
        memcpy(out + at + DAY_LINE, parts[i].text, parts[i].len);
        at += DAY_LINE + parts[i].len;
    }
    return at;
}

/* ---- one thread ------------------------------------------------------------------ */

/* The report whose status and day a thread has: the one answered last, or the first. */
static const struct sk_case *speaker(const struct sk_threads *threads, const struct sk_case *first)
{
    const struct sk_case *best = first;

    for (const struct sk_case *c = first; c != NULL; c = next_of(threads, c)) {
        if (c->answer_order > best->answer_order) {
            best = c;
        }
    }
    return best;
}

static bool wants_answers(const struct sk_threads *threads, const struct sk_case *first)
{
    const struct sk_case *c = first;

    while (c != NULL && (c->flags & SK_FLAG_ANSWERS) == 0) {
        c = next_of(threads, c);
    }
    return c != NULL;
}

static void leave_out(struct sk_thread_list *list, const struct part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        list->left_out[list->left_out_count++] = parts[i].of;
    }
}

/* Of texts that do not fit together (earlier versions accepted them) the newest are used. A single
 * text has no line with its day. */
static enum sk_error fill_text(struct sk_thread_list *list, struct sk_thread *out,
                               const struct part *parts, size_t count)
{
    size_t n = count;
    char *text;

    while (n > 1 && length_of(parts, n) > SK_ANSWER_TEXT_MAX) {
        n--;
    }
    leave_out(list, parts + n, count - n);
    if (n <= 1) {
        out->text = n == 1 ? parts[0].text : NULL;
        out->text_len = n == 1 ? parts[0].len : 0;
        return SK_OK;
    }
    text = sk_secret_new(length_of(parts, n));
    if (text == NULL) {
        return SK_ERR_MEMORY;
    }
    out->text = text;
    out->text_len = write_joined(text, parts, n);
    list->joined[list->count] = text;
    return SK_OK;
}

static enum sk_error add(struct sk_thread_list *list, const struct sk_threads *threads,
                         const struct sk_case *first)
{
    const struct sk_case *c = speaker(threads, first);
    struct sk_thread *out = &list->threads[list->count];
    struct part *parts = NULL;
    size_t n = 0;
    enum sk_error e = collect(threads, first, NULL, &parts, &n);

    if (e == SK_OK) {
        out->mailbox = c->mailbox;
        out->reply_pk = c->reply_pk;
        out->status = c->status;
        out->day = c->answer_day != 0 ? c->answer_day : c->day;
        out->envelope = c->digest;
        e = fill_text(list, out, parts, n);
    }
    free(parts);
    if (e == SK_OK) {
        list->count++;
    }
    return e;
}

/* ---- all of them -------------------------------------------------------------------- */

enum sk_error sk_thread_list_make(struct sk_thread_list *out, const struct sk_threads *threads)
{
    size_t all = sk_threads_count(threads);
    struct sk_thread_list list = {.threads = sk_secret_new((all + 1) * sizeof *list.threads),
                                  .joined = calloc(all + 1, sizeof *list.joined),
                                  .left_out = calloc(all + 1, sizeof *list.left_out)};
    enum sk_error e = list.threads == NULL || list.joined == NULL || list.left_out == NULL
                          ? SK_ERR_MEMORY
                          : SK_OK;

    for (size_t i = 0; e == SK_OK && i < all; i++) {
        const struct sk_case *c = sk_threads_at(threads, i);

        if (sk_threads_first(threads, &c->mailbox) == c && wants_answers(threads, c)) {
            e = add(&list, threads, c);
        }
    }
    if (e != SK_OK) {
        sk_thread_list_free(&list);
        return e;
    }
    *out = list;
    return SK_OK;
}

void sk_thread_list_free(struct sk_thread_list *list)
{
    for (size_t i = 0; list->joined != NULL && i < list->count; i++) {
        sk_secret_free(list->joined[i]);
    }
    free(list->joined);
    free(list->left_out);
    sk_secret_free(list->threads);
    memset(list, 0, sizeof *list);
}
