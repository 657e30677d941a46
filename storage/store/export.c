/*
 * export: writes a carry bundle of what is new, or a recorded one again.
 *
 * The order of the steps decides what a crash can do. The file is whole and on disk before the
 * bundle is recorded, and is named after that: a crash before the record leaves the envelopes
 * new, for the next export; a crash after it leaves a bundle without a file, which
 * `export --serial N` writes again. Rows are marked last, so that no receipt says "carried"
 * before a file could have been carried.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "storage/outbox_offered.h"
#include "storage/store/bundle.h"
#include "storage/store/print.h"
#include "storage/store/store.h"

struct export_job {
    struct sk_store *store;
    const char *out;
    uint32_t serial; /* of the bundle to write again; 0 makes a new one */
    uint64_t limit;
    bool force, new_chain;
    struct sk_chain_state chain; /* before this export */
    struct sk_ed25519_sk *key;
    struct sk_bundle bundle;
    struct sk_envelope_info *envelopes; /* of the snapshot that are in no bundle of this chain */
    size_t new_count;
    uint32_t publication; /* that the snapshot saw */
    size_t broken;        /* envelopes left out */
};

/* ---- the snapshot --------------------------------------------------------------- */

/* In a new chain every envelope of the inbox is new: desks drop those that they have. */
static bool begins_chain(const struct export_job *x)
{
    return x->chain.copied || x->new_chain;
}

static enum sk_error read_snapshot(struct export_job *x)
{
    enum sk_error e =
        sk_inbox_snapshot(x->store->inbox, &x->envelopes, &x->new_count, &x->publication);

    return e != SK_OK || begins_chain(x)
               ? e
               : sk_outbox_uncarried(x->store->outbox, x->envelopes, &x->new_count);
}

/* Nothing links a row to its envelope. Rows may be called carried only when no envelope of their
 * snapshot stays behind; they are from the next publication on. */
static enum sk_error mark_rows(const struct export_job *x, size_t left_behind)
{
    return left_behind > 0 ? SK_OK : sk_inbox_mark_exported(x->store->inbox, x->publication);
}

static void print_bundle(const struct export_job *x, size_t left_behind)
{
    const struct sk_carry *c = &x->bundle.carry;
    char first[SK_DAY_TEXT], last[SK_DAY_TEXT], size[SK_SIZE_TEXT];

    printf("Bundle %u: %u envelope%s of %s to %s, %s, in %s\n", c->serial, c->count,
           c->count == 1 ? "" : "s", sk_store_day_text(first, c->first_day),
           sk_store_day_text(last, c->last_day),
           sk_size_text(size, sk_bundle_file_length(&x->bundle)), x->out);
    if (left_behind > x->broken) {
        printf("%zu more stay for the next bundle: export again\n", left_behind - x->broken);
    }
    if (x->broken > 0) {
        sk_refuse("damaged envelopes left out: %zu; run check, and look at the disk", x->broken);
    }
}

/* ---- a new bundle ----------------------------------------------------------------- */

/* Its place in the chain, its sheets, its envelopes. A store that was put back from a backup cannot
 * know which serials were used after it was made. */
static enum sk_error plan_bundle(struct export_job *x)
{
    struct sk_bundle *b = &x->bundle;

    if (begins_chain(x)) {
        b->carry.serial = 1;
        randombytes_buf(b->carry.chain.b, sizeof b->carry.chain.b);
    } else if (x->chain.last == UINT32_MAX) {
        return SK_ERR_TOO_LARGE;
    } else {
        b->carry.serial = x->chain.last + 1;
        b->carry.chain = x->chain.chain;
        b->carry.previous = x->chain.digest;
    }
    crypto_sign_ed25519_sk_to_pk(b->carry.gateway.b, x->key->b);
    enum sk_error e = sk_outbox_offered(x->store->outbox, &b->sheets, &b->carry.sheets,
                                        &b->sheet_bytes, &b->sheet_len);

    return e == SK_OK ? sk_bundle_choose(b, x->envelopes, x->new_count, x->limit) : e;
}

/* Sheets and envelopes first, into the place behind the header; then the header, which needs their
 * digests. *broken: envelope *at is not whole in the inbox. */
static enum sk_error write_bundle(struct export_job *x, struct sk_file_writer *writer, size_t *at,
                                  bool *broken)
{
    struct sk_bundle *b = &x->bundle;
    enum sk_error e =
        sk_file_writer_rewind(writer, sk_carry_header_length(b->carry.sheets, b->carry.count));

    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_put(writer, b->sheet_bytes, b->sheet_len);
    if (e != SK_OK) {
        return e;
    }
    e = sk_bundle_stream(b, x->store->inbox, writer, false, at);
    if (e != SK_OK) {
        *broken = e == SK_ERR_CORRUPT || e == SK_ERR_NOT_FOUND;
        return e;
    }
    e = sk_bundle_sign(b, x->key);
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_rewind(writer, 0);
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_put(writer, b->header, b->header_len);
    return e == SK_OK ? sk_file_writer_sync(writer) : e;
}

