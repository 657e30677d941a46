#include "gateway/intake/incoming.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "gateway/http/request.h"
#include "gateway/http/server.h"
#include "keys/base/calendar.h"

#define ROOM_SMALL (SK_HEADER_BYTES + SK_CHUNK_BYTES) /* a report of one chunk */
#define ROOM_LARGE (SK_PIECE_BYTES + SK_INCOMING_SLACK)

void sk_incoming_open(struct sk_incoming *in, struct sk_request *request)
{
    memset(in, 0, sizeof *in);
    in->request = request;
    sk_envelope_id_random(&in->deposit.id);
}

static void room_release(struct sk_incoming *in)
{
    if (in->room == ROOM_LARGE) {
        munmap(in->bytes, ROOM_LARGE);
    } else {
        free(in->bytes);
    }
    in->bytes = NULL;
    in->room = 0;
}

uint8_t *sk_incoming_room(struct sk_incoming *in, size_t len)
{
    if (in->fill + len <= in->room) {
        return in->bytes + in->fill;
    }
    if (in->fill + len <= ROOM_SMALL) {
        in->bytes = malloc(ROOM_SMALL);
        in->room = in->bytes == NULL ? 0 : ROOM_SMALL;
        return in->bytes;
    }
    /* Mapped, so that the heap neither grows to the peak of uploads nor keeps it. */
    uint8_t *large =
        mmap(NULL, ROOM_LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (large == MAP_FAILED) {
        return NULL;
    }
    if (in->fill > 0) {
        memcpy(large, in->bytes, in->fill);
    }
    room_release(in);
    in->bytes = large;
    in->room = ROOM_LARGE;
    return in->bytes + in->fill;
}

void sk_incoming_add(struct sk_incoming *in, size_t len)
{
    in->fill += len;
    in->total += len;
}

bool sk_incoming_full(const struct sk_incoming *in)
{
    return in->fill >= SK_PIECE_BYTES;
}

/* From the writer's thread. After the resume the request may be gone at any moment. */
static void deposit_done(struct sk_deposit *deposit, enum sk_error result)
{
    struct sk_incoming *in = deposit->context;
    struct sk_holds *holds = &in->request->gateway->holds;

    in->result = result;
    sk_server_resume(in->request->gateway, in->request->connection);
    sk_unhold(holds);
}

static enum sk_step submit(struct sk_incoming *in, enum sk_deposit_kind kind, size_t len)
{
    struct sk_gateway *gateway = in->request->gateway;

    if (!sk_hold(&gateway->holds)) {
        return SK_STEP_DROP;
    }
    in->deposit.kind = kind;
    in->deposit.data = len > 0 ? in->bytes : NULL;
    in->deposit.len = len;
    in->deposit.piece = in->pieces;
    in->deposit.done = deposit_done;
    in->deposit.context = in;
    in->out = true;
    if (len > 0) {
        in->pieces++;
    }
    /* First: the writer may be done before submit returns. */
    MHD_suspend_connection(in->request->connection);
    sk_inbox_submit(gateway->inbox, &in->deposit);
    return SK_STEP_WAIT;
}

enum sk_step sk_incoming_store(struct sk_incoming *in)
{
    return submit(in, SK_DEPOSIT_PIECE, SK_PIECE_BYTES);
}

enum sk_step sk_incoming_finish(struct sk_incoming *in, uint32_t chunks, const struct sk_row *row)
{
    if (in->fill > SK_PIECE_BYTES) {
        return sk_incoming_store(in);
    }
    in->deposit.chunks = chunks;
    in->deposit.day = sk_day_of(time(NULL));
    in->deposit.has_row = row != NULL;
    if (row != NULL) {
        in->deposit.row = *row;
    }
    in->finished = true;
    return submit(in, SK_DEPOSIT_FINISH, in->fill);
}

enum sk_error sk_incoming_settle(struct sk_incoming *in)
{
    if (!in->out) {
        return SK_OK;
    }
    in->out = false;
    if (in->result != SK_OK) {
        return in->result;
    }
    in->fill -= in->deposit.len;
    if (in->fill > 0) {
        memmove(in->bytes, in->bytes + in->deposit.len, in->fill);
    }
    return SK_OK;
}

struct abandon {
    struct sk_deposit deposit;
    struct sk_holds *holds;
};

static void abandon_done(struct sk_deposit *deposit, enum sk_error result)
{
    struct abandon *abandon = deposit->context;

    (void)result; /* pieces that stay behind are collected at the next start */
    sk_unhold(abandon->holds);
    free(abandon);
}

/* The request ends now; the deposit lives on by itself. */
static void forget_pieces(const struct sk_incoming *in)
{
    struct sk_gateway *gateway = in->request->gateway;
    struct abandon *abandon = calloc(1, sizeof *abandon);

    if (abandon == NULL) {
        return;
    }
    abandon->holds = &gateway->holds;
    abandon->deposit.kind = SK_DEPOSIT_ABANDON;
    abandon->deposit.id = in->deposit.id;
    abandon->deposit.done = abandon_done;
    abandon->deposit.context = abandon;
    sk_hold_anyway(&gateway->holds);
    sk_inbox_submit(gateway->inbox, &abandon->deposit);
}

void sk_incoming_close(struct sk_incoming *in)
{
    if (in->request == NULL) {
        return;
    }
    if (in->pieces > 0 && !in->finished) {
        forget_pieces(in);
    }
    room_release(in);
    memset(in, 0, sizeof *in);
}
