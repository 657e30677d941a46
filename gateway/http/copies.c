#include "gateway/http/copies.h"

#include <stdlib.h>

#include "gateway/http/pack.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/pages/script.h"

static void mark(struct MHD_Response *response, enum sk_coding coding)
{
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    if (coding != SK_CODING_IDENTITY) {
        MHD_add_response_header(response, "Content-Encoding", sk_coding_name(coding));
    }
}

static enum sk_error copy_make(struct MHD_Response **out, enum sk_coding coding,
                               const struct sk_page *page, const char *type, enum sk_lang lang)
{
    struct sk_page packed;
    enum sk_error error = sk_pack(&packed, coding, page->bytes, page->len);

    if (error != SK_OK) {
        return error;
    }
    packed.csp = page->csp;
    *out = sk_reply_page(&packed, type, lang, false);
    if (*out == NULL) {
        return SK_ERR_MEMORY;
    }
    mark(*out, coding);
    return SK_OK;
}

enum sk_error sk_copies_make(struct sk_copies *copies, struct sk_page *page, const char *type,
                             enum sk_lang lang)
{
    enum sk_error error = SK_OK;

    for (int i = 0; error == SK_OK && i < SK_CODING_COUNT; i++) {
        error = copy_make(&copies->as[i], (enum sk_coding)i, page, type, lang);
    }
    sk_page_free(page);
    return error;
}

void sk_copies_free(struct sk_copies *copies)
{
    for (int i = 0; i < SK_CODING_COUNT; i++) {
        if (copies->as[i] != NULL) {
            MHD_destroy_response(copies->as[i]);
        }
    }
}

enum MHD_Result sk_copies_queue(const struct sk_copies *copies, struct sk_request *request,
                                unsigned status)
{
    enum sk_coding coding = sk_coding_accept(sk_request_header(request, "Accept-Encoding"));

    return MHD_queue_response(request->connection, status, copies->as[coding]);
}

static struct MHD_Response *script_response(const struct sk_blob *blob, enum sk_coding coding)
{
    /* The bytes are only read; the interface knows no const. */
    struct MHD_Response *response = MHD_create_response_from_buffer(
        blob->len, (void *)(uintptr_t)blob->bytes, MHD_RESPMEM_PERSISTENT);

    if (response != NULL) {
        sk_reply_dress(response, SK_TYPE_SCRIPT, SK_LANG_COUNT, false);
        mark(response, coding);
    }
    return response;
}

static enum sk_error script_make(struct sk_copies *copies, const struct sk_asset *asset)
{
    for (int i = 0; i < SK_CODING_COUNT; i++) {
        copies->as[i] = script_response(&asset->as[i], (enum sk_coding)i);
        if (copies->as[i] == NULL) {
            return SK_ERR_MEMORY;
        }
    }
    return SK_OK;
}

static enum sk_error fixed_make(struct sk_fixed *fixed)
{
    enum sk_error error = SK_OK;

    for (int l = 0; error == SK_OK && l < SK_LANG_COUNT; l++) {
        struct sk_page page;

        error = sk_page_help(&page, (enum sk_lang)l);
        if (error == SK_OK) {
            error = sk_copies_make(&fixed->help[l], &page, SK_TYPE_HTML, (enum sk_lang)l);
        }
    }
    for (int kind = 0; error == SK_OK && kind < SK_SCRIPT_KINDS; kind++) {
        const struct sk_asset *asset = sk_script_file((enum sk_script_kind)kind);

        if (asset != NULL) {
            error = script_make(&fixed->script[kind], asset);
        }
    }
    return error;
}

struct sk_fixed *sk_fixed_new(void)
{
    struct sk_fixed *fixed = calloc(1, sizeof *fixed);

    if (fixed != NULL && fixed_make(fixed) != SK_OK) {
        sk_fixed_free(fixed);
        fixed = NULL;
    }
    return fixed;
}

void sk_fixed_free(struct sk_fixed *fixed)
{
    for (int l = 0; fixed != NULL && l < SK_LANG_COUNT; l++) {
        sk_copies_free(&fixed->help[l]);
    }
    for (int kind = 0; fixed != NULL && kind < SK_SCRIPT_KINDS; kind++) {
        sk_copies_free(&fixed->script[kind]);
    }
    free(fixed);
}
