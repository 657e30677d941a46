#include "keys/parse/head.h"

#include <gmime/gmime.h>
#include <string.h>

static void quiet(const char *domain, GLogLevelFlags level, const char *message, void *ctx)
{
    /* GLib's own handler would print pieces of the report to the terminal. */
    (void)domain;
    (void)level;
    (void)message;
    (void)ctx;
}

void sk_head_setup(void)
{
    static const char sample[] =
        "Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''%D1%84; "
        "filename=\"=?utf-8?B?0YQ=?= \xd1\x84 \xe9\"\r\nContent-Type: text/plain; "
        "charset=utf-8\r\n";
    struct sk_head head;

    g_log_set_default_handler(quiet, NULL);
    g_mime_init();
    if (sk_head_read(&head, (const uint8_t *)sample, sizeof sample - 1) == SK_OK) {
        sk_head_free(&head);
    }
}

static char *copy_of(const char *text)
{
    return g_strdup(text != NULL ? text : "");
}

static void take_disposition(struct sk_head *out, GMimeObject *part)
{
    GMimeContentDisposition *d = g_mime_object_get_content_disposition(part);
    const char *file = NULL, *field = NULL;

    if (d != NULL) {
        file = g_mime_content_disposition_get_parameter(d, "filename");
        field = g_mime_content_disposition_get_parameter(d, "name");
    }
    out->is_file = file != NULL;
    out->file = copy_of(file);
    out->field = copy_of(field);
}

static void take_type(struct sk_head *out, GMimeObject *part)
{
    GMimeContentType *type = g_mime_object_get_content_type(part);

    out->type = type != NULL ? g_mime_content_type_get_mime_type(type) : NULL;
    if (out->type == NULL) {
        out->type = g_strdup("application/octet-stream");
    }
}

enum sk_error sk_head_read(struct sk_head *out, const uint8_t *lines, size_t len)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)lines, len);
    GMimeParser *parser;
    GMimeObject *part;

    if (stream == NULL) {
        return SK_ERR_MEMORY;
    }
    g_mime_stream_seek(stream, 0, GMIME_STREAM_SEEK_END);
    g_mime_stream_write(stream, "\r\n", 2);
    g_mime_stream_reset(stream);
    parser = g_mime_parser_new_with_stream(stream);
    part = g_mime_parser_construct_part(parser, NULL);
    if (part != NULL) {
        take_disposition(out, part);
        take_type(out, part);
        g_object_unref(part);
    } else { /* nothing that can be read: a file without a name, so that its bytes are kept */
        *out = (struct sk_head){true, copy_of(NULL), copy_of(NULL), copy_of(NULL)};
    }
    g_object_unref(parser);
    g_object_unref(stream);
    return SK_OK;
}

void sk_head_free(struct sk_head *head)
{
    g_free(head->field);
    g_free(head->file);
    g_free(head->type);
    memset(head, 0, sizeof *head);
}
