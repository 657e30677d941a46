/* export --serial: a lost stick costs a walk, not reports. */
#include <errno.h>

#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "storage/store/export.h"

static enum sk_error load_recorded(struct sk_export *x)
{
    struct sk_bundle_record record = {0};
    enum sk_error e = sk_outbox_bundle(x->store->outbox, x->serial, &record);

    return e == SK_OK ? sk_bundle_recorded(&x->bundle, &record) : e;
}

static enum sk_error put_all(struct sk_export *x, struct sk_file_writer *writer)
{
    const struct sk_bundle *b = &x->bundle;
    size_t at = 0;
    enum sk_error e = sk_file_writer_put(writer, b->header, b->header_len);

    if (e == SK_OK) {
        e = sk_file_writer_put(writer, b->sheet_bytes, b->sheet_len);
    }
    if (e == SK_OK) {
        e = sk_bundle_stream(&x->bundle, x->store->inbox, writer, true, &at);
        e = e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
    }
    return e;
}

static enum sk_error write_again(struct sk_export *x)
{
    struct sk_file_writer *writer;
    enum sk_error e = sk_file_writer_open(&writer, x->out);

    if (e != SK_OK) {
        return e;
    }
    e = put_all(x, writer);
    if (e == SK_OK) {
        return sk_file_writer_commit(writer);
    }
    int saved = errno;

    sk_file_writer_discard(writer);
    errno = saved;
    return e;
}

/* Finishes what a crash may have cut off after the last bundle was recorded. */
static enum sk_error mark_if_last(struct sk_export *x)
{
    if (x->chain.last != x->serial) {
        return SK_OK;
    }
    enum sk_error e = sk_export_snapshot(x);

    return e == SK_OK ? sk_export_mark_rows(x, x->new_count) : e;
}

static int refuse_absent(const struct sk_export *x)
{
    if (x->serial > x->chain.last) {
        return sk_refuse("there is no bundle %u; the last one is %u", x->serial, x->chain.last);
    }
    return sk_refuse("there is no bundle %u any more: every organisation acknowledged it on two "
                     "boards, and it was purged",
                     x->serial);
}

int sk_export_again(struct sk_export *x)
{
    enum sk_error e = load_recorded(x);

    if (e == SK_ERR_NOT_FOUND) {
        return refuse_absent(x);
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
    sk_export_print(x, 0);
    e = mark_if_last(x);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("inbox", e);
}
