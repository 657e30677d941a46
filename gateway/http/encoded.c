#include "gateway/http/encoded.h"

#include "gateway/http/compress.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"

static void set_coding(struct MHD_Response *response, enum sk_coding coding)
{
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    if (coding != SK_CODING_IDENTITY) {
        MHD_add_response_header(response, "Content-Encoding", sk_coding_name(coding));
    }
}

static enum sk_error make_one(struct MHD_Response **out, enum sk_coding coding,
                              const struct sk_page *page, const char *type, enum sk_lang lang)
{
    struct sk_page compressed;
    enum sk_error e = sk_compress(&compressed, coding, page->bytes, page->len);

    if (e != SK_OK) {
        return e;
    }
    compressed.csp = page->csp;
    *out = sk_reply_page(&compressed, type, lang, false);
    if (*out == NULL) {
        return SK_ERR_MEMORY;
    }
    set_coding(*out, coding);
    return SK_OK;
}

enum sk_error sk_encoded_make(struct sk_encoded *encoded, struct sk_page *page, const char *type,
                              enum sk_lang lang)
{
    enum sk_error e = SK_OK;

    for (int i = 0; e == SK_OK && i < SK_CODING_COUNT; i++) {
        e = make_one(&encoded->as[i], (enum sk_coding)i, page, type, lang);
    }
    sk_page_free(page);
    return e;
}

enum sk_error sk_encoded_add(struct sk_encoded *encoded, enum sk_coding coding, const char *bytes,
                             size_t len, const char *type)
{
    /* libmicrohttpd only reads the bytes; its interface knows no const. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);

    if (response == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_reply_headers(response, type, SK_LANG_COUNT, false);
    set_coding(response, coding);
    encoded->as[coding] = response;
    return SK_OK;
}

void sk_encoded_free(struct sk_encoded *encoded)
{
    for (int i = 0; i < SK_CODING_COUNT; i++) {
        if (encoded->as[i] != NULL) {
            MHD_destroy_response(encoded->as[i]);
        }
    }
}

enum sk_step sk_encoded_send(const struct sk_encoded *encoded, struct sk_request *request,
                             unsigned status)
{
    enum sk_coding coding = sk_coding_accept(sk_request_header(request, "Accept-Encoding"));

    return MHD_queue_response(request->connection, status, encoded->as[coding]) == MHD_YES
               ? SK_STEP_DONE
               : SK_STEP_DROP;
}

enum sk_step sk_encoded_send_plain(struct sk_page *page, enum sk_lang lang,
                                   struct sk_request *request, unsigned status)
{
    struct MHD_Response *response = sk_reply_page(page, SK_TYPE_HTML, lang, false);

    if (response != NULL) {
        set_coding(response, SK_CODING_IDENTITY);
    }
    return sk_reply_send(request, status, response);
}
