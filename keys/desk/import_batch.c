#include "keys/desk/import_batch.h"

#include <string.h>

static enum sk_error note_indexed(void *ctx, const struct sk_entry *entry)
{
    struct sk_import *im = ctx;

    return sk_digests_add(&im->indexed, &entry->digest, 0);
}

enum sk_error sk_import_open(struct sk_import *im, struct sk_desk *desk)
{
    enum sk_error e;

    im->desk = desk;
    e = sk_index_open(&im->index, desk, note_indexed, im);
    if (e == SK_OK) {
        e = sk_threads_open(&im->threads, desk);
    }
    return e == SK_OK ? sk_known_sheets_load(&im->sheets, desk) : e;
}

static void drop_pending(struct sk_import *im)
{
    for (size_t i = 0; i < im->pending_count; i++) {
        sk_entry_free(&im->pending[i].entry);
    }
    im->pending_count = 0;
}

void sk_import_close(struct sk_import *im)
{
    drop_pending(im);
    sk_known_sheets_free(&im->sheets);
    sk_threads_close(im->threads);
    sk_index_close(im->index);
    sk_digests_free(&im->indexed);
}

enum sk_error sk_import_pend(struct sk_import *im, struct sk_entry *entry,
                             const struct sk_case *thread)
{
    struct sk_pending *p = &im->pending[im->pending_count++];

    p->entry = *entry;
    p->thread = *thread;
    memset(entry, 0, sizeof *entry);
    return im->pending_count == SK_IMPORT_BATCH ? sk_import_flush(im) : SK_OK;
}

/* A crash may have left a report in the index and not among the threads, or the reverse: each
 * side gets what it lacks. */
static enum sk_error write_pending(struct sk_import *im, const struct sk_pending *p)
{
    enum sk_error e = SK_OK;

    if (!sk_digests_find(&im->indexed, &p->entry.digest, NULL)) {
        e = sk_index_add(im->index, &p->entry);
        if (e == SK_OK) {
            e = sk_digests_add(&im->indexed, &p->entry.digest, 0);
        }
    }
    return e == SK_OK ? sk_threads_add(im->threads, &p->thread) : e;
}

enum sk_error sk_import_flush(struct sk_import *im)
{
    enum sk_error e = SK_OK;

    if (im->pending_count == 0) {
        return SK_OK;
    }
    e = sk_home_sync_folder(im->desk, "reports");
    for (size_t i = 0; e == SK_OK && i < im->pending_count; i++) {
        e = write_pending(im, &im->pending[i]);
    }
    if (e == SK_OK) {
        e = sk_index_sync(im->index);
    }
    if (e == SK_OK) {
        e = sk_threads_sync(im->threads, &im->desk->state);
    }
    drop_pending(im);
    return e;
}
