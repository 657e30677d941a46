#include "gateway/http/head.h"

#include <string.h>
#include <strings.h>

#include "gateway/http/head_value.h"

static bool is_name(const char *key, const char *name)
{
    return strcasecmp(key, name) == 0;
}

static const char *const ONCE[SK_HEAD_ONCE] = {
    "Tus-Resumable",   "Upload-Length",          "Upload-Offset",
    "Upload-Metadata", "X-HTTP-Method-Override", "Upload-Defer-Length",
};

static void count_once(struct sk_head *head, const char *key)
{
    for (size_t i = 0; i < SK_HEAD_ONCE; i++) {
        head->once[i] += is_name(key, ONCE[i]);
    }
}

static bool any_twice(const struct sk_head *head)
{
    for (size_t i = 0; i < SK_HEAD_ONCE; i++) {
        if (head->once[i] > 1) {
            return true;
        }
    }
    return false;
}

static void count_field(struct sk_head *head, const char *key, const char *value)
{
    if (is_name(key, MHD_HTTP_HEADER_HOST)) {
        head->hosts++;
    } else if (is_name(key, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
        head->encodings++;
    } else if (is_name(key, MHD_HTTP_HEADER_CONTENT_TYPE)) {
        head->types++;
    } else if (is_name(key, MHD_HTTP_HEADER_RANGE)) {
        head->ranges++;
    } else if (is_name(key, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
        head->lengths++;
        head->has_length = sk_length_parse(value, &head->length);
        head->malformed = head->malformed || !head->has_length;
    }
}

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
    count_field(head, key, value);
    count_once(head, key);
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
    if (head->malformed || seen != total || head->hosts > 1 || head->lengths > 1 ||
        head->encodings > 1 || head->types > 1 || head->ranges > 1 ||
        (head->lengths > 0 && head->encodings > 0) || any_twice(head)) {
        return SK_HEAD_BAD;
    }
    return SK_HEAD_GOOD;
}
