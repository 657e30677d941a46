#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

static void print_board(const struct sk_organisation *o, const struct sk_chain_state *chain)
{
    char day[SK_DAY_TEXT], stale[SK_DAY_TEXT];

    printf("%s: board %llu of %s, good until %s.\n", o->name, (unsigned long long)o->board.counter,
           sk_store_day_text(day, o->board.issued_day),
           sk_store_day_text(stale, o->board.stale_day));
    printf("It ");
    sk_store_print_acknowledged(stdout, o, chain->last);
    printf(".\n");
}

/* gaps: as they were before this board. */
static void print_gap(const struct sk_organisation *o, const struct sk_board_gaps *before)
{
    char text[SK_GAP_TEXT];

    if (o->gaps.missing == before->missing) {
        return;
    }
    sk_store_gap_text(text, &o->gaps);
    printf("Before it, %s %s never taken in; nothing is lost by that: every board holds all "
           "answers.\n",
           text, o->gaps.first == o->gaps.last ? "was" : "were");
}

static enum sk_error print_result(struct sk_store *store, const struct sk_organisation *o,
                                  const struct sk_board_gaps *before)
{
    struct sk_chain_state chain;
    uint32_t safe = 0;
    enum sk_error e = sk_outbox_safe_serial(store->outbox, &safe);

    if (e == SK_OK) {
        e = sk_outbox_chain(store->outbox, &chain);
    }
    if (e != SK_OK) {
        return e;
    }
    print_board(o, &chain);
    print_gap(o, before);
    if (safe == 0) {
        printf("Nothing may be purged yet.\n");
    } else {
        printf("Bundles up to %u arrived at every organisation: they may be purged.\n", safe);
    }
    return SK_OK;
}

/* ---- refusals --------------------------------------------------------------------- */

/* What a header claims, unverified: good enough to say what to do next. false: it is no board's. */
static bool read_claim(struct sk_board *claim, const char *path)
{
    uint8_t head[SK_BOARD_FIXED];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool read = fd >= 0 && sk_fd_read(fd, head, sizeof head, SK_ERR_BOARD_LENGTH) == SK_OK;

    if (fd >= 0) {
        close(fd);
    }
    return read && sk_board_peek(claim, head, sizeof head) == SK_OK;
}

/* The organisation that the board names, as it is now. NOT_FOUND. */
static enum sk_error find(struct sk_store *store, const struct sk_board *claim,
                          struct sk_organisation *out)
{
    struct sk_organisation *all = NULL;
    size_t count = 0;
    enum sk_error e = sk_outbox_organisations(store->outbox, &all, &count);

    if (e != SK_OK) {
        return e;
    }
    e = SK_ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(all[i].pin.b, claim->identity.b, sizeof claim->identity.b) == 0) {
            *out = all[i];
            e = SK_OK;
        }
    }
    free(all);
    return e;
}

/* A signature that does not verify is a sheet taken in the wrong order, far more often than a
 * forger. */
static int refuse_signature(const char *path, const struct sk_board *claim,
                            const struct sk_organisation *o)
{
    if (claim->sheet_serial > o->sheet.serial) {
        return sk_refuse(
            "%s: the desk made it under key sheet %u, and the newest here is %u: take in "
            "that sheet first, then this board",
            path, claim->sheet_serial, o->sheet.serial);
    }
    if (claim->sheet_serial < o->sheet.serial) {
        return sk_refuse(
            "%s: the desk made it under key sheet %u, and sheet %u, which is here, has "
            "another signing key: ask the desk for a new board; nothing is lost",
            path, claim->sheet_serial, o->sheet.serial);
    }
    return sk_refuse("%s: %s; copy it again, or ask the desk for it", path,
                     sk_error_text(SK_ERR_BOARD_SIGNATURE));
}

static int refuse(const char *path, const struct sk_board *claim, const struct sk_organisation *o,
                  enum sk_error e)
{
    switch (e) {
    case SK_ERR_BOARD_SIGNATURE:
        return refuse_signature(path, claim, o);
    case SK_ERR_BOARD_COUNTER:
        return sk_refuse(
            "%s: this is board %llu, and board %llu is here already: a newer board holds "
            "all that an older one says",
            path, (unsigned long long)claim->counter, (unsigned long long)o->board.counter);
    case SK_ERR_BOARD_FLOOR:
        return sk_refuse(
            "%s: this is board %llu, and key sheet %u allows boards from %llu on: ask the "
            "desk for a new board; nothing is lost",
            path, (unsigned long long)claim->counter, o->sheet.serial,
            (unsigned long long)o->sheet.board_floor);
    default:
        return sk_refuse_error(path, e);
    }
}

/* ---- the command ------------------------------------------------------------------- */

static enum sk_error take_in(struct sk_store *store, const char *path,
                             struct sk_organisation *after)
{
    struct sk_progress progress;

    sk_progress_start(&progress, "checking the board", 0);
    progress.bytes = 1;
    errno = 0;
    enum sk_error e = sk_outbox_import_board(store->outbox, path, time(NULL), sk_store_progress,
                                             &progress, after);
    int saved = errno;

    sk_progress_end(&progress);
    errno = saved;
    return e;
}

/* pair: the organisation before, and after. */
static int import(struct sk_store *store, const char *path, struct sk_organisation pair[2])
{
    struct sk_board claim;
    enum sk_error known =
        read_claim(&claim, path) ? find(store, &claim, &pair[0]) : SK_ERR_NOT_FOUND;

    if (known != SK_OK && known != SK_ERR_NOT_FOUND) {
        return sk_refuse_error("outbox", known);
    }
    enum sk_error e = take_in(store, path, &pair[1]);

    if (e == SK_OK) {
        e = print_result(store, &pair[1], &pair[0].gaps);
        return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("outbox", e);
    }
    if (e == SK_ERR_NOT_FOUND && sk_store_exists(path)) {
        return sk_refuse("%s: no organisation of this store signed it; take in its key sheet first",
                         path);
    }
    return known == SK_OK ? refuse(path, &claim, &pair[0], e) : sk_refuse_error(path, e);
}

int sk_store_import_board(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    const char *path = args->words[0];
    int code = sk_store_open(store, SK_STORE_WRITES);

    if (code != SK_EXIT_OK) {
        return code;
    }
    struct sk_organisation *pair = calloc(2, sizeof *pair);

    if (pair == NULL) {
        return sk_refuse_error(path, SK_ERR_MEMORY);
    }
    code = import(store, path, pair);
    free(pair);
    return code;
}
