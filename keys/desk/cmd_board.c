#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/thread_list.h"
#include "keys/open/board_make.h"

#define STALE_DAYS 30

/* A desk of before took answers of one code that do not fit together. */
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

/* ---- the board ------------------------------------------------------------- */

static enum sk_error board_path(const struct sk_desk *desk, uint64_t counter,
                                char path[SK_PATH_MAX])
{
    return sk_home_path(desk, path, "boards/%llu.board", (unsigned long long)counter);
}

static enum sk_error spend_counter(struct sk_desk *desk, uint64_t counter)
{
    uint8_t bytes[8];
    enum sk_error e;

    sk_put_u64(bytes, counter);
    e = sk_keyring_put(desk->ring, SK_KEY_BOARD_COUNTER, 0, bytes, sizeof bytes);
    return e == SK_OK ? sk_home_save_keyring(desk) : e;
}

static enum sk_error plan_board(const struct sk_desk *desk, struct sk_board_plan *plan)
{
    uint32_t today = sk_day_of(time(NULL));
    const struct sk_bundle *arrived;

    plan->issued_day = today;
    plan->stale_day = today + STALE_DAYS;
    plan->carry_serial = sk_state_acknowledged(&desk->state);
    arrived = sk_state_bundle(&desk->state, plan->carry_serial);
    if (arrived != NULL) {
        plan->carry_digest = arrived->digest;
    }
    plan->sheet_serial = sk_home_serial(desk);
    plan->counter = sk_home_counter(desk) + 1;
    plan->previous = desk->state.last_board;
    return sk_home_identity(desk, 0, &plan->identity);
}

static enum sk_error emit(void *ctx, const uint8_t *bytes, size_t len)
{
    return sk_file_writer_put(ctx, bytes, len);
}

static enum sk_error seal(struct sk_desk *desk, const struct sk_board_plan *plan,
                          const struct sk_thread *list, size_t count, struct sk_file_writer *writer,
                          struct sk_digest *digest)
{
    size_t len = 0;
    const uint8_t *held = sk_keyring_get(desk->ring, SK_KEY_DESK, 0, &len);
    struct sk_ed25519_sk sk;
    enum sk_error e;

    if (held == NULL || len != sizeof sk.b) {
        return SK_ERR_KEYRING_RECORD;
    }
    memcpy(sk.b, held, sizeof sk.b);
    e = sk_board_make(plan, &sk, list, count, emit, writer, digest);
    sodium_memzero(&sk, sizeof sk);
    return e;
}

/* The counter is spent on disk first. The board stays in the home, and the state names it, before
 * a copy can be carried off: a copy that was lost can be given out again, and the gateway takes
 * no board that does not follow the one before. */
static enum sk_error make_board(struct sk_desk *desk, const struct sk_board_plan *plan,
                                const struct sk_thread *list, size_t count)
{
    struct sk_file_writer *writer = NULL;
    struct sk_digest digest;
    char path[SK_PATH_MAX];
    enum sk_error e = spend_counter(desk, plan->counter);

    if (e == SK_OK) {
        e = board_path(desk, plan->counter, path);
    }
    if (e == SK_OK) {
        e = sk_file_writer_open(&writer, path);
    }
    if (e == SK_OK) {
        e = seal(desk, plan, list, count, writer, &digest);
    }
    if (e != SK_OK) {
        sk_file_writer_discard(writer);
        return e;
    }
    e = sk_file_writer_commit(writer);
    if (e == SK_OK) {
        desk->state.last_board = digest;
        e = sk_home_save_state(desk);
    }
    return e;
}

static enum sk_error copy_all(int from, struct sk_file_writer *to)
{
    uint8_t piece[16384];
    enum sk_error e = SK_OK;
    ssize_t n = 1;

    while (e == SK_OK && n != 0) {
        n = read(from, piece, sizeof piece);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        e = n < 0 ? SK_ERR_IO : sk_file_writer_put(to, piece, (size_t)n);
    }
    return e;
}

static enum sk_error give_out(const struct sk_desk *desk, uint64_t counter, const char *out)
{
    struct sk_file_writer *writer = NULL;
    char path[SK_PATH_MAX];
    enum sk_error e = board_path(desk, counter, path);
    int fd;

    if (e != SK_OK) {
        return e;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    e = sk_file_writer_open(&writer, out);
    if (e == SK_OK) {
        e = copy_all(fd, writer);
    }
    close(fd);
    if (e != SK_OK) {
        sk_file_writer_discard(writer);
        return e;
    }
    return sk_file_writer_commit(writer);
}

static int board(struct sk_desk *desk, const char *path)
{
    struct sk_threads *threads = NULL;
    struct sk_thread_list list = {.count = 0};
    struct sk_board_plan plan;
    size_t count = 0;
    enum sk_error e;

    memset(&plan, 0, sizeof plan);
    e = plan_board(desk, &plan);
    if (e == SK_OK && plan.sheet_serial == 0) {
        return sk_refuse("this desk has issued no sheet yet; begin with `sheet`");
    }
    if (e == SK_OK) {
        e = sk_threads_open(&threads, desk);
    }
    if (e == SK_OK) {
        e = sk_thread_list_make(&list, threads);
        count = list.count;
    }
    if (e == SK_OK) {
        e = make_board(desk, &plan, list.threads, count);
    }
    if (e == SK_OK) {
        e = give_out(desk, plan.counter, path);
    }
    if (e == SK_OK) {
        tell_left_out(&list);
    }
    sk_thread_list_free(&list);
    sk_threads_close(threads);
    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    printf("Board %llu: %zu threads; bundles up to %u are acknowledged. Carry it to the gateway.\n",
           (unsigned long long)plan.counter, count, (unsigned)plan.carry_serial);
    return SK_EXIT_OK;
}

static int again(struct sk_desk *desk, uint64_t counter, const char *path)
{
    enum sk_error e = give_out(desk, counter, path);

    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse("this desk made no board %llu", (unsigned long long)counter);
    }
    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    printf("Board %llu, as it was made.\n", (unsigned long long)counter);
    return SK_EXIT_OK;
}

int sk_cmd_board(void *program, int argc, char **argv)
{
    static const struct option options[] = {{"out", required_argument, NULL, 'o'},
                                            {"again", required_argument, NULL, 'a'},
                                            {NULL, 0, NULL, 0}};
    const char *out = NULL;
    long counter = 0;
    int c, code;

    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (c == 'o') {
            out = optarg;
        } else if (c == 'a') {
            counter = sk_option_number("--again", optarg, 1, LONG_MAX);
        } else {
            return sk_option_unknown(argv, c);
        }
        if (counter < 0) {
            return SK_EXIT_USAGE;
        }
    }
    if (optind != argc || out == NULL) {
        return sk_usage("board: give --out FILE and nothing else");
    }
    code = sk_home_open(program);
    if (code != SK_EXIT_OK) {
        return code;
    }
    return counter > 0 ? again(program, (uint64_t)counter, out) : board(program, out);
}
