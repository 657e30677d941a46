#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "keys/desk/commands.h"
#include "keys/desk/issue.h"
#include "keys/desk/originals.h"
#include "keys/desk/sheets.h"
#include "keys/desk/thread_list.h"
#include "keys/desk/threads.h"
#include "keys/open/board_make.h"

#define STALE_DAYS 30

/* Desks of earlier versions accepted answers to one code that do not fit on a board together. */
static void tell_left_out(const struct sk_thread_list *list)
{
    for (size_t i = 0; i < list->left_out_count; i++) {
        char id[SK_ID_TEXT];

        sk_entry_id(&list->left_out[i]->digest, id);
        sk_refuse("%s: its answer is NOT on this board: there was no room beside the newer answers "
                  "to the same code; shorten one with `answer --replace`",
                  id);
    }
}

struct withheld { /* the reasons why a board acknowledges nothing */
    bool any, index;
    struct sk_lacking lacking;
};

/* ---- the board ------------------------------------------------------------- */

struct made { /* a board in memory */
    uint8_t *bytes;
    size_t len;
};

enum reached { NOTHING, SPENT, KEPT }; /* the last step done: counter spent, file kept */

static void kept_name(uint64_t counter, char name[40])
{
    snprintf(name, 40, "boards/%llu.board", (unsigned long long)counter);
}

static enum sk_error spend_counter(struct sk_desk *desk, uint64_t counter)
{
    uint8_t bytes[8];
    enum sk_error e;

    sk_put_u64(bytes, counter);
    e = sk_keyring_put(desk->ring, SK_KEY_BOARD_COUNTER, 0, bytes, sizeof bytes);
    return e == SK_OK ? sk_home_save_keyring(desk) : e;
}

/* The digest of the header of the board kept under the last counter; *out stays zero when there is
 * none, since a board need not follow another. */
static enum sk_error previous_board(const struct sk_desk *desk, struct sk_digest *out)
{
    uint8_t *header;
    char path[SK_PATH_MAX], name[40];
    size_t len;
    int fd;
    enum sk_error e;

    kept_name(sk_home_counter(desk), name);
    e = sk_home_path(desk, path, "%s", name);
    if (e != SK_OK) {
        return e;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? SK_OK : sk_error_of_errno(errno);
    }
    header = malloc(SK_BOARD_HEADER_MAX);
    if (header == NULL) {
        e = SK_ERR_MEMORY;
        goto out;
    }
    e = sk_fd_read(fd, header, SK_BOARD_FIXED, SK_ERR_CORRUPT);
    if (e != SK_OK) {
        goto out;
    }
    len = sk_board_header_length(header, SK_BOARD_FIXED);
    if (len == 0) {
        goto out;
    }
    e = sk_fd_read(fd, header + SK_BOARD_FIXED, len - SK_BOARD_FIXED, SK_ERR_CORRUPT);
    if (e == SK_OK) {
        sk_blake2b(out, header, len);
    }
out:
    free(header);
    close(fd);
    return e == SK_ERR_CORRUPT ? SK_OK : e; /* a damaged board is none */
}

static enum sk_error plan_board(const struct sk_desk *desk, struct sk_board *plan)
{
    uint32_t today = sk_day_of(time(NULL));
    const struct sk_series *series = sk_state_current(&desk->state);
    const struct sk_known_bundle *arrived = series != NULL ? sk_series_arrived(series) : NULL;
    enum sk_error e;

    plan->issued_day = today;
    plan->stale_day = today + STALE_DAYS;
    if (arrived != NULL) {
        plan->carry_serial = arrived->serial;
        plan->carry_digest = arrived->digest;
    }
    plan->sheet_serial = sk_home_serial(desk);
    plan->counter = sk_home_counter(desk) + 1;
    e = previous_board(desk, &plan->previous);
    return e == SK_OK ? sk_home_identity(desk, 0, &plan->identity) : e;
}

static enum sk_error collect(void *ctx, const uint8_t *bytes, size_t len)
{
    struct made *m = ctx;
    uint8_t *more = realloc(m->bytes, m->len + len);

    if (more == NULL) {
        return SK_ERR_MEMORY;
    }
    memcpy(more + m->len, bytes, len);
    m->bytes = more;
    m->len += len;
    return SK_OK;
}

static enum sk_error seal(struct sk_desk *desk, const struct sk_board *plan,
                          const struct sk_thread *list, size_t count, struct made *made)
{
    size_t len = 0;
    const uint8_t *held = sk_keyring_get(desk->ring, SK_KEY_DESK, 0, &len);
    struct sk_ed25519_sk sk;
    enum sk_error e;

    if (held == NULL || len != sizeof sk.b) {
        return SK_ERR_KEYRING_RECORD;
    }
    memcpy(sk.b, held, sizeof sk.b);
    e = sk_board_make(plan, &sk, list, count, collect, made, NULL);
    sodium_memzero(&sk, sizeof sk);
    return e;
}

/* The board is in memory. First its room is taken at both ends, then the counter is spent on disk,
 * and only then does a byte of the board leave this process, so that no counter ever seals two
 * boards. The home keeps the board before a copy can be carried away. */
