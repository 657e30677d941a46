/*
 * GET /receipts/{prefix}: every receipt row under one byte, among empty places that hide how many
 * there are (FORMAT 9). Who asks shows one byte of the row and no more; never compressed, so that
 * the length says nothing either.
 */
#include <stdlib.h>

#include "gateway/reply.h"
#include "gateway/request.h"
#include "storage/rows.h"

static enum sk_error rows_make(struct sk_request *request, uint8_t **bytes, size_t *len)
{
    uint8_t first = (uint8_t)strtoul(request->match.prefix, NULL, 16);
    struct sk_row_info *rows = NULL;
    size_t count = 0;
    uint64_t total = 0;
    enum sk_error error =
        sk_inbox_rows_under(request->gateway->inbox, first, &rows, &count, &total);

    if (error == SK_OK) {
        error = sk_rows_encode(first, rows, count, total, bytes, len);
        free(rows);
    }
    return error;
}

static enum sk_step receipts_end(struct sk_request *request)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error error = rows_make(request, &bytes, &len);

    if (error != SK_OK) {
        return sk_request_refuse_error(request, error);
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(len, bytes, free);
    if (response == NULL) {
        free(bytes);
        return SK_STEP_DROP;
    }
    sk_reply_dress(response, SK_TYPE_BINARY, SK_LANG_COUNT, false);
    return sk_reply_send(request, MHD_HTTP_OK, response);
}

const struct sk_endpoint sk_endpoint_receipts = {.takes = SK_BODY_NONE, .end = receipts_end};
