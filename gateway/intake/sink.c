#include "gateway/intake/sink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "gateway/http/in_flight.h"
#include "gateway/http/request.h"
#include "keys/base/calendar.h"

#define ROOM_SMALL (SK_HEADER_BYTES + SK_CHUNK_BYTES) /* a report of one chunk */
#define ROOM_LARGE (SK_PIECE_BYTES + SK_SINK_SLACK)

static void room_release(uint8_t *bytes, size_t room)
{
    if (room == ROOM_LARGE) {
        munmap(bytes, ROOM_LARGE);
    } else {
        free(bytes);
    }
}

uint8_t *sk_sink_room(struct sk_sink *sink, size_t len)
{
    if (sink->fill + len <= sink->room) {
        return sink->bytes + sink->fill;
    }
    if (sink->fill + len <= ROOM_SMALL) {
        sink->bytes = malloc(ROOM_SMALL);
        sink->room = sink->bytes == NULL ? 0 : ROOM_SMALL;
        return sink->bytes;
    }
    /* Mapped, so that the heap neither grows to the peak of uploads nor keeps it. */
    uint8_t *large =
        mmap(NULL, ROOM_LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (large == MAP_FAILED) {
        return NULL;
    }
    if (sink->fill > 0) {
        memcpy(large, sink->bytes, sink->fill);
    }
    room_release(sink->bytes, sink->room);
    sink->bytes = large;
    sink->room = ROOM_LARGE;
    return sink->bytes + sink->fill;
}

void sk_sink_open(struct sk_sink *sink, struct sk_request *request)
{
    memset(sink, 0, sizeof *sink);
    sink->request = request;
    sink->pending.write.kind = SK_WRITE_PIECE;
    sk_envelope_id_random(&sink->pending.write.id);
}

enum sk_error sk_sink_resume(struct sk_sink *sink, struct sk_request *request,
                             const struct sk_upload_token *token, const struct sk_upload *upload)
{
    size_t tail = (size_t)(upload->offset % SK_PIECE_BYTES), len = 0;

    sk_sink_open(sink, request);
    sink->pending.write.resumable = true;
    sink->pending.write.token = *token;
    sink->pending.write.id = upload->id;
    if (sk_sink_room(sink, SK_PIECE_BYTES) == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = sk_upload_tail(request->gateway->inbox, upload, sink->bytes, &len);

    if (e != SK_OK) {
        return e;
    }
    if (len != tail) {
        return SK_ERR_CORRUPT;
    }
    sink->fill = sink->stored = tail;
    sink->piece = (uint32_t)(upload->offset / SK_PIECE_BYTES);
    sink->total = upload->offset;
    return SK_OK;
}

void sk_sink_add(struct sk_sink *sink, size_t len)
{
    sink->fill += len;
    sink->total += len;
}

bool sk_sink_full(const struct sk_sink *sink)
{
    return sink->fill >= SK_PIECE_BYTES;
}

/* ---- to the writer --------------------------------------------------------------------------- */

static void fill_write(const struct sk_sink *sink, struct sk_write *write)
{
    write->piece = sink->piece;
    write->len = sink->fill < SK_PIECE_BYTES ? sink->fill : SK_PIECE_BYTES;
    write->data = sink->bytes;
    write->day = sk_day_of(time(NULL));
}

enum sk_step sk_sink_store(struct sk_sink *sink)
{
    fill_write(sink, &sink->pending.write);
    return sk_pending_write_submit(&sink->pending, sink->request);
}

enum sk_step sk_sink_finish(struct sk_sink *sink, uint64_t length, const struct sk_row *row)
{
    struct sk_write *write = &sink->pending.write;

    if (sink->fill > SK_PIECE_BYTES) {
        return sk_sink_store(sink);
    }
    write->length = length;
    write->has_row = row != NULL;
    if (row != NULL) {
        write->row = *row;
    }
    sink->finished = true;
    return sk_sink_store(sink);
}

enum sk_error sk_sink_settle(struct sk_sink *sink)
{
    bool out = sink->pending.out;
    enum sk_error e = sk_pending_write_result(&sink->pending);
    size_t len = sink->pending.write.len;

    if (!out || e != SK_OK) {
        return e;
    }
    sink->stored = len;
    if (len == SK_PIECE_BYTES) {
        sink->piece++;
        sink->stored = 0;
        sink->fill -= len;
        memmove(sink->bytes, sink->bytes + len, sink->fill);
    }
    return SK_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

void sk_sink_discard(struct sk_sink *sink)
{
    sink->total -= sink->fill - sink->stored;
    sink->fill = sink->stored;
}

/* A write that nobody waits for: it outlives its request. */
struct last_write {
    struct sk_write write;
    struct sk_in_flight *in_flight;
    uint8_t *bytes;
    size_t room;
    void (*closed)(void *context);
    void *context;
};

/* Nobody is left to be told the result. What could not be dropped is collected at the next start;
 * who resumes an upload asks where it stands. */
static void last_done(struct sk_write *write, enum sk_error result)
{
    struct last_write *last = write->context;

    (void)result;
    room_release(last->bytes, last->room);
    if (last->closed != NULL) {
        last->closed(last->context);
    }
    sk_in_flight_leave(last->in_flight);
    free(last);
}

/* NULL: there is nothing to be written, or no memory to do it. */
static struct last_write *last_write_new(const struct sk_sink *sink)
{
    const struct sk_write *write = &sink->pending.write;
    bool rest = write->resumable && sink->fill > sink->stored;
    bool orphan = !write->resumable && sink->piece > 0 && !sink->finished;
    struct last_write *last = rest || orphan ? calloc(1, sizeof *last) : NULL;

    if (last == NULL) {
        return NULL;
    }
    last->write = *write;
    if (rest) {
        fill_write(sink, &last->write);
    } else {
        last->write.kind = SK_WRITE_DROP;
        last->write.data = NULL;
        last->write.len = 0;
    }
    last->write.done = last_done;
    last->write.context = last;
    return last;
}

void sk_sink_close(struct sk_sink *sink, void (*closed)(void *context), void *context)
{
    struct sk_sink old = *sink;

    if (old.request != NULL && sk_sink_settle(&old) != SK_OK) {
        sk_sink_discard(&old); /* it was tried */
    }
    struct last_write *last = old.request == NULL ? NULL : last_write_new(&old);

    memset(sink, 0, sizeof *sink);
    if (last == NULL) {
        room_release(old.bytes, old.room);
        if (closed != NULL) {
            closed(context);
        }
        return;
    }
    last->in_flight = &old.request->gateway->in_flight;
    last->bytes = old.bytes;
    last->room = old.room;
    last->closed = closed;
    last->context = context;
    sk_in_flight_enter(last->in_flight);
    sk_inbox_submit(old.request->gateway->inbox, &last->write);
}
