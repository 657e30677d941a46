/* `resume`: a desk that was set back by a backup continues, or goes past bundles that are lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/number.h"
#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/import_bundle.h"
#include "keys/desk/import_trust.h"
#include "keys/desk/json.h"

/* More numbers than a desk can have spent on boards and sheets that were never carried to the
 * gateway. */
#define COUNTER_JUMP 1000u
#define SERIAL_JUMP 100u

struct wanted {
    const char *file;
    uint32_t lost_first, lost_last; /* 0: none */
    bool yes;
};

/* ---- the numbers ------------------------------------------------------------- */

static enum sk_error spend(struct sk_desk *desk, const struct sk_set_back *from)
{
    uint8_t serial[4], counter[8];
    enum sk_error e;

    sk_put_u32(serial, from->serial + SERIAL_JUMP);
    sk_put_u64(counter, from->counter + COUNTER_JUMP);
    e = sk_keyring_put(desk->ring, SK_KEY_SHEET_SERIAL, 0, serial, sizeof serial);
    if (e != SK_OK) {
        return e;
    }
    e = sk_keyring_put(desk->ring, SK_KEY_BOARD_COUNTER, 0, counter, sizeof counter);
    return e == SK_OK ? sk_home_save_keyring(desk) : e;
}

/* The next board has no previous one, since none is kept under the number before it. */
static enum sk_error continue_after(struct sk_desk *desk, const struct sk_set_back *from)
{
    enum sk_error e = spend(desk, from);

    if (e == SK_OK) {
        memset(&desk->state.set_back, 0, sizeof desk->state.set_back);
        e = sk_home_save_state(desk);
    }
    return e;
}

/* The highest numbers that this desk, this bundle or an earlier one knows. */
static enum sk_error highest(const struct sk_desk *desk, const struct sk_bundle_file *b,
                             struct sk_set_back *out)
{
    const struct sk_set_back *seen = &desk->state.set_back;
    struct sk_set_back now = {0};
    struct sk_digest digest;
    enum sk_error e = sk_bundle_own_sheet(desk, b, &now, &digest);

    if (e != SK_OK) {
        return e;
    }
    out->serial = sk_home_serial(desk);
    out->serial = now.serial > out->serial ? now.serial : out->serial;
    out->serial = seen->serial > out->serial ? seen->serial : out->serial;
    out->counter = sk_home_counter(desk);
    out->counter = now.counter > out->counter ? now.counter : out->counter;
    out->counter = seen->counter > out->counter ? seen->counter : out->counter;
    return out->counter < SK_COUNTER_SANE && out->serial < UINT32_MAX / 2 ? SK_OK
                                                                          : SK_ERR_CARRY_COUNTS;
}

static int resume_from(struct sk_desk *desk, const struct sk_bundle_file *b)
{
    struct sk_set_back from = {0};
    int code = sk_import_trust_gateway(desk, b);
    enum sk_error e;

    if (code != SK_EXIT_OK) {
        return code;
    }
    e = highest(desk, b, &from);
    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse(
            "%s: it holds no key sheet of this desk, so it does not tell what the gateway "
            "has of it; give the newest bundle",
            b->path);
    }
    if (e == SK_OK) {
        e = continue_after(desk, &from);
    }
    if (e != SK_OK) {
        return sk_refuse_error(b->path, e);
    }
    printf(
        "This desk goes on behind sheet %u and board %llu. Now run `sheet` (it tells the gateway, "
        "signed, that no board up to %llu counts any more) and carry the sheet to the gateway, "
        "then "
        "import the bundles again that are named as missing, then `board`.\n",
        (unsigned)sk_home_serial(desk), (unsigned long long)sk_home_counter(desk),
        (unsigned long long)sk_home_counter(desk));
    return SK_EXIT_OK;
}

static int resume(struct sk_desk *desk, const char *path)
{
    struct sk_bundle_file b;
    enum sk_error e = sk_bundle_open(&b, path);
    int code;

    sk_progress_end(&b.progress);
    code = e == SK_OK ? resume_from(desk, &b) : sk_refuse_error(path, e);
    sk_bundle_release(&b);
    return code;
}

