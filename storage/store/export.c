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
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "storage/store/bundle.h"

struct export
{
    struct sk_store *store;
    const char *out;
    uint32_t serial; /* of the bundle to write again; 0 makes a new one */
    uint64_t limit;
    bool force;
    struct sk_ed25519_sk *key;
    struct sk_bundle bundle;
    struct sk_envelope_info *envelopes; /* of the snapshot; after sort_out(), the new ones first */
    size_t envelope_count, new_count;
    uint32_t publication; /* that the snapshot saw */
    size_t broken;
};

static void export_free(struct export *x)
{
    sk_secret_free(x->key);
    sk_bundle_free(&x->bundle);
    free(x->envelopes);
}

/* ---- the snapshot --------------------------------------------------------------- */

static enum sk_error is_new(struct export *x, const struct sk_envelope_id *id, bool *fresh)
{
    uint32_t serial = 0;
    enum sk_error e = sk_outbox_carried(x->store->outbox, id, &serial);

    if (e != SK_OK && e != SK_ERR_NOT_FOUND) {
        return e;
    }
    *fresh = e == SK_ERR_NOT_FOUND || serial == 0;
    return SK_OK;
}

static enum sk_error take_snapshot(struct export *x)
{
    enum sk_error e =
        sk_inbox_snapshot(x->store->inbox, &x->envelopes, &x->envelope_count, &x->publication);

    for (size_t i = 0; e == SK_OK && i < x->envelope_count; i++) {
        bool fresh = false;

        e = is_new(x, &x->envelopes[i].id, &fresh);
        if (e == SK_OK && fresh) {
            x->envelopes[x->new_count++] = x->envelopes[i];
        }
    }
    return e;
}

/* Nothing links a row to its envelope. Rows may be called carried only when no envelope of their
 * snapshot stays behind; they are from the next publication on. */
static enum sk_error mark_rows(struct export *x, size_t left_behind)
{
    if (left_behind > 0) {
        return SK_OK;
    }
    return sk_inbox_mark_exported(x->store->inbox, x->publication);
}

/* ---- a new bundle ----------------------------------------------------------------- */

static enum sk_error prepare(struct export *x)
{
    struct sk_carry *carry = &x->bundle.carry;
    uint32_t last = 0;
    enum sk_error e = sk_outbox_last_bundle(x->store->outbox, &last, &carry->previous);

    if (e == SK_OK && last == UINT32_MAX) {
        e = SK_ERR_TOO_LARGE;
    }
    if (e == SK_OK) {
        e = sk_store_key_read(x->store, &x->key);
    }
    if (e != SK_OK) {
        return e;
    }
    carry->serial = last + 1;
    crypto_sign_ed25519_sk_to_pk(carry->gateway.b, x->key->b);
    return sk_bundle_choose(&x->bundle, x->envelopes, x->new_count, x->limit);
}

/* Envelopes first, into the place behind the header; then the header, which needs their digests.
 * *broken: envelope *at is not whole in the inbox. */
