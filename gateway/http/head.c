#include "gateway/http/head.h"

#include <string.h>
#include <strings.h>

#include "gateway/http/head_value.h"

static const char *const ONCE[SK_HEAD_ONCE] = {
    [SK_HEAD_HOST] = "Host",
    [SK_HEAD_CONTENT_LENGTH] = "Content-Length",
    [SK_HEAD_TRANSFER_ENCODING] = "Transfer-Encoding",
    [SK_HEAD_CONTENT_TYPE] = "Content-Type",
    [SK_HEAD_RANGE] = "Range",
    [SK_HEAD_TUS_RESUMABLE] = "Tus-Resumable",
    [SK_HEAD_UPLOAD_LENGTH] = "Upload-Length",
    [SK_HEAD_UPLOAD_OFFSET] = "Upload-Offset",
    [SK_HEAD_UPLOAD_METADATA] = "Upload-Metadata",
    [SK_HEAD_UPLOAD_DEFER_LENGTH] = "Upload-Defer-Length",
    [SK_HEAD_METHOD_OVERRIDE] = "X-HTTP-Method-Override",
};

static enum MHD_Result read_field(void *context, enum MHD_ValueKind kind, const char *key,
                                  size_t key_size, const char *value, size_t value_size)
{
    struct sk_head *head = context;

    (void)kind;
    head->fields++;
    head->bytes += key_size + value_size + 4;
    if (value == NULL || strlen(value) != value_size || !sk_token_valid(key, key_size)) {
        head->malformed = true;
        return MHD_YES;
    }
    for (size_t i = 0; i < SK_HEAD_ONCE; i++) {
        head->once[i] += strcasecmp(key, ONCE[i]) == 0;
    }
    if (strcasecmp(key, ONCE[SK_HEAD_CONTENT_LENGTH]) == 0) {
        head->has_length = sk_length_parse(value, &head->length);
        head->malformed = head->malformed || !head->has_length;
    }
    return MHD_YES;
}

void sk_head_read(struct sk_head *head, struct MHD_Connection *connection)
{
    memset(head, 0, sizeof *head);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, read_field, head);
}

enum sk_head_verdict sk_head_check(const struct sk_head *head, size_t method_len, size_t target_len,
                                   size_t version_len, size_t total)
{
    /* "METHOD target VERSION CRLF", the fields, and the empty line */
    size_t seen = method_len + 1 + target_len + 1 + version_len + 2 + head->bytes + 2;

    if (head->fields > SK_HEAD_FIELDS_MAX || total > SK_HEAD_BYTES_MAX) {
        return SK_HEAD_LARGE;
    }
    if (head->malformed || seen != total ||
        (head->once[SK_HEAD_CONTENT_LENGTH] > 0 && head->once[SK_HEAD_TRANSFER_ENCODING] > 0)) {
        return SK_HEAD_BAD;
    }
    for (size_t i = 0; i < SK_HEAD_ONCE; i++) {
        if (head->once[i] > 1) {
            return SK_HEAD_BAD;
        }
    }
    return SK_HEAD_GOOD;
}
