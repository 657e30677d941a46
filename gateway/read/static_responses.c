#include "gateway/read/static_responses.h"

#include <pthread.h>
#include <stdlib.h>

#include "gateway/http/encoded.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/pages/page_courier.h"
#include "gateway/pages/page_form.h"
#include "gateway/pages/page_help.h"
#include "gateway/pages/page_offline.h"
#include "gateway/pages/page_problem.h"
#include "gateway/pages/page_status.h"
#include "gateway/pages/script.h"
#include "gateway/read/directory.h"

/* The pages that show the organisations. */
enum listed { FORM, STATUS, COURIER, OFFLINE, LISTED };

/* Their responses, for one view of the directory. */
struct listed_pages {
    atomic_uint references;
    uint64_t version; /* the view's */
    uint32_t week;
    struct sk_encoded page[LISTED][SK_LANG_COUNT];
};

struct sk_static_responses {
    struct MHD_Response *problems[SK_PROBLEM_COUNT][SK_LANG_COUNT];
    struct sk_encoded help[SK_LANG_COUNT], script[SK_SCRIPT_KINDS];
    pthread_mutex_t mutex; /* guards `listed`, not what it points to */
    struct listed_pages *listed;
};

static enum sk_error render(struct sk_page *page, enum listed which, enum sk_lang lang,
                            const struct sk_view *view, uint64_t max_upload)
{
    const struct sk_page_organisation *list = view->organisations.pages;
    size_t count = view->organisations.count;

    switch (which) {
    case FORM:
        return sk_page_form(page, lang, list, count, max_upload);
    case STATUS:
        return sk_page_status_form(page, lang, list, count, SK_OK, NULL);
    case COURIER:
        return sk_page_courier_form(page, lang, list, count, max_upload);
    default:
        return sk_page_offline(page, lang, list, count);
    }
}

/* ---- the pages of a view -------------------------------------------------------------------- */

static void listed_release(struct listed_pages *listed)
{
    if (listed == NULL || atomic_fetch_sub(&listed->references, 1) != 1) {
        return;
    }
    for (int i = 0; i < LISTED; i++) {
        for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
            sk_encoded_free(&listed->page[i][lang]);
        }
    }
    free(listed);
}

/* NULL: the pages of this view are not made yet. */
static struct listed_pages *listed_take(struct sk_static_responses *responses,
                                        const struct sk_view *view)
{
    pthread_mutex_lock(&responses->mutex);
    struct listed_pages *listed = responses->listed;

    if (listed != NULL && (listed->version != view->version || listed->week != view->week)) {
        listed = NULL;
    }
    if (listed != NULL) {
        atomic_fetch_add(&listed->references, 1);
    }
    pthread_mutex_unlock(&responses->mutex);
    return listed;
}

static enum sk_error listed_replace(struct sk_static_responses *responses,
                                    const struct sk_view *view, uint64_t max_upload)
{
    struct listed_pages *listed = calloc(1, sizeof *listed), *last;
    enum sk_error e = SK_OK;

    if (listed == NULL) {
        return SK_ERR_MEMORY;
    }
    atomic_init(&listed->references, 1);
    listed->version = view->version;
    listed->week = view->week;
    for (int n = 0; e == SK_OK && n < (int)LISTED * (int)SK_LANG_COUNT; n++) {
        enum listed which = (enum listed)(n / SK_LANG_COUNT);
        enum sk_lang lang = (enum sk_lang)(n % SK_LANG_COUNT);
        struct sk_page page;

        e = render(&page, which, lang, view, max_upload);
        if (e == SK_OK) {
            e = sk_encoded_make(&listed->page[which][lang], &page, SK_TYPE_HTML, lang);
        }
    }
    if (e != SK_OK) {
        listed_release(listed);
        return e;
    }
    pthread_mutex_lock(&responses->mutex);
    last = responses->listed;
    responses->listed = listed;
    pthread_mutex_unlock(&responses->mutex);
    listed_release(last);
    return SK_OK;
}

enum sk_error sk_static_responses_refresh(struct sk_static_responses *responses,
                                          struct sk_gateway *gateway)
{
    const struct sk_view *view = sk_directory_view(gateway->directory);
    struct listed_pages *listed = listed_take(responses, view);
    enum sk_error e = SK_OK;

    if (listed == NULL) {
        e = listed_replace(responses, view, gateway->settings.max_upload);
    }
    listed_release(listed);
    sk_view_release(view);
    return e;
}

/* ---- those that never change ---------------------------------------------------------------- */

static struct MHD_Response *problem_response(enum sk_problem problem, enum sk_lang lang)
{
    struct sk_page page;

    return sk_page_problem(&page, lang, problem) == SK_OK
               ? sk_reply_page(&page, SK_TYPE_HTML, lang, true)
               : NULL;
}

static enum sk_error make_language(struct sk_static_responses *responses, enum sk_lang lang)
{
    struct sk_page page;

    for (int p = 0; p < SK_PROBLEM_COUNT; p++) {
        responses->problems[p][lang] = problem_response((enum sk_problem)p, lang);
        if (responses->problems[p][lang] == NULL) {
            return SK_ERR_MEMORY;
        }
    }
    enum sk_error e = sk_page_help(&page, lang);
    return e == SK_OK ? sk_encoded_make(&responses->help[lang], &page, SK_TYPE_HTML, lang) : e;
}

static enum sk_error make_script(struct sk_encoded *script, enum sk_script_kind kind)
{
    const struct sk_asset *asset = sk_script_file(kind);
    enum sk_error e = SK_OK;

