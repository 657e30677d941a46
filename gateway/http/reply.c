#include "gateway/http/reply.h"

#include <stdlib.h>

#include "gateway/http/csp.h"
#include "gateway/http/request.h"

/* No clock (Date), no name (Server), no cookie; nothing may be kept, framed, sniffed or sent on. */
static const struct {
    const char *name, *value;
} ALWAYS[] = {
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "accelerometer=(), autoplay=(), camera=(), display-capture=(), "
                           "fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), "
                           "microphone=(), midi=(), payment=(), usb=()"},
};

static void set_headers(struct MHD_Response *response, const char *type, const char *csp,
                        enum sk_lang lang, bool once)
{
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Content-Security-Policy", csp);
    for (size_t i = 0; i < sizeof ALWAYS / sizeof ALWAYS[0]; i++) {
        MHD_add_response_header(response, ALWAYS[i].name, ALWAYS[i].value);
    }
    if (lang != SK_LANG_COUNT) {
        MHD_add_response_header(response, "Content-Language", sk_lang_code(lang));
    }
    if (once) {
        MHD_add_response_header(response, "Connection", "close");
    }
}

void sk_reply_headers(struct MHD_Response *response, const char *type, enum sk_lang lang, bool once)
{
    set_headers(response, type, sk_csp_default(), lang, once);
}

static void page_release(void *context)
{
    struct sk_page *page = context;

    sk_page_free(page);
    free(page);
}

struct MHD_Response *sk_reply_page(struct sk_page *page, const char *type, enum sk_lang lang,
                                   bool once)
{
    struct sk_page *owned = malloc(sizeof *owned);
    struct MHD_Response *response = NULL;

    if (owned == NULL) {
        sk_page_free(page);
        return NULL;
    }
    *owned = *page;
    *page = (struct sk_page){0};
    response = MHD_create_response_from_buffer_with_free_callback_cls(owned->len, owned->bytes,
                                                                      page_release, owned);
    if (response == NULL) {
        page_release(owned);
        return NULL;
    }
    set_headers(response, type, owned->csp == NULL ? sk_csp_default() : owned->csp, lang, once);
    return response;
}

enum sk_step sk_reply_send(struct sk_request *request, unsigned status,
                           struct MHD_Response *response)
{
    if (response == NULL) {
        return SK_STEP_DROP;
    }
    enum MHD_Result queued = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

enum sk_step sk_reply_send_page(struct sk_request *request, unsigned status, enum sk_error e,
                                struct sk_page *page, bool once)
{
    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    return sk_reply_send(request, status, sk_reply_page(page, SK_TYPE_HTML, request->lang, once));
}