static enum sk_error write_bundle(struct export *x, struct sk_file_writer *writer, size_t *at,
                                  bool *broken)
{
    struct sk_bundle *b = &x->bundle;
    enum sk_error e = sk_file_writer_rewind(writer, sk_carry_header_length(b->carry.sheets, b->carry.count));

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
static enum sk_error write_new(struct export *x, struct sk_file_writer **out)
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

static void print_made(const struct export *x, size_t left_behind)
{
    const struct sk_carry *c = &x->bundle.carry;
    char first[SK_DAY_TEXT], last[SK_DAY_TEXT], size[SK_SIZE_TEXT];

    printf("Bundle %u: %u envelope%s of %s to %s, %s, in %s\n", c->serial, c->count,
           c->count == 1 ? "" : "s", sk_store_day_text(first, c->first_day),
           sk_store_day_text(last, c->last_day),
           sk_store_size_text(size, x->bundle.bytes + x->bundle.header_len), x->out);
    if (left_behind > x->broken) {
        printf("%zu more stay for the next bundle: export again\n", left_behind - x->broken);
    }
    if (x->broken > 0) {
        sk_refuse("damaged envelopes left out: %zu; run check, and look at the disk", x->broken);
    }
}

/* From here on the serial is spent. */
static int record_and_name(struct export *x, struct sk_file_writer *writer)
{
    struct sk_bundle *b = &x->bundle;
    size_t left_behind = x->new_count - b->carry.count;
    enum sk_error e =
        sk_outbox_record_bundle(x->store->outbox, b->carry.serial, b->header, b->header_len, b->ids,
                                b->carry.count, b->carry.last_day);

    if (e != SK_OK) {
        sk_file_writer_discard(writer);
        return sk_refuse_error("outbox", e);
    }
    e = sk_file_writer_commit(writer);
    if (e != SK_OK) {
        return sk_refuse("%s: %s; bundle %u is recorded, write it again with 'export --serial %u'",
                         x->out, sk_error_text(e), b->carry.serial, b->carry.serial);
    }
    print_made(x, left_behind);
    e = mark_rows(x, left_behind);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("inbox", e);
}

static int export_new(struct export *x)
{
    struct sk_file_writer *writer = NULL;
    enum sk_error e = take_snapshot(x);

    if (e != SK_OK) {
        return sk_refuse_error("inbox", e);
    }
    if (x->new_count == 0) { /* all is in some bundle: so are the rows that were published since */
        e = mark_rows(x, 0);
        return e != SK_OK ? sk_refuse_error("inbox", e)
                          : sk_refuse("nothing new to carry; no bundle was made");
    }
    e = prepare(x);
    if (e != SK_OK) {
        return sk_refuse_error(x->store->dir, e);
    }
    e = write_new(x, &writer);
    if (e != SK_OK) {
        return sk_refuse_error(e == SK_ERR_CORRUPT ? "inbox" : x->out, e);
    }
    return record_and_name(x, writer);
}

/* ---- a bundle again ----------------------------------------------------------------- */

static enum sk_error load_recorded(struct export *x)
{
    uint8_t *header = NULL;
    size_t header_len = 0, count = 0;
    struct sk_envelope_id *ids = NULL;
    enum sk_error e =
        sk_outbox_bundle(x->store->outbox, x->serial, &header, &header_len, &ids, &count);

    return e == SK_OK ? sk_bundle_recorded(&x->bundle, header, header_len, ids, count) : e;
}

static enum sk_error write_again(struct export *x)
{
    struct sk_file_writer *writer;
    size_t at = 0;
    enum sk_error e = sk_file_writer_open(&writer, x->out);

    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_put(writer, x->bundle.header, x->bundle.header_len);
    if (e == SK_OK) {
        e = sk_bundle_stream(&x->bundle, x->store->inbox, writer, true, &at);
        e = e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
    }
    if (e == SK_OK) {
        return sk_file_writer_commit(writer);
    }
    int saved = errno;

    sk_file_writer_discard(writer);
    errno = saved;
    return e;
}

/* Finishes what a crash may have cut off after the last bundle was recorded. */
static enum sk_error mark_if_last(struct export *x)
{
    struct sk_digest digest;
    uint32_t last = 0;
    enum sk_error e = sk_outbox_last_bundle(x->store->outbox, &last, &digest);

    if (e != SK_OK || last != x->serial) {
        return e;
    }
    e = take_snapshot(x);
    return e == SK_OK ? mark_rows(x, x->new_count) : e;
}

static int export_again(struct export *x)
{
    enum sk_error e = load_recorded(x);

    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse("there is no bundle %u: it was never made, or was purged after every desk "
                         "had it",
                         x->serial);
    }
    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    e = write_again(x);
    if (e == SK_ERR_CORRUPT || e == SK_ERR_CARRY_DIGEST) {
        return sk_refuse("bundle %u cannot be written again: envelopes of it are gone or damaged; "
                         "restore a backup",
                         x->serial);
    }
    if (e != SK_OK) {
        return sk_refuse_error(x->out, e);
    }
    print_made(x, 0);
    e = mark_if_last(x);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("inbox", e);
}

/* ---- the command ---------------------------------------------------------------------- */

static int read_options(struct export *x, int argc, char **argv)
{
    static const struct option options[] = {{"out", required_argument, NULL, 'o'},
                                            {"serial", required_argument, NULL, 's'},
                                            {"limit", required_argument, NULL, 'l'},
                                            {"force", no_argument, NULL, 'f'},
                                            {NULL, 0, NULL, 0}};
    uint64_t serial;
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (c) {
        case 'o':
            x->out = optarg;
            break;
        case 's':
            if (!sk_store_number(optarg, UINT32_MAX, &serial) || serial == 0) {
                return sk_usage("--serial takes the number of a bundle, from 1");
            }
            x->serial = (uint32_t)serial;
            break;
        case 'l':
            if (!sk_store_size(optarg, &x->limit) || x->limit == 0) {
                return sk_usage("--limit takes a size such as 3900M");
            }
            break;
        case 'f':
            x->force = true;
            break;
        default:
            return sk_store_bad_option(c, argv);
        }
    }
    if (x->out == NULL || *x->out == '\0') {
        return sk_usage("export needs --out FILE");
    }
    return sk_store_words(argc, argv, 0, "") ? SK_EXIT_OK : SK_EXIT_USAGE;
}

int sk_store_export(void *program, int argc, char **argv)
{
    struct export x = {.store = program, .limit = UINT64_MAX};
    int code = read_options(&x, argc, argv);

    if (code != SK_EXIT_OK) {
        return code;
    }
    if (!x.force && sk_store_exists(x.out)) {
        return sk_refuse("%s: %s; choose another name or add --force", x.out,
                         sk_error_text(SK_ERR_EXISTS));
    }
    code = sk_store_open(x.store, SK_STORE_WRITES);
    if (code == SK_EXIT_OK) {
        errno = 0;
        code = x.serial == 0 ? export_new(&x) : export_again(&x);
    }
    export_free(&x);
    return code;
}