static enum sk_error let_out(struct sk_desk *desk, uint64_t counter, const struct made *made,
                             const char *out, enum reached *reached, bool *at_home)
{
    struct sk_issue o = {.at_home = true};
    char name[40];
    enum sk_error e;

    kept_name(counter, name);
    e = sk_home_folder(desk, "boards");
    if (e != SK_OK) {
        goto out;
    }
    e = sk_issue_prepare(&o, desk, name, out, SK_BOARD_MAGIC, made->len);
    if (e != SK_OK) {
        goto out;
    }
    e = spend_counter(desk, counter);
    if (e != SK_OK) {
        goto out;
    }
    *reached = SPENT;
    e = sk_issue_keep(&o, made->bytes, made->len);
    if (e != SK_OK) {
        goto out;
    }
    *reached = KEPT;
    e = sk_issue_send(&o, made->bytes, made->len);
out:
    sk_issue_end(&o);
    *at_home = o.at_home;
    return e;
}

/* path: the file outside, or the desk's home, where another stick would not help. */
static int refuse_board(const char *path, enum sk_error e, enum reached reached, uint64_t counter)
{
    unsigned long long n = counter;

    sk_place_refuse(path, e);
    switch (reached) {
    case NOTHING:
        return sk_refuse("no board was made and none is lost");
    case SPENT:
        return sk_refuse("board %llu is lost, its number is spent: run `board` again for the next",
                         n);
    default:
        return sk_refuse(
            "board %llu is made and kept: write it with `board --again %llu --out FILE`", n, n);
    }
}

/* A desk that lost originals acknowledges nothing: the gateway may have the last copy. */
static enum sk_error withhold(struct sk_desk *desk, struct sk_board *plan, struct withheld *out)
{
    enum sk_error e = plan->carry_serial > 0 ? sk_originals_check(desk, &out->lacking) : SK_OK;

    out->index = e == SK_ERR_CORRUPT;
    out->any = out->index || out->lacking.count > 0;
    if (out->any) {
        plan->carry_serial = 0;
        memset(&plan->carry_digest, 0, sizeof plan->carry_digest);
    }
    return out->index ? SK_OK : e;
}

static int tell_withheld(const struct withheld *w)
{
    if (w->index) {
        return sk_refuse(
            "the index is damaged, so this board acknowledges nothing, and the gateway "
            "keeps what it has: put this desk back from a backup (see WHEN IT BREAKS in "
            "skrynka-desk(1))");
    }
    return sk_refuse(
        "the sealed originals of %zu reports are gone or cut (%s), so this board "
        "acknowledges nothing, and the gateway keeps what it has: import their bundles "
        "again, or put back the folder reports; if they are nowhere any more, run `board "
        "--without-originals`",
        w->lacking.count, w->lacking.first);
}

static int board(struct sk_desk *desk, const char *path, bool without_originals)
{
    struct sk_threads *threads = NULL;
    struct sk_thread_list list = {.count = 0};
    struct sk_board plan;
    struct made made = {.bytes = NULL};
    struct withheld withheld = {.any = false};
    enum reached reached = NOTHING;
    bool at_home = true;
    size_t count = 0;
    enum sk_error e;

    memset(&plan, 0, sizeof plan);
    e = plan_board(desk, &plan);
    if (e != SK_OK) {
        goto out;
    }
    if (plan.sheet_serial == 0) {
        return sk_refuse("this desk has issued no sheet yet; begin with `sheet`");
    }
    e = without_originals ? SK_OK : withhold(desk, &plan, &withheld);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_threads_open(&threads, desk);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_thread_list_make(&list, threads);
    if (e != SK_OK) {
        goto out;
    }
    count = list.count;
    e = seal(desk, &plan, list.threads, count, &made);
    if (e != SK_OK) {
        goto out;
    }
    e = let_out(desk, plan.counter, &made, path, &reached, &at_home);
    if (e == SK_OK) {
        tell_left_out(&list);
    }
out:
    free(made.bytes);
    sk_thread_list_free(&list);
    sk_threads_close(threads);
    if (e != SK_OK) {
        return refuse_board(at_home ? desk->home : path, e, reached, plan.counter);
    }
    printf("Board %llu: %zu threads; bundles up to %u are acknowledged. Carry it to the gateway.\n",
           (unsigned long long)plan.counter, count, (unsigned)plan.carry_serial);
    return withheld.any ? tell_withheld(&withheld) : SK_EXIT_OK;
}

static int again(struct sk_desk *desk, uint64_t counter, const char *path)
{
    char name[40];
    bool missing = false;
    enum sk_error e;

    kept_name(counter, name);
    e = sk_issue_again(desk, name, path, SK_BOARD_MAGIC, &missing);
    if (missing) {
        return sk_refuse("this desk keeps no board %llu", (unsigned long long)counter);
    }
    if (e != SK_OK) {
        return sk_place_refuse(path, e);
    }
    printf("Board %llu, as it was made.\n", (unsigned long long)counter);
    return SK_EXIT_OK;
}

int sk_cmd_board(void *program, const struct sk_args *args)
{
    struct sk_desk *desk = program;
    const char *out = sk_args_text(args, "out");
    uint64_t counter = sk_args_number(args, "again", 0);
    int code = sk_home_open(desk);

    if (code != SK_EXIT_OK) {
        return code;
    }
    if (counter > 0) {
        return again(desk, counter, out);
    }
    return sk_state_is_set_back(&desk->state)
               ? sk_tell_set_back(desk)
               : board(desk, out, sk_args_has(args, "without-originals"));
}