/* One damaged envelope must not hold up all others: it is left out, counted and reported. */
static enum sk_error write_new(struct export_job *x, struct sk_file_writer **out)
{
    while (x->bundle.carry.count > 0) {
        struct sk_file_writer *writer;
        bool broken = false;
        size_t at = 0;
        enum sk_error e = sk_file_writer_open(&writer, x->out);

        if (e != SK_OK) {
            return e;
        }
        e = write_bundle(x, writer, &at, &broken);
        if (e == SK_OK) {
            *out = writer;
            return SK_OK;
        }
        int saved = errno;

        sk_file_writer_discard(writer);
        errno = saved;
        if (!broken) {
            return e;
        }
        sk_bundle_remove(&x->bundle, at);
        x->broken++;
    }
    return SK_ERR_CORRUPT;
}

/* What the desks have to hear by another way than the bundle, else they do not import it. */
static void print_new_chain(const struct export_job *x)
{
    char chain[SK_CHAIN_TEXT], key[SK_HEX_TEXT], day[SK_DAY_TEXT];

    if (x->chain.copied && x->chain.copied_day != 0) {
        printf(
            "This store was put back from the backup of %s. What was made after that is not known "
            "here,\nso a new chain of bundles begins",
            sk_store_day_text(day, x->chain.copied_day));
    } else {
        printf("A new chain of bundles begins");
    }
    sk_fingerprint_text(key, &x->bundle.carry.gateway);
    printf(": %s\nEverything that is here goes out again; desks drop what they have already.\n"
           "Tell every desk, by another way than the bundle:\n"
           "  the gateway with the key\n  %s\n"
           "  began a new chain; take its bundle with: skrynka-desk import --new-chain FILE\n"
           "A desk that pinned an older key runs first: skrynka-desk gateway --replace KEY\n",
           sk_store_chain_text(chain, &x->bundle.carry.chain), key);
}

static int refuse_after_record(const struct export_job *x, const char *what, enum sk_error e)
{
    uint32_t serial = x->bundle.carry.serial;
    char way[256];

    snprintf(
        way, sizeof way,
        "Bundle %u is recorded all the same: write it again with 'export --serial %u --out FILE'",
        serial, serial);
    return sk_refuse_out(what, e, way);
}

/* From here on the serial is spent. */
static int record_and_name(struct export_job *x, struct sk_file_writer *writer)
{
    const struct sk_bundle *b = &x->bundle;
    const struct sk_bundle_record record = {.header = b->header,
                                            .header_len = b->header_len,
                                            .sheets = b->sheet_bytes,
                                            .sheets_len = b->sheet_len,
                                            .ids = b->ids,
                                            .count = b->carry.count};
    size_t left_behind = x->new_count - b->carry.count;
    enum sk_error e = sk_outbox_record_bundle(x->store->outbox, &record);

    if (e != SK_OK) {
        sk_file_writer_discard(writer);
        return e == SK_ERR_FULL
                   ? sk_refuse(
                         "outbox: %s. Nothing was recorded: make room on the store's disk, then "
                         "export again",
                         sk_error_text(e))
                   : sk_refuse_error("outbox", e);
    }
    e = sk_file_writer_commit(writer);
    if (e != SK_OK) {
        return refuse_after_record(x, x->out, e);
    }
    print_bundle(x, left_behind);
    if (begins_chain(x)) {
        print_new_chain(x);
    }
    e = mark_rows(x, left_behind);
    return e == SK_OK ? SK_EXIT_OK : refuse_after_record(x, "inbox", e);
}

static int refuse_unwritten(const struct export_job *x, enum sk_error e)
{
    bool too_large = e == SK_ERR_IO && errno == EFBIG;

    if (e == SK_ERR_CORRUPT) {
        return sk_refuse_error("inbox", e);
    }
    return sk_refuse_out(
        x->out, e,
        too_large
            ? "Nothing was recorded: export again with --limit 3900M, which a FAT file system "
              "holds; the rest goes into the next bundle"
            : "Nothing was recorded: what is new stays for the next export");
}

/* A new chain that was asked for begins with the next export. */
static int refuse_empty(const struct export_job *x)
{
    if (!x->new_chain) {
        return sk_refuse("nothing new to carry; no bundle was made");
    }
    enum sk_error e = sk_outbox_end_chain(x->store->outbox);

    return e != SK_OK
               ? sk_refuse_error("outbox", e)
               : sk_refuse(
                     "nothing to carry yet, so no bundle was made; the chain has ended, and the "
                     "next export begins a new one");
}

