/*
 * GET /receipts and /receipts/{prefix}: the published rows of receipts, among empty places and rows
 * of no receipt (FORMAT 9). The same bytes for everybody until the next publication; never
 * compressed, so that the length says nothing either.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "keys/format/rows.h"
#include "storage/inbox.h"

static enum sk_error encode(struct sk_request *request, uint8_t **bytes, size_t *len)
{
    const char *text = request->match.prefix; /* empty: none was asked for */
    struct sk_publication publication;
    struct sk_row_info *rows;
    uint8_t prefix = 0;
    size_t count;

    (void)sodium_hex2bin(&prefix, 1, text, strlen(text), NULL, NULL, NULL);
    enum sk_error e =
        sk_inbox_rows_under(request->gateway->inbox, prefix, &publication, &rows, &count);

    if (e != SK_OK) {
        return e;
    }
    if (*text != '\0' || publication.bits == 0) {
        e = sk_rows_encode(&publication, prefix, rows, count, bytes, len);
        free(rows);
        return e;
    }
    free(rows);
    *bytes = malloc(SK_ROWS_HEADER);
    if (*bytes == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_rows_encode_head(&publication, *bytes);
    *len = SK_ROWS_HEADER;
    return SK_OK;
}

static enum sk_step receipts_end(struct sk_request *request)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = encode(request, &bytes, &len);

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