/* ---- lost bundles --------------------------------------- */

static int confirm(const struct wanted *w)
{
    if (w->yes) {
        return SK_EXIT_OK;
    }
    switch (
        sk_ask("Bundles %u to %u will count as lost: boards go on past them, and what the gateway "
               "still holds of them will be deleted there although this desk has not got it. Go on "
               "only if `skrynka-store export --serial N` cannot write them any more.",
               (unsigned)w->lost_first, (unsigned)w->lost_last)) {
    case SK_ANSWER_YES:
        return SK_EXIT_OK;
    case SK_ANSWER_NO:
        return sk_refuse("nothing was changed");
    default:
        return sk_refuse(
            "nobody is here to answer; with --yes it is done without a question, but only "
            "if `skrynka-store export --serial N` cannot write these bundles any more");
    }
}

static enum sk_error record_lost(struct sk_series *series, const struct wanted *w, unsigned *count)
{
    enum sk_error e = SK_OK;

    for (uint32_t serial = w->lost_first; e == SK_OK && serial <= w->lost_last; serial++) {
        struct sk_known_bundle lost = {.serial = serial, .lost = true};

        if (sk_series_bundle(series, serial) == NULL) {
            e = sk_series_add(series, &lost);
            (*count)++;
        }
    }
    return e;
}

static int lose(struct sk_desk *desk, const struct wanted *w)
{
    struct sk_series *series = sk_state_current(&desk->state);
    unsigned count = 0;
    enum sk_error e;
    int code;

    /* Only bundles before an imported one can be lost: it proves that they were made. */
    if (series == NULL || series->bundle_count == 0 || w->lost_first < series->start ||
        w->lost_last >= series->bundles[series->bundle_count - 1].serial) {
        return sk_refuse(
            "bundles %u to %u are not all missing before one that was imported; see what "
            "`import` names",
            (unsigned)w->lost_first, (unsigned)w->lost_last);
    }
    code = confirm(w);
    if (code != SK_EXIT_OK) {
        return code;
    }
    e = record_lost(series, w, &count);
    if (e == SK_OK) {
        e = sk_home_save_state(desk);
    }
    if (e != SK_OK) {
        return sk_refuse_error("state", e);
    }
    printf("%u bundles of %u to %u are recorded as lost. Should one be found, import it.\n", count,
           (unsigned)w->lost_first, (unsigned)w->lost_last);
    return SK_EXIT_OK;
}

/* ---- the command -------------------------------------------------------------- */

/* "4" or "4-9". The length is bounded, so that a typing error cannot fill the disk. */
static bool read_range(const char *text, struct wanted *w)
{
    size_t n = strcspn(text, "-");
    const char *second = text[n] == '-' ? text + n + 1 : text;
    uint64_t first, last;

    if (!sk_number_read(text, n, 1, UINT32_MAX - 1, &first) ||
        !sk_number_read(second, strlen(second), first, UINT32_MAX - 1, &last) ||
        last - first > 100000) {
        return false;
    }
    w->lost_first = (uint32_t)first;
    w->lost_last = (uint32_t)last;
    return true;
}

int sk_cmd_resume(void *program, const struct sk_args *args)
{
    const char *lost = sk_args_text(args, "lost");
    struct wanted w = {.file = args->words[0], .yes = sk_args_has(args, "yes")};
    int code;

    if (lost != NULL && !read_range(lost, &w)) {
        return sk_usage("--lost takes the number of a bundle, or the first and the last: 4-9");
    }
    if ((w.file != NULL) == (lost != NULL)) {
        return sk_usage("resume: give the newest bundle, or --lost");
    }
    code = sk_home_open(program);
    if (code != SK_EXIT_OK) {
        return code;
    }
    return w.file != NULL ? resume(program, w.file) : lose(program, &w);
}
