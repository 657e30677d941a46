#include "gateway/read/statics.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/encoded.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/http/route.h"
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

/* Of one view. */
struct made {
    atomic_uint references;
    uint64_t version; /* the view's */
    uint32_t week;
    struct sk_encoded page[LISTED][SK_LANG_COUNT];
};

struct sk_statics {
    struct MHD_Response *problems[SK_PROBLEM_COUNT][SK_LANG_COUNT];
    struct sk_encoded help[SK_LANG_COUNT], script[SK_SCRIPT_KINDS];
    pthread_mutex_t mutex; /* guards `made`, not what it points to */
    struct made *made;
};

static enum sk_error render(struct sk_page *page, enum listed which, enum sk_lang lang,
                            const struct sk_view *view, uint64_t max_upload)
{
    const struct sk_page_organisation *list = view->listing.pages;

    switch (which) {
    case FORM:
        return sk_page_form(page, lang, list, view->count, max_upload);
    case STATUS:
        return sk_page_status_form(page, lang, list, view->count, SK_OK);
    case COURIER:
        return sk_page_courier_form(page, lang, list, view->count, max_upload);
    default:
        return sk_page_offline(page, lang, list, view->count);
    }
}

/* ---- those of a view ------------------------------------------------------------------------ */

static void made_release(struct made *made)
{
    if (made == NULL || atomic_fetch_sub(&made->references, 1) != 1) {
        return;
    }
    for (int i = 0; i < LISTED; i++) {
        for (int l = 0; l < SK_LANG_COUNT; l++) {
            sk_encoded_free(&made->page[i][l]);
        }
    }
    free(made);
}

static enum sk_error made_new(struct made **out, const struct sk_view *view, uint64_t max_upload)
{
    struct made *made = calloc(1, sizeof *made);
    enum sk_error e = made == NULL ? SK_ERR_MEMORY : SK_OK;

    if (e != SK_OK) {
        return e;
    }
    atomic_init(&made->references, 1);
    made->version = view->version;
    made->week = view->week;
    for (int n = 0; e == SK_OK && n < (int)LISTED * (int)SK_LANG_COUNT; n++) {
        enum listed which = (enum listed)(n / SK_LANG_COUNT);
        enum sk_lang lang = (enum sk_lang)(n % SK_LANG_COUNT);
        struct sk_page page;

        e = render(&page, which, lang, view, max_upload);
        if (e == SK_OK) {
            e = sk_encoded_make(&made->page[which][lang], &page, SK_TYPE_HTML, lang);
        }
    }
    if (e != SK_OK) {
        made_release(made);
        return e;
    }
    *out = made;
    return SK_OK;
}

static bool made_is_of(const struct made *made, const struct sk_view *view)
{
    return made != NULL && made->version == view->version && made->week == view->week;
}

/* Those of this view; NULL: they are not made yet. */
static struct made *made_take(struct sk_statics *statics, const struct sk_view *view)
{
    pthread_mutex_lock(&statics->mutex);
    struct made *made = made_is_of(statics->made, view) ? statics->made : NULL;
    if (made != NULL) {
        atomic_fetch_add(&made->references, 1);
    }
    pthread_mutex_unlock(&statics->mutex);
    return made;
}

static enum sk_error made_replace(struct sk_statics *statics, const struct sk_view *view,
                                  uint64_t max_upload)
{
    struct made *made = NULL, *last;
    enum sk_error e = made_new(&made, view, max_upload);

    if (e != SK_OK) {
        return e;
    }
    pthread_mutex_lock(&statics->mutex);
    last = statics->made;
    statics->made = made;
    pthread_mutex_unlock(&statics->mutex);
    made_release(last);
    return SK_OK;
}

enum sk_error sk_statics_refresh(struct sk_statics *statics, struct sk_gateway *gateway)
{
    const struct sk_view *view = sk_directory_view(gateway->directory);
    struct made *made = made_take(statics, view);
    enum sk_error e = SK_OK;

    if (made == NULL) {
        e = made_replace(statics, view, gateway->settings.max_upload);
    }
    made_release(made);
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

static enum sk_error make_language(struct sk_statics *statics, enum sk_lang lang)
{
    struct sk_page page;

    for (int p = 0; p < SK_PROBLEM_COUNT; p++) {
        statics->problems[p][lang] = problem_response((enum sk_problem)p, lang);
        if (statics->problems[p][lang] == NULL) {
            return SK_ERR_MEMORY;
        }
    }
    enum sk_error e = sk_page_help(&page, lang);
    return e == SK_OK ? sk_encoded_make(&statics->help[lang], &page, SK_TYPE_HTML, lang) : e;
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

static enum sk_error make_all(struct sk_statics *statics)
{
    enum sk_error e = SK_OK;

