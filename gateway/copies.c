#include "gateway/copies.h"

#include <stdlib.h>

#include "gateway/pack.h"
#include "gateway/reply.h"
#include "gateway/request.h"
#include "gateway/script.h"

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
    MHD_add_response_header(*out, "Vary", "Accept-Encoding");
    if (coding != SK_CODING_IDENTITY) {
        MHD_add_response_header(*out, "Content-Encoding", sk_coding_name(coding));
    }
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

static enum sk_error fixed_make(struct sk_fixed *fixed, enum sk_lang lang)
{
    const struct sk_script *script = sk_script_live(lang);
    struct sk_page page;
    enum sk_error error = sk_page_help(&page, lang);

    if (error == SK_OK) {
        error = sk_copies_make(&fixed->help[lang], &page, SK_TYPE_HTML, lang);
    }
    if (error == SK_OK) {
        error = sk_pack(&page, SK_CODING_IDENTITY, script->bytes, script->len);
    }
    if (error == SK_OK) {
        error = sk_copies_make(&fixed->script[lang], &page, SK_TYPE_SCRIPT, lang);
    }
    return error;
}

struct sk_fixed *sk_fixed_new(void)
{
    struct sk_fixed *fixed = calloc(1, sizeof *fixed);

    for (int l = 0; fixed != NULL && l < SK_LANG_COUNT; l++) {
        if (fixed_make(fixed, (enum sk_lang)l) != SK_OK) {
            sk_fixed_free(fixed);
            fixed = NULL;
        }
    }
    return fixed;
}

void sk_fixed_free(struct sk_fixed *fixed)
{
    for (int l = 0; fixed != NULL && l < SK_LANG_COUNT; l++) {
        sk_copies_free(&fixed->help[l]);
        sk_copies_free(&fixed->script[l]);
    }
    free(fixed);
}
