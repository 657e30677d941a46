/* GET /boards/{org}: an organisation's board, whole or a range, read from the outbox in steps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/connections.h"
#include "gateway/http/head_value.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/read/directory.h"
#include "storage/outbox_boards.h"

#define STEP_BYTES 32768u

struct board {
    struct sk_outbox *outbox;
    struct sk_ed25519_pk pin;
    uint64_t counter, first;
};

static ssize_t board_read(void *context, uint64_t position, char *buffer, size_t most)
{
    const struct board *board = context;
    size_t len = 0;
    enum sk_error e = sk_outbox_read_board(board->outbox, &board->pin, board->counter,
                                           board->first + position, (uint8_t *)buffer, most, &len);

    return e == SK_OK && len > 0 ? (ssize_t)len : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *board_response(struct sk_request *request,
                                           const struct sk_organisation *organisation,
                                           const struct sk_range *range, const char *tag)
{
    struct board *board = malloc(sizeof *board);
    struct MHD_Response *response = NULL;

    if (board == NULL) {
        return NULL;
    }
    board->outbox = request->gateway->outbox;
    board->pin = organisation->pin;
    board->counter = organisation->board.counter;
    board->first = range->first;
    response =
        MHD_create_response_from_callback(range->length, STEP_BYTES, board_read, board, free);
    if (response == NULL) {
        free(board);
        return NULL;
    }
    sk_reply_headers(response, SK_TYPE_BINARY, SK_LANG_COUNT, false);
    MHD_add_response_header(response, "Accept-Ranges", "bytes");
    MHD_add_response_header(response, "ETag", tag);
    return response;
}

/* 416, with the length. */
static enum sk_step answer_none(struct sk_request *request, uint64_t size)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    char text[48];

    if (response != NULL) {
        snprintf(text, sizeof text, "bytes */%" PRIu64, size);
        sk_reply_headers(response, SK_TYPE_BINARY, SK_LANG_COUNT, false);
        MHD_add_response_header(response, "Accept-Ranges", "bytes");
        MHD_add_response_header(response, "Content-Range", text);
    }
    return sk_reply_send(request, MHD_HTTP_RANGE_NOT_SATISFIABLE, response);
}

static enum sk_step answer_board(struct sk_request *request,
                                 const struct sk_organisation *organisation)
{
    uint64_t size = sk_board_file_length(&organisation->board);
    struct sk_range range = {0, size};
    const char *wanted = sk_request_header(request, "Range");
    const char *same = sk_request_header(request, "If-Range");
    char tag[32], text[96];

    snprintf(tag, sizeof tag, "\"%s-%" PRIu64 "\"", organisation->slug,
             organisation->board.counter);
    if (same != NULL && strcmp(same, tag) != 0) {
        wanted = NULL; /* the board was replaced: all of the new one */
    }
    enum sk_range_kind kind = sk_range_parse(wanted, size, &range);
    if (kind == SK_RANGE_NONE) {
        return answer_none(request, size);
    }
    struct MHD_Response *response = board_response(request, organisation, &range, tag);
    if (response != NULL && kind == SK_RANGE_PART) {
        snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range.first,
                 range.first + range.length - 1, size);
        MHD_add_response_header(response, "Content-Range", text);
    }
    if (request->entry != NULL) {
        sk_connections_allow(request->gateway->connections, request->entry, range.length);
    }
    return sk_reply_send(request, kind == SK_RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK,
                         response);
}

static enum sk_step board_end(struct sk_request *request)
{
    const struct sk_view *view = sk_directory_view(request->gateway->directory);
    const struct sk_organisation *organisation = sk_view_slug(view, request->match.org);
    enum sk_step step = organisation != NULL && organisation->has_board
                            ? answer_board(request, organisation)
                            : sk_request_refuse(request, SK_PROBLEM_NOT_FOUND);

    sk_view_release(view);
    return step;
}

const struct sk_endpoint sk_endpoint_board = {.takes = SK_BODY_NONE, .end = board_end};