    for (int l = 0; e == SK_OK && l < SK_LANG_COUNT; l++) {
        e = make_language(statics, (enum sk_lang)l);
    }
    for (int kind = 0; e == SK_OK && kind < SK_SCRIPT_KINDS; kind++) {
        e = make_script(&statics->script[kind], (enum sk_script_kind)kind);
    }
    return e;
}

enum sk_error sk_statics_new(struct sk_statics **out, struct sk_gateway *gateway)
{
    struct sk_statics *statics = calloc(1, sizeof *statics);

    if (statics == NULL || pthread_mutex_init(&statics->mutex, NULL) != 0) {
        free(statics);
        return SK_ERR_MEMORY;
    }
    enum sk_error e = make_all(statics);
    if (e == SK_OK) {
        e = sk_statics_refresh(statics, gateway);
    }
    if (e != SK_OK) {
        sk_statics_free(statics);
        return e;
    }
    *out = statics;
    return SK_OK;
}

void sk_statics_free(struct sk_statics *statics)
{
    if (statics == NULL) {
        return;
    }
    for (int l = 0; l < SK_LANG_COUNT; l++) {
        for (int p = 0; p < SK_PROBLEM_COUNT; p++) {
            if (statics->problems[p][l] != NULL) {
                MHD_destroy_response(statics->problems[p][l]);
            }
        }
        sk_encoded_free(&statics->help[l]);
    }
    for (int kind = 0; kind < SK_SCRIPT_KINDS; kind++) {
        sk_encoded_free(&statics->script[kind]);
    }
    made_release(statics->made);
    pthread_mutex_destroy(&statics->mutex);
    free(statics);
}

/* ---- handing them out ------------------------------------------------------------------------ */

/* The answer to a refused request of a person. */
static enum MHD_Result refuse(struct sk_request *request)
{
    struct sk_statics *statics = request->gateway->statics;
    unsigned status = sk_problem_status(request->problem);

    if (request->problem != SK_PROBLEM_METHOD) {
        return MHD_queue_response(request->connection, status,
                                  statics->problems[request->problem][request->lang]);
    }
    struct MHD_Response *response = problem_response(request->problem, request->lang);
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, "Allow", request->match.allow);
    return sk_reply_send(request, status, response) == SK_STEP_DONE ? MHD_YES : MHD_NO;
}

const struct sk_protocol sk_protocol_page = {.refuse = refuse};

static enum sk_step send_page(struct sk_request *request, enum listed which,
                              const struct sk_view *view)
{
    struct sk_gateway *gateway = request->gateway;
    /* Closed: the page in the form's place says so, and the status says it to programs. */
    unsigned status =
        which == FORM && view->offered_count == 0 ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    /* Behind /offline/ the path says the language; everywhere else request->lang is the path's. */
    enum sk_lang lang = which == OFFLINE ? request->match.lang : request->lang;
    struct made *made = made_take(gateway->statics, view);
    struct sk_page page;

    if (made != NULL) {
        enum sk_step step = sk_encoded_send(&made->page[which][lang], request, status);
        made_release(made);
        return step;
    }
    enum sk_error e = render(&page, which, lang, view, gateway->settings.max_upload);
    return e == SK_OK ? sk_encoded_send_plain(&page, lang, request, status)
                      : sk_request_refuse_error(request, e);
}

static enum sk_step send_listed(struct sk_request *request, enum listed which)
{
    const struct sk_view *view = sk_directory_view(request->gateway->directory);
    enum sk_step step = send_page(request, which, view);

    sk_view_release(view);
    return step;
}

static enum sk_step send_script(struct sk_request *request, enum sk_script_kind kind)
{
    return sk_encoded_send(&request->gateway->statics->script[kind], request, MHD_HTTP_OK);
}

static enum sk_step help_end(struct sk_request *request)
{
    return sk_encoded_send(&request->gateway->statics->help[request->lang], request, MHD_HTTP_OK);
}

const struct sk_endpoint sk_endpoint_help = {.takes = SK_BODY_NONE, .end = help_end};

static void view_gone(void *view)
{
    sk_view_release(view);
}

/* GET /sheets: the key sheets of all organisations, as they were imported. */
static enum sk_step sheets_end(struct sk_request *request)
{
    const struct sk_view *view = sk_directory_view(request->gateway->directory);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        view->listing.sheets_len, view->listing.sheets, view_gone, (void *)(uintptr_t)view);

    if (response == NULL) {
        sk_view_release(view);
        return SK_STEP_DROP;
    }
    sk_reply_headers(response, SK_TYPE_BINARY, SK_LANG_COUNT, false);
    return sk_reply_send(request, MHD_HTTP_OK, response);
}

const struct sk_endpoint sk_endpoint_sheets = {.takes = SK_BODY_NONE, .end = sheets_end};

/* Endpoints that hand out one thing. */
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
