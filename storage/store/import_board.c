#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

enum { SERIAL_AT = 28 }; /* in a board's header, FORMAT section 5 */

static enum sk_error print_result(struct sk_store *store, const struct sk_organisation *o)
{
    char day[SK_DAY_TEXT], stale[SK_DAY_TEXT];
    uint32_t safe, last;
    struct sk_digest digest;
    enum sk_error e = sk_outbox_safe_serial(store->outbox, &safe);

    if (e == SK_OK) {
        e = sk_outbox_last_bundle(store->outbox, &last, &digest);
    }
    if (e != SK_OK) {
        return e;
    }
    printf("%s: board %llu of %s, good until %s; it acknowledges bundles up to %u of %u.\n",
           o->name, (unsigned long long)o->board.counter,
           sk_store_day_text(day, o->board.issued_day),
           sk_store_day_text(stale, o->board.stale_day), o->board.carry_serial, last);
    if (safe == 0) {
        printf("Nothing may be purged yet.\n");
    } else {
        printf("Bundles up to %u arrived at every organisation: they may be purged.\n", safe);
    }
    return SK_OK;
}

/* What the header claims, unverified: good enough to refuse by. 0 when it is no board. */
static uint32_t claimed_serial(const char *path)
{
    uint8_t head[SK_BOARD_FIXED];
    FILE *f = fopen(path, "rbe");
    size_t n = f == NULL ? 0 : fread(head, 1, sizeof head, f);

    if (f != NULL) {
        fclose(f);
    }
    return n == sizeof head && memcmp(head, "SKBOARD1", 8) == 0 ? sk_get_u32(head + SERIAL_AT) : 0;
}

/* A board that acknowledges bundles which this store is yet to make would let purge delete them
 * before they arrived. It happens when a store was restored from an old backup. */
static int refuse_the_future(struct sk_store *store, const char *path)
{
    struct sk_digest digest;
    uint32_t last = 0, claimed = claimed_serial(path);
    enum sk_error e = sk_outbox_last_bundle(store->outbox, &last, &digest);

    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    if (claimed > last) {
        return sk_refuse("%s: it acknowledges bundle %u, but this store has made only %u; was an "
                         "old backup restored? See skrynka-store(8)",
                         path, claimed, last);
    }
    return SK_EXIT_OK;
}

static int import(struct sk_store *store, const char *path)
{
    struct sk_organisation *o = malloc(sizeof *o);
    struct sk_progress progress;

    if (o == NULL) {
        return sk_refuse_error(path, SK_ERR_MEMORY);
    }
    errno = 0;
    sk_progress_start(&progress, "checking the board", 0);
    progress.bytes = 1;
    enum sk_error e =
        sk_outbox_import_board(store->outbox, path, time(NULL), sk_store_progress, &progress, o);

    sk_progress_end(&progress);
    if (e == SK_OK) {
        e = print_result(store, o);
    }
    free(o);
    if (e == SK_ERR_NOT_FOUND && sk_store_exists(path)) {
        return sk_refuse("%s: no organisation of this store signed it; take in its key sheet first",
                         path);
    }
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(path, e);
}

int sk_store_import_board(void *program, int argc, char **argv)
{
    static const struct option options[] = {{NULL, 0, NULL, 0}};
    struct sk_store *store = program;

    optind = 0;
    int c = getopt_long(argc, argv, ":", options, NULL);

    if (c != -1) {
        return sk_store_bad_option(c, argv);
    }
    if (!sk_store_words(argc, argv, 1, "the file of one board")) {
        return SK_EXIT_USAGE;
    }
    const char *path = argv[optind];
    int code = sk_store_open(store, SK_STORE_WRITES);

    if (code == SK_EXIT_OK) {
        code = refuse_the_future(store, path);
    }
    return code == SK_EXIT_OK ? import(store, path) : code;
}