    for (int i = 0; asset != NULL && e == SK_OK && i < SK_CODING_COUNT; i++) {
        e = sk_encoded_add(script, (enum sk_coding)i, asset->as[i].bytes, asset->as[i].len,
                           SK_TYPE_SCRIPT);
    }
    return e;
}

enum sk_error sk_static_responses_new(struct sk_static_responses **out, struct sk_gateway *gateway)
{
    struct sk_static_responses *responses = calloc(1, sizeof *responses);
    enum sk_error e = SK_OK;

    if (responses == NULL || pthread_mutex_init(&responses->mutex, NULL) != 0) {
        free(responses);
        return SK_ERR_MEMORY;
    }
    for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
        e = make_language(responses, (enum sk_lang)lang);
    }
    for (int kind = 0; e == SK_OK && kind < SK_SCRIPT_KINDS; kind++) {
        e = make_script(&responses->script[kind], (enum sk_script_kind)kind);
    }
    if (e == SK_OK) {
        e = sk_static_responses_refresh(responses, gateway);
    }
    if (e != SK_OK) {
        sk_static_responses_free(responses);
        return e;
    }
    *out = responses;
    return SK_OK;
}

void sk_static_responses_free(struct sk_static_responses *responses)
{
    if (responses == NULL) {
        return;
    }
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        for (int p = 0; p < SK_PROBLEM_COUNT; p++) {
            if (responses->problems[p][lang] != NULL) {
                MHD_destroy_response(responses->problems[p][lang]);
            }
        }
        sk_encoded_free(&responses->help[lang]);
    }
    for (int kind = 0; kind < SK_SCRIPT_KINDS; kind++) {
        sk_encoded_free(&responses->script[kind]);
    }
    listed_release(responses->listed);
    pthread_mutex_destroy(&responses->mutex);
    free(responses);
}

/* ---- sending them --------------------------------------------------------------------------- */

/* The response to a refused request of a person. */
static enum MHD_Result refuse(struct sk_request *request)
{
    unsigned status = sk_problem_status(request->problem);

    if (request->problem != SK_PROBLEM_METHOD) {
        return MHD_queue_response(
            request->connection, status,
            request->gateway->responses->problems[request->problem][request->lang]);
    }
    struct MHD_Response *response = problem_response(request->problem, request->lang);
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, "Allow", request->match.allow);
    return sk_reply_send(request, status, response) == SK_STEP_DONE ? MHD_YES : MHD_NO;
}

const struct sk_protocol sk_protocol_page = {.patient = true, .refuse = refuse};

static enum sk_step send_listed(struct sk_request *request, enum listed which)
{
    struct sk_gateway *gateway = request->gateway;
    const struct sk_view *view = sk_directory_view(gateway->directory);
    struct listed_pages *listed = listed_take(gateway->responses, view);
    /* The form is closed: its page says so to people, the status to programs. */
    unsigned status =
        which == FORM && view->offered_count == 0 ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    /* request->lang is not set from a path that ends in the language, as below /offline/. */
    enum sk_lang lang = which == OFFLINE ? request->match.lang : request->lang;
    enum sk_step step;

    if (listed != NULL) {
        step = sk_encoded_send(&listed->page[which][lang], request, status);
    } else {
        struct sk_page page;
        enum sk_error e = render(&page, which, lang, view, gateway->settings.max_upload);

        step = e == SK_OK ? sk_encoded_send_plain(&page, lang, request, status)
                          : sk_request_refuse_error(request, e);
    }
    listed_release(listed);
    sk_view_release(view);
    return step;
}

static enum sk_step send_script(struct sk_request *request, enum sk_script_kind kind)
{
    return sk_encoded_send(&request->gateway->responses->script[kind], request, MHD_HTTP_OK);
}

static enum sk_step help_end(struct sk_request *request)
{
    return sk_encoded_send(&request->gateway->responses->help[request->lang], request, MHD_HTTP_OK);
}

const struct sk_endpoint sk_endpoint_help = {.takes = SK_BODY_NONE, .end = help_end};

static void sheets_release(void *view)
{
    sk_view_release(view);
}

/* GET /sheets: the key sheets of all organisations, as they were imported. */
static enum sk_step sheets_end(struct sk_request *request)
{
    const struct sk_view *view = sk_directory_view(request->gateway->directory);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        view->organisations.sheets_len, view->organisations.sheets, sheets_release,
        (void *)(uintptr_t)view);

    if (response == NULL) {
        sk_view_release(view);
        return SK_STEP_DROP;
    }
    sk_reply_headers(response, SK_TYPE_BINARY, SK_LANG_COUNT, false);
    return sk_reply_send(request, MHD_HTTP_OK, response);
}

const struct sk_endpoint sk_endpoint_sheets = {.takes = SK_BODY_NONE, .end = sheets_end};

/* Endpoints that send one thing. */
#define ENDPOINT(name, send, what)                                                                 \
    static enum sk_step name##_end(struct sk_request *request)                                     \
    {                                                                                              \
        return send(request, what);                                                                \
    }                                                                                              \
    const struct sk_endpoint sk_endpoint_##name = {.takes = SK_BODY_NONE, .end = name##_end};

ENDPOINT(home, send_listed, FORM)
ENDPOINT(status_form, send_listed, STATUS)
ENDPOINT(courier_form, send_listed, COURIER)
ENDPOINT(offline, send_listed, OFFLINE)
ENDPOINT(form_script, send_script, SK_SCRIPT_FORM)
ENDPOINT(status_script, send_script, SK_SCRIPT_STATUS)
ENDPOINT(courier_script, send_script, SK_SCRIPT_COURIER)
