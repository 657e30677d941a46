/*
 * export: carries out what is new.
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
#include "storage/store/export.h"

static void export_free(struct sk_export *x)
{
    sk_secret_free(x->key);
    sk_bundle_free(&x->bundle);
    free(x->envelopes);
}

/* ---- the snapshot --------------------------------------------------------------- */

/* With a new chain everything that is here goes out again: desks drop what they have. */
static bool begins_chain(const struct sk_export *x)
{
    return x->chain.copied || x->new_chain;
}

enum sk_error sk_export_snapshot(struct sk_export *x)
{
    enum sk_error e =
        sk_inbox_snapshot(x->store->inbox, &x->envelopes, &x->envelope_count, &x->publication);

    if (e != SK_OK) {
        return e;
    }
    x->new_count = x->envelope_count;
    return begins_chain(x) ? SK_OK
                           : sk_outbox_uncarried(x->store->outbox, x->envelopes, &x->new_count);
}

/* Nothing links a row to its envelope. Rows may be called carried only when no envelope of their
 * snapshot stays behind; they are from the next publication on. */
enum sk_error sk_export_mark_rows(struct sk_export *x, size_t left_behind)
{
    if (left_behind > 0) {
        return SK_OK;
    }
    return sk_inbox_mark_exported(x->store->inbox, x->publication);
}

/* ---- a new bundle ----------------------------------------------------------------- */

/* A store that was put back from a backup cannot know which serials were used after it was made. */
static enum sk_error choose_serial(struct sk_export *x)
{
    struct sk_carry *carry = &x->bundle.carry;

    if (begins_chain(x)) {
        carry->serial = 1;
        randombytes_buf(carry->chain.b, sizeof carry->chain.b);
        return SK_OK;
    }
    if (x->chain.last == UINT32_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    carry->serial = x->chain.last + 1;
    carry->chain = x->chain.chain;
    carry->previous = x->chain.digest;
    return SK_OK;
}

static enum sk_error prepare(struct sk_export *x)
{
    struct sk_bundle *b = &x->bundle;
    enum sk_error e = choose_serial(x);

    if (e == SK_OK) {
        e = sk_outbox_offered(x->store->outbox, &b->sheets, &b->carry.sheets, &b->sheet_bytes,
                              &b->sheet_len);
    }
    if (e != SK_OK) {
        return e;
    }
    crypto_sign_ed25519_sk_to_pk(b->carry.gateway.b, x->key->b);
    return sk_bundle_choose(b, x->envelopes, x->new_count, x->limit);
}

/* Sheets and envelopes first, into the place behind the header; then the header, which needs their
 * digests. *broken: envelope *at is not whole in the inbox. */
static enum sk_error write_bundle(struct sk_export *x, struct sk_file_writer *writer, size_t *at,
                                  bool *broken)
{
    struct sk_bundle *b = &x->bundle;
    enum sk_error e =
        sk_file_writer_rewind(writer, sk_carry_header_length(b->carry.sheets, b->carry.count));

    if (e == SK_OK) {
        e = sk_file_writer_put(writer, b->sheet_bytes, b->sheet_len);
    }
    if (e == SK_OK) {
        e = sk_bundle_stream(b, x->store->inbox, writer, false, at);
        *broken = e == SK_ERR_CORRUPT || e == SK_ERR_NOT_FOUND;
    }
    if (e == SK_OK) {
        e = sk_bundle_sign(b, x->key);
    }
    if (e == SK_OK) {
        e = sk_file_writer_rewind(writer, 0);
    }
    if (e == SK_OK) {
        e = sk_file_writer_put(writer, b->header, b->header_len);
    }
    return e == SK_OK ? sk_file_writer_sync(writer) : e;
}

/* One damaged envelope must not hold up all others: it is left out, counted and reported. */
static enum sk_error write_new(struct sk_export *x, struct sk_file_writer **out)
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
        sk_bundle_drop(&x->bundle, at);
        x->broken++;
    }
    return SK_ERR_CORRUPT;
}

