#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/cli/command.h"
#include "storage/outbox_board_import.h"
#include "storage/store/print.h"
#include "storage/store/store.h"

/* before: the gaps as they were before this board. */
static enum sk_error print_result(struct sk_store *store, const struct sk_organisation *o,
                                  const struct sk_board_gaps *before)
{
    struct sk_chain_state chain;
    uint32_t safe = 0;
    char day[SK_DAY_TEXT], stale[SK_DAY_TEXT], gap[SK_GAP_TEXT];
    enum sk_error e = sk_outbox_safe_serial(store->outbox, &safe);

    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_chain(store->outbox, &chain);
    if (e != SK_OK) {
        return e;
    }
    printf("%s: board %llu of %s, good until %s.\nIt ", o->name,
           (unsigned long long)o->board.counter, sk_store_day_text(day, o->board.issued_day),
           sk_store_day_text(stale, o->board.stale_day));
    sk_store_print_acknowledged(o, chain.last);
    printf(".\n");
    if (o->gaps.missing != before->missing) {
        printf("Before it, %s %s never taken in; nothing is lost by that: every board holds all "
               "answers.\n",
               sk_store_gap_text(gap, &o->gaps), o->gaps.first == o->gaps.last ? "was" : "were");
    }
    if (safe == 0) {
        printf("Nothing may be purged yet.\n");
    } else {
        printf("Bundles up to %u arrived at every organisation: they may be purged.\n", safe);
    }
    return SK_OK;
}

/* ---- refusals --------------------------------------------------------------------- */

/* A signature that does not verify is a sheet imported in the wrong order, far more often than a
 * forgery. */
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

static int import(struct sk_store *store, const char *path, struct sk_board_file *file)
{
    const struct sk_board *claim = sk_board_file_claim(file);
    struct sk_organisation *before = NULL, *after = calloc(1, sizeof *after);
    struct sk_progress progress;
    int code;
    enum sk_error e = after == NULL
                          ? SK_ERR_MEMORY
                          : sk_outbox_organisation(store->outbox, &claim->identity, &before);

    if (e == SK_ERR_NOT_FOUND) {
        code = sk_refuse("%s: no organisation of this store signed it; take in its key sheet first",
                         path);
        goto out;
    }
    if (e != SK_OK) {
        code = sk_refuse_error("outbox", e);
        goto out;
    }
    sk_progress_start(&progress, "checking the board", 0);
    progress.bytes = 1;
    errno = 0;
    e = sk_outbox_import_board(store->outbox, file, sk_store_progress, &progress, after);
    int why = errno;

    sk_progress_end(&progress);
    errno = why;
    if (e != SK_OK) {
        code = refuse(path, claim, before, e);
        goto out;
    }
    e = print_result(store, after, &before->gaps);
    code = e == SK_OK ? SK_EXIT_OK : sk_refuse_error("outbox", e);
out:
    free(after);
    free(before);
    return code;
}

int sk_store_import_board(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    const char *path = args->words[0];
    struct sk_board_file *file;
    int code = sk_store_open(store, SK_STORE_WRITES);

    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = sk_board_file_open(&file, path);

    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    code = import(store, path, file);
    sk_board_file_close(file);
    return code;
}
