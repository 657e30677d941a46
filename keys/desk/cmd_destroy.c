#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/destroy.h"
#include "keys/desk/sweep.h"

struct wanted {
    bool named, yes;
    uint32_t epoch;
    uint32_t today; /* --today; 0: not given */
};

/* So many days without a new report may also mean that the clock is ahead. */
#define QUIET_DAYS 31u

/* ---- words ------------------------------------------------------------------ */

static void epoch_text(uint32_t epoch, char out[32])
{
    char day[11] = "";
    uint32_t month = epoch & ~SK_EPOCH_MONTH;

    if ((epoch & SK_EPOCH_MONTH) != 0) {
        snprintf(out, 32, "month %u-%02u", (unsigned)(1970 + month / 12),
                 (unsigned)(month % 12 + 1));
    } else {
        sk_day_format(sk_week_first_day(epoch), day);
        snprintf(out, 32, "week of %s", day);
    }
}

static void say_losses(const struct sk_destroy *d)
{
    char name[32];

    for (size_t i = 0; i < d->count; i++) {
        epoch_text(d->expired[i].epoch, name);
        printf("%s: %u report%s\n", name, d->expired[i].reports,
               d->expired[i].reports == 1 ? "" : "s");
    }
    if (d->texts_end > 0) {
        printf("answers whose text goes: %u\n", d->texts_end);
    }
    if (d->threads_end > 0) {
        printf("threads that end: %u\n", d->threads_end);
    }
    if (d->open_end > 0) {
        printf("of these not closed: %u; nobody can answer their writers any more\n", d->open_end);
    }
}

static bool clock_is_odd(const struct sk_destroy *d)
{
    return d->today > d->newest + QUIET_DAYS;
}

/* Today decides which weeks are past. */
static void say_day(const struct sk_destroy *d)
{
    char today[11] = "far ahead", newest[11] = "";

    sk_day_format(d->today, today);
    printf("By this computer's clock it is %s.\n", today);
    if (clock_is_odd(d) && d->newest > 0 && sk_day_format(d->newest, newest)) {
        printf("The newest report here came on %s: is the clock right?\n", newest);
    } else if (clock_is_odd(d)) {
        printf("No report is here to compare it with: is the clock right?\n");
    }
}

static void warn(const struct sk_destroy *d)
{
    const struct sk_series *series = sk_state_current(&d->desk->state);
    uint32_t first = 0, last = 0;

    if (d->count > 0 && series != NULL && sk_series_gap(series, series->start, &first, &last)) {
        sk_refuse("bundle %u was not imported; reports of these weeks in it could never be opened "
                  "here",
                  (unsigned)first);
    }
}

/* -1: go on. */
static int ask(const struct sk_destroy *d, const struct wanted *w)
{
    say_day(d);
    say_losses(d);
    warn(d);
    if (w->today != 0 && w->today != d->today) {
        return sk_refuse("nothing was destroyed: --today names another day than this computer's "
                         "clock; set the clock right");
    }
    if (w->yes && (w->today != 0 || !clock_is_odd(d))) {
        return -1;
    }
    switch (
        sk_ask_yes_no("Destroy the keys and everything that hangs on them? It cannot be undone.")) {
    case SK_ANSWER_YES:
        return -1;
    case SK_ANSWER_NO:
        return sk_refuse("nothing was destroyed");
    default:
        return clock_is_odd(d) ? sk_refuse("nothing was destroyed: there is nobody to ask whether "
                                           "the clock is right; give --yes and --today YYYY-MM-DD")
                               : sk_refuse("nothing was destroyed: there is nobody to ask; give "
                                           "--yes");
    }
}

/* ---- work -------------------------------------------------------------------- */

static int destroy(struct sk_destroy *d, const struct wanted *w)
{
    enum sk_error e = SK_OK;
    bool work = sk_destroy_has_work(d);

    if (work) {
        int code = ask(d, w);

        if (code != -1) {
            return code;
        }
        e = sk_destroy_keys(d);
    }
    if (e == SK_OK) {
        e = sk_destroy_sweep(d->desk, d->first_week);
    }
    if (e != SK_OK) {
        sk_refuse_error(d->desk->home, e);
        return sk_refuse("what was to be destroyed may still be there; run `destroy` again");
    }
    printf(work
               ? "Destroyed. Backups of the desk and folders made by `open` are yours to destroy.\n"
               : "Nothing is old enough to be destroyed.\n");
    return SK_EXIT_OK;
}

/* Refuses an epoch for which the gateway accepts reports, or will. */
static int check_named(uint32_t epoch)
{
    time_t now = time(NULL);
    bool month = (epoch & SK_EPOCH_MONTH) != 0;

    if (month ? (epoch & ~SK_EPOCH_MONTH) >= sk_month_of(now)
              : epoch >= sk_week_of(now) || sk_epoch_accepted(epoch, now)) {
        return sk_refuse("reports are still sealed for that %s; nothing was destroyed",
                         month ? "month" : "week");
    }
    return SK_EXIT_OK;
}

static int run(struct sk_desk *desk, const struct wanted *w)
{
    struct sk_destroy d;
    char name[32];
    enum sk_error e = sk_destroy_plan(&d, desk, w->named ? &w->epoch : NULL);
    int code;

    if (e == SK_ERR_NOT_FOUND && sk_destroyed(desk, w->epoch)) {
        e = sk_destroy_sweep(desk, d.first_week);
        code = e == SK_OK ? sk_refuse("the keys of that time were destroyed before")
                          : sk_refuse_error(desk->home, e);
    } else if (e == SK_ERR_NOT_FOUND) {
        epoch_text(w->epoch, name);
        code = sk_refuse("%s: this desk has no key of it", name);
    } else {
        code = e == SK_OK ? destroy(&d, w) : sk_refuse_error("index", e);
    }
    sk_destroy_free(&d);
    return code;
}

int sk_cmd_destroy(void *program, const struct sk_args *args)
{
    struct wanted wanted = {.named = sk_args_has(args, "week") || sk_args_has(args, "month"),
                            .yes = sk_args_has(args, "yes"),
                            .today = (uint32_t)sk_args_number(args, "today", 0)};
    int code = SK_EXIT_OK;

    if (sk_args_count(args, "week") + sk_args_count(args, "month") > 1) {
        return sk_usage("destroy: give one week or month at a time");
    }
    if (sk_args_has(args, "month")) {
        wanted.epoch = (uint32_t)sk_args_number(args, "month", 0) | SK_EPOCH_MONTH;
    } else if (wanted.named) {
        wanted.epoch = sk_week_of((time_t)sk_args_number(args, "week", 0) * 86400);
    }
    if (wanted.named) {
        code = check_named(wanted.epoch);
    }
    if (code == SK_EXIT_OK) {
        code = sk_home_open(program);
    }
    return code == SK_EXIT_OK ? run(program, &wanted) : code;
}
