#include "gateway/read/roster.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/http/reply.h"
#include "keys/base/calendar.h"

struct sk_roster {
    struct sk_outbox *outbox;
    uint64_t max_upload;
    pthread_mutex_t making; /* one at a time makes a new view; taken before mutex */
    pthread_mutex_t mutex;  /* guards `current`, not what it points to */
    struct sk_view *current;
};

static void view_free(struct sk_view *view)
{
    for (int l = 0; l < SK_LANG_COUNT; l++) {
        sk_copies_free(&view->form[l]);
        sk_copies_free(&view->status[l]);
        sk_copies_free(&view->courier[l]);
        sk_copies_free(&view->offline[l]);
    }
    if (view->sheets != NULL) {
        MHD_destroy_response(view->sheets);
    }
    sk_listing_free(&view->listing);
    free(view);
}

void sk_view_release(const struct sk_view *view)
{
    /* Only the count ever changes in a view that readers hold. */
    struct sk_view *mine = (struct sk_view *)(uintptr_t)view;

    if (mine != NULL && atomic_fetch_sub(&mine->references, 1) == 1) {
        view_free(mine);
    }
}

static enum sk_error view_pages(struct sk_view *view, enum sk_lang lang, uint64_t max_upload)
{
    const struct sk_page_organisation *list = view->listing.pages;
    struct sk_page page;
    enum sk_error error = sk_page_form(&page, lang, list, view->count, max_upload);

    if (error == SK_OK) {
        error = sk_copies_make(&view->form[lang], &page, SK_TYPE_HTML, lang);
    }
    if (error == SK_OK) {
        error = sk_page_status_form(&page, lang, list, view->count, SK_OK);
    }
    if (error == SK_OK) {
        error = sk_copies_make(&view->status[lang], &page, SK_TYPE_HTML, lang);
    }
    if (error == SK_OK) {
        error = sk_page_courier_form(&page, lang, list, view->count, max_upload);
    }
    if (error == SK_OK) {
        error = sk_copies_make(&view->courier[lang], &page, SK_TYPE_HTML, lang);
    }
    if (error == SK_OK) {
        error = sk_page_offline(&page, lang, list, view->count);
    }
    if (error == SK_OK) {
        error = sk_copies_make(&view->offline[lang], &page, SK_TYPE_HTML, lang);
    }
    return error;
}

static enum sk_error view_sheets(struct sk_view *view)
{
    view->sheets = MHD_create_response_from_buffer(view->listing.sheets_len, view->listing.sheets,
                                                   MHD_RESPMEM_PERSISTENT);
    if (view->sheets == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_reply_dress(view->sheets, SK_TYPE_BINARY, SK_LANG_COUNT, false);
    return SK_OK;
}

static void view_offer(struct sk_view *view)
{
    for (size_t i = 0; i < view->count && view->offered_count < SK_ORGANISATIONS_MAX; i++) {
        if (view->listing.pages[i].offered) {
            view->offered[view->offered_count++] = &view->all[i];
        }
    }
}

static enum sk_error view_make(struct sk_view **out, struct sk_roster *roster, uint64_t version,
                               uint32_t week)
{
    struct sk_view *view = calloc(1, sizeof *view);

    if (view == NULL) {
        return SK_ERR_MEMORY;
    }
    atomic_init(&view->references, 1);
    view->version = version;
    view->week = week;
    enum sk_error error = sk_listing_read(&view->listing, roster->outbox, week);
    if (error == SK_OK) {
        view->all = view->listing.all;
        view->count = view->listing.count;
        view_offer(view);
        error = view_sheets(view);
    }
    for (int l = 0; error == SK_OK && l < SK_LANG_COUNT; l++) {
        error = view_pages(view, (enum sk_lang)l, roster->max_upload);
    }
    if (error != SK_OK) {
        view_free(view);
        return error;
    }
    *out = view;
    return SK_OK;
}

static struct sk_view *take(struct sk_roster *roster)
{
    pthread_mutex_lock(&roster->mutex);
    struct sk_view *view = roster->current;
    if (view != NULL) {
        atomic_fetch_add(&view->references, 1);
    }
    pthread_mutex_unlock(&roster->mutex);
    return view;
}

/* Whether the present view is of this version and week. */
static bool is_current(struct sk_roster *roster, uint64_t version, uint32_t week)
{
    struct sk_view *view = take(roster);
    bool current = view != NULL && view->version == version && view->week == week;

    sk_view_release(view);
    return current;
}

static enum sk_error replace(struct sk_roster *roster, uint64_t version, uint32_t week)
{
    struct sk_view *view = NULL;
    enum sk_error error = view_make(&view, roster, version, week);

    if (error != SK_OK) {
        return error;
    }
    pthread_mutex_lock(&roster->mutex);
    struct sk_view *last = roster->current;
    roster->current = view;
    pthread_mutex_unlock(&roster->mutex);
    sk_view_release(last);
    return SK_OK;
}

static enum sk_error refresh(struct sk_roster *roster, time_t now)
{
    uint64_t version = 0;
    uint32_t week = sk_week_of(now);
    /* The version is read before the content: a change in between is seen the next time. */
    enum sk_error error = sk_outbox_version(roster->outbox, &version);

    if (error != SK_OK || is_current(roster, version, week)) {
        return error;
    }
    pthread_mutex_lock(&roster->making);
    if (!is_current(roster, version, week)) {
        error = replace(roster, version, week);
    }
    pthread_mutex_unlock(&roster->making);
    return error;
}

enum sk_error sk_roster_new(struct sk_roster **out, struct sk_outbox *outbox, uint64_t max_upload,
                            time_t now)
{
    struct sk_roster *roster = calloc(1, sizeof *roster);

    if (roster == NULL || pthread_mutex_init(&roster->mutex, NULL) != 0 ||
        pthread_mutex_init(&roster->making, NULL) != 0) {
        free(roster);
        return SK_ERR_MEMORY;
    }
    roster->outbox = outbox;
    roster->max_upload = max_upload;
    enum sk_error error = refresh(roster, now);
    if (error != SK_OK) {
        sk_roster_free(roster);
        return error;
    }
    *out = roster;
    return SK_OK;
}

void sk_roster_free(struct sk_roster *roster)
{
    if (roster == NULL) {
        return;
    }
    sk_view_release(roster->current);
    pthread_mutex_destroy(&roster->making);
    pthread_mutex_destroy(&roster->mutex);
    free(roster);
}

const struct sk_view *sk_roster_view(struct sk_roster *roster)
{
    (void)refresh(roster, time(NULL));
    return take(roster);
}

const struct sk_organisation *sk_view_offered(const struct sk_view *view, const char *text)
{
    char hex[2 * sizeof view->all->pin.b + 1];

    for (size_t i = 0; i < view->offered_count; i++) {
        const struct sk_organisation *organisation = view->offered[i];
        sodium_bin2hex(hex, sizeof hex, organisation->pin.b, sizeof organisation->pin.b);
        if (strcmp(text, organisation->slug) == 0 || strcasecmp(text, hex) == 0 ||
            strcmp(text, organisation->name) == 0) {
            return organisation;
        }
    }
    return NULL;
}

const struct sk_organisation *sk_view_slug(const struct sk_view *view, const char *slug)
{
    for (size_t i = 0; i < view->count; i++) {
        if (strcmp(slug, view->all[i].slug) == 0) {
            return &view->all[i];
        }
    }
    return NULL;
}
