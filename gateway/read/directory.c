#include "gateway/read/directory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "keys/base/calendar.h"
#include "keys/base/number.h"

struct sk_directory {
    struct sk_outbox *outbox;
    pthread_mutex_t making; /* held while a new view is read; taken before mutex */
    pthread_mutex_t mutex;  /* guards `current`, not what it points to */
    struct sk_view *current;
};

void sk_view_release(const struct sk_view *view)
{
    /* Only the count of a view that readers hold changes. */
    struct sk_view *mine = (struct sk_view *)(uintptr_t)view;

    if (mine != NULL && atomic_fetch_sub(&mine->references, 1) == 1) {
        sk_organisations_free(&mine->organisations);
        free(mine);
    }
}

static struct sk_view *take(struct sk_directory *directory)
{
    pthread_mutex_lock(&directory->mutex);
    struct sk_view *view = directory->current;
    if (view != NULL) {
        atomic_fetch_add(&view->references, 1);
    }
    pthread_mutex_unlock(&directory->mutex);
    return view;
}

static bool is_current(struct sk_directory *directory, uint64_t version, uint32_t week)
{
    struct sk_view *view = take(directory);
    bool current = view != NULL && view->version == version && view->week == week;

    sk_view_release(view);
    return current;
}

static enum sk_error replace(struct sk_directory *directory, uint64_t version, uint32_t week)
{
    struct sk_view *view = calloc(1, sizeof *view), *last;

    if (view == NULL) {
        return SK_ERR_MEMORY;
    }
    atomic_init(&view->references, 1);
    view->version = version;
    view->week = week;
    struct sk_organisations *organisations = &view->organisations;
    enum sk_error e = sk_organisations_read(organisations, directory->outbox, week);

    if (e != SK_OK) {
        sk_view_release(view);
        return e;
    }
    for (size_t i = 0; i < organisations->count && view->offered_count < SK_ORGANISATIONS_MAX;
         i++) {
        if (organisations->pages[i].offered) {
            view->offered[view->offered_count++] = &organisations->all[i];
        }
    }
    pthread_mutex_lock(&directory->mutex);
    last = directory->current;
    directory->current = view;
    pthread_mutex_unlock(&directory->mutex);
    sk_view_release(last);
    return SK_OK;
}

static enum sk_error refresh(struct sk_directory *directory, time_t now)
{
    uint64_t version = 0;
    uint32_t week = sk_week_of(now);
    /* The version is read before the content: the next refresh sees a change in between. */
    enum sk_error e = sk_outbox_version(directory->outbox, &version);

    if (e != SK_OK || is_current(directory, version, week)) {
        return e;
    }
    pthread_mutex_lock(&directory->making);
    if (!is_current(directory, version, week)) {
        e = replace(directory, version, week);
    }
    pthread_mutex_unlock(&directory->making);
    return e;
}

enum sk_error sk_directory_new(struct sk_directory **out, struct sk_outbox *outbox, time_t now)
{
    struct sk_directory *directory = calloc(1, sizeof *directory);

    if (directory == NULL || pthread_mutex_init(&directory->mutex, NULL) != 0 ||
        pthread_mutex_init(&directory->making, NULL) != 0) {
        free(directory);
        return SK_ERR_MEMORY;
    }
    directory->outbox = outbox;
    enum sk_error e = refresh(directory, now);
    if (e != SK_OK) {
        sk_directory_free(directory);
        return e;
    }
    *out = directory;
    return SK_OK;
}

void sk_directory_free(struct sk_directory *directory)
{
    if (directory == NULL) {
        return;
    }
    sk_view_release(directory->current);
    pthread_mutex_destroy(&directory->making);
    pthread_mutex_destroy(&directory->mutex);
    free(directory);
}

const struct sk_view *sk_directory_view(struct sk_directory *directory)
{
    (void)refresh(directory, time(NULL));
    return take(directory);
}

const struct sk_organisation *sk_view_offered(const struct sk_view *view, const char *text)
{
    char hex[SK_HEX_TEXT];

    for (size_t i = 0; i < view->offered_count; i++) {
        const struct sk_organisation *organisation = view->offered[i];

        sk_fingerprint_text(hex, &organisation->pin);
        if (strcmp(text, organisation->slug) == 0 || strcasecmp(text, hex) == 0 ||
            strcmp(text, organisation->name) == 0) {
            return organisation;
        }
    }
    return NULL;
}

const struct sk_organisation *sk_view_slug(const struct sk_view *view, const char *slug)
{
    const struct sk_organisations *organisations = &view->organisations;

    for (size_t i = 0; i < organisations->count; i++) {
        if (strcmp(slug, organisations->all[i].slug) == 0) {
            return &organisations->all[i];
        }
    }
    return NULL;
}
