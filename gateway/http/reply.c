#include "gateway/http/reply.h"

#include <stdlib.h>

#include "gateway/http/request.h"

struct sk_replies {
    struct MHD_Response *problems[SK_PROBLEM_COUNT][SK_LANG_COUNT];
};

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

static void dress(struct MHD_Response *response, const char *type, const char *csp,
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

void sk_reply_dress(struct MHD_Response *response, const char *type, enum sk_lang lang, bool once)
{
    dress(response, type, sk_page_csp(), lang, once);
}

static struct MHD_Response *problem_response(enum sk_problem problem, enum sk_lang lang)
{
    const char *bytes;
    size_t len;

    sk_page_problem(problem, lang, &bytes, &len);
    /* The bytes are only read; the interface knows no const. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
    if (response != NULL) {
        sk_reply_dress(response, SK_TYPE_HTML, lang, true);
    }
    return response;
}

struct sk_replies *sk_replies_new(void)
{
    struct sk_replies *replies = calloc(1, sizeof *replies);

    if (replies == NULL) {
        return NULL;
    }
    for (int p = 0; p < SK_PROBLEM_COUNT; p++) {
        for (int l = 0; l < SK_LANG_COUNT; l++) {
            replies->problems[p][l] = problem_response((enum sk_problem)p, (enum sk_lang)l);
            if (replies->problems[p][l] == NULL) {
                sk_replies_free(replies);
                return NULL;
            }
        }
    }
    return replies;
}

void sk_replies_free(struct sk_replies *replies)
{
    if (replies == NULL) {
        return;
    }
    for (int p = 0; p < SK_PROBLEM_COUNT; p++) {
        for (int l = 0; l < SK_LANG_COUNT; l++) {
            if (replies->problems[p][l] != NULL) {
                MHD_destroy_response(replies->problems[p][l]);
            }
        }
    }
    free(replies);
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
    dress(response, type, owned->csp == NULL ? sk_page_csp() : owned->csp, lang, once);
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

enum sk_step sk_reply_send_page(struct sk_request *request, unsigned status, enum sk_error error,
                                struct sk_page *page, bool once)
{
    if (error != SK_OK) {
        return sk_request_refuse_error(request, error);
    }
    return sk_reply_send(request, status, sk_reply_page(page, SK_TYPE_HTML, request->lang, once));
}

enum MHD_Result sk_reply_problem(struct sk_request *request)
{
    struct sk_replies *replies = request->gateway->replies;
    struct MHD_Response *response = replies->problems[request->problem][request->lang];

    if (request->problem != SK_PROBLEM_METHOD) {
        return MHD_queue_response(request->connection, sk_problem_status(request->problem),
                                  response);
    }
    response = problem_response(request->problem, request->lang);
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, "Allow", request->match.allow);
    return sk_reply_send(request, sk_problem_status(request->problem), response) == SK_STEP_DONE
               ? MHD_YES
               : MHD_NO;
}