void sk_export_print(const struct sk_export *x, size_t left_behind)
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

/* What the desks have to hear by another way than the bundle, else they will not take it. */
static void print_new_chain(const struct sk_export *x)
{
    char chain[SK_CHAIN_TEXT], key[SK_HEX_TEXT], day[SK_DAY_TEXT];

    if (!begins_chain(x)) {
        return;
    }
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

static int refuse_after_record(const struct sk_export *x, const char *what, enum sk_error e)
{
    uint32_t serial = x->bundle.carry.serial;
    char way[256];

    snprintf(
        way, sizeof way,
        "Bundle %u is recorded all the same: write it again with 'export --serial %u --out FILE'",
        serial, serial);
    return sk_refuse_out(what, e, way);
}

static enum sk_error record(struct sk_export *x)
{
    const struct sk_bundle *b = &x->bundle;
    const struct sk_bundle_record record = {.header = b->header,
                                            .header_len = b->header_len,
                                            .sheets = b->sheet_bytes,
                                            .sheets_len = b->sheet_len,
                                            .ids = b->ids,
                                            .count = b->carry.count};

    return sk_outbox_record_bundle(x->store->outbox, &record);
}

/* From here on the serial is spent. */
static int record_and_name(struct sk_export *x, struct sk_file_writer *writer)
{
    size_t left_behind = x->new_count - x->bundle.carry.count;
    enum sk_error e = record(x);

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
    sk_export_print(x, left_behind);
    print_new_chain(x);
    e = sk_export_mark_rows(x, left_behind);
    return e == SK_OK ? SK_EXIT_OK : refuse_after_record(x, "inbox", e);
}

static int refuse_unwritten(const struct sk_export *x, enum sk_error e)
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

/* What was asked for holds all the same, until there is something to carry. */
static int refuse_empty(const struct sk_export *x)
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

static int export_new(struct sk_export *x)
{
    struct sk_file_writer *writer = NULL;
    enum sk_error e = sk_export_snapshot(x);

    if (e != SK_OK) {
        return sk_refuse_error("inbox", e);
    }
    if (x->new_count == 0) { /* all is in some bundle: so are the rows that were published since */
        e = x->new_chain ? SK_OK : sk_export_mark_rows(x, 0);
        return e != SK_OK ? sk_refuse_error("inbox", e) : refuse_empty(x);
    }
    e = sk_store_key_read(x->store, &x->key);
    if (e != SK_OK) {
        return sk_store_refuse_key(e);
    }
    e = prepare(x);
    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    e = write_new(x, &writer);
    return e == SK_OK ? record_and_name(x, writer) : refuse_unwritten(x, e);
}

/* ---- the command ---------------------------------------------------------------------- */

/* Before anything is spent: the file could not get this name. */
static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int run(struct sk_export *x)
{
    enum sk_error e = sk_outbox_chain(x->store->outbox, &x->chain);

    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    errno = 0;
    return x->serial == 0 ? export_new(x) : sk_export_again(x);
}

int sk_store_export(void *program, const struct sk_args *args)
{
    struct sk_export x = {.store = program,
                          .out = sk_args_text(args, "out"),
                          .serial = (uint32_t)sk_args_number(args, "serial", 0),
                          .limit = sk_args_number(args, "limit", UINT64_MAX),
                          .force = sk_args_has(args, "force"),
                          .new_chain = sk_args_has(args, "new-chain")};
    int code;

    if (x.serial != 0 && x.new_chain) {
        return sk_usage("--serial writes a bundle of the present chain; leave out --new-chain");
    }
    if (!x.force && sk_store_exists(x.out)) {
        return sk_refuse("%s: %s; choose another name or add --force", x.out,
                         sk_error_text(SK_ERR_EXISTS));
    }
    if (is_folder(x.out)) {
        return sk_refuse("%s: this is a folder; name a file in it", x.out);
    }
    code = sk_store_open(x.store, SK_STORE_WRITES);
    code = code == SK_EXIT_OK ? run(&x) : code;
    export_free(&x);
    return code;
}