static int export_new(struct export_job *x)
{
    struct sk_file_writer *writer = NULL;
    enum sk_error e = read_snapshot(x);

    if (e != SK_OK) {
        return sk_refuse_error("inbox", e);
    }
    if (x->new_count == 0) { /* all is in some bundle: so are the rows that were published since */
        e = x->new_chain ? SK_OK : mark_rows(x, 0);
        return e != SK_OK ? sk_refuse_error("inbox", e) : refuse_empty(x);
    }
    e = sk_store_key_read(x->store, &x->key);
    if (e != SK_OK) {
        return sk_store_refuse_key(e);
    }
    e = plan_bundle(x);
    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    e = write_new(x, &writer);
    return e == SK_OK ? record_and_name(x, writer) : refuse_unwritten(x, e);
}

/* ---- a recorded bundle again ------------------------------------------------------ */

static enum sk_error write_recorded(struct export_job *x, struct sk_file_writer *writer)
{
    struct sk_bundle *b = &x->bundle;
    size_t at = 0;
    enum sk_error e = sk_file_writer_put(writer, b->header, b->header_len);

    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_put(writer, b->sheet_bytes, b->sheet_len);
    if (e != SK_OK) {
        return e;
    }
    e = sk_bundle_stream(b, x->store->inbox, writer, true, &at);
    return e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
}

static enum sk_error write_again(struct export_job *x)
{
    struct sk_file_writer *writer;
    enum sk_error e = sk_file_writer_open(&writer, x->out);

    if (e != SK_OK) {
        return e;
    }
    e = write_recorded(x, writer);
    if (e == SK_OK) {
        return sk_file_writer_commit(writer);
    }
    int why = errno;

    sk_file_writer_discard(writer);
    errno = why;
    return e;
}

static int export_again(struct export_job *x)
{
    struct sk_bundle_record record = {0};
    enum sk_error e = sk_outbox_bundle(x->store->outbox, x->serial, &record);

    if (e == SK_ERR_NOT_FOUND) {
        return x->serial > x->chain.last
                   ? sk_refuse("there is no bundle %u; the last one is %u", x->serial,
                               x->chain.last)
                   : sk_refuse("there is no bundle %u any more: every organisation acknowledged it "
                               "on two boards, and it was purged",
                               x->serial);
    }
    if (e == SK_OK) {
        e = sk_bundle_from_record(&x->bundle, &record);
    }
    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    e = write_again(x);
    if (e == SK_ERR_CORRUPT || e == SK_ERR_CARRY_DIGEST) {
        return sk_refuse("bundle %u cannot be written again: envelopes of it are gone or damaged; "
                         "run check, and restore a backup",
                         x->serial);
    }
    if (e != SK_OK) {
        return sk_refuse_out(x->out, e, "Nothing was changed in the store.");
    }
    print_bundle(x, 0);
    if (x->chain.last != x->serial) {
        return SK_EXIT_OK;
    }
    /* A crash after the last bundle was recorded may have left its rows unmarked. */
    e = read_snapshot(x);
    if (e == SK_OK) {
        e = mark_rows(x, x->new_count);
    }
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("inbox", e);
}

/* ---- the command ---------------------------------------------------------------------- */

int sk_store_export(void *program, const struct sk_args *args)
{
    struct export_job x = {.store = program,
                           .out = sk_args_text(args, "out"),
                           .serial = (uint32_t)sk_args_number(args, "serial", 0),
                           .limit = sk_args_number(args, "limit", UINT64_MAX),
                           .force = sk_args_has(args, "force"),
                           .new_chain = sk_args_has(args, "new-chain")};
    struct stat st;

    if (x.serial != 0 && x.new_chain) {
        return sk_usage("--serial writes a bundle of the present chain; leave out --new-chain");
    }
    if (!x.force && sk_store_exists(x.out)) {
        return sk_refuse("%s: %s; choose another name or add --force", x.out,
                         sk_error_text(SK_ERR_EXISTS));
    }
    /* Before a serial is spent: a file could not get this name. */
    if (stat(x.out, &st) == 0 && S_ISDIR(st.st_mode)) {
        return sk_refuse("%s: this is a folder; name a file in it", x.out);
    }
    int code = sk_store_open(x.store, SK_STORE_WRITES);

    if (code != SK_EXIT_OK) {
        return code;
    }
    enum sk_error e = sk_outbox_chain(x.store->outbox, &x.chain);

    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    errno = 0;
    code = x.serial == 0 ? export_new(&x) : export_again(&x);
    sk_secret_free(x.key);
    sk_bundle_free(&x.bundle);
    free(x.envelopes);
    return code;
}
