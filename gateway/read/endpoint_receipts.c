/*
 * GET /receipts and /receipts/{prefix}: what is published of the receipts, among empty places and
 * rows nobody owns (FORMAT 9). The same for everybody, byte for byte, until the next publication;
 * never compressed, so that the length says nothing either.
 */
#include <stdlib.h>

#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "keys/format/rows.h"
#include "storage/inbox.h"

struct table {
    struct sk_publication publication;
    struct sk_row_info *rows;
    size_t count;
    uint8_t prefix;
    bool whole; /* no prefix was asked for */
};

static enum sk_error encode(const struct table *table, uint8_t **bytes, size_t *len)
{
    if (!table->whole || table->publication.bits == 0) {
        return sk_rows_encode(&table->publication, table->prefix, table->rows, table->count, bytes,
                              len);
    }
    uint8_t *head = malloc(SK_ROWS_HEADER);

    if (head == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_rows_encode_head(&table->publication, head);
    *bytes = head;
    *len = SK_ROWS_HEADER;
    return SK_OK;
}

static enum sk_error table_make(struct sk_request *request, uint8_t **bytes, size_t *len)
{
    const char *prefix = request->match.prefix;
    struct table table = {.prefix = (uint8_t)strtoul(prefix, NULL, 16), .whole = *prefix == '\0'};
    enum sk_error e = sk_inbox_rows_under(request->gateway->inbox, table.prefix, &table.publication,
                                          &table.rows, &table.count);

    if (e == SK_OK) {
        e = encode(&table, bytes, len);
        free(table.rows);
    }
    return e;
}

static enum sk_step receipts_end(struct sk_request *request)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = table_make(request, &bytes, &len);

    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(len, bytes, free);
    if (response == NULL) {
        free(bytes);
        return SK_STEP_DROP;
    }
    sk_reply_headers(response, SK_TYPE_BINARY, SK_LANG_COUNT, false);
    return sk_reply_send(request, MHD_HTTP_OK, response);
}

const struct sk_endpoint sk_endpoint_receipts = {.takes = SK_BODY_NONE, .end = receipts_end};
