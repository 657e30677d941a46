/*
 * Which organisations are offered now. Readers hold an immutable view; a new one is read when the
 * outbox changed or the week turned. What is rendered from it: static_responses.h.
 */
#ifndef SK_GATEWAY_READ_DIRECTORY_H
#define SK_GATEWAY_READ_DIRECTORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "gateway/read/organisations.h"
#include "storage/outbox.h"
#include "storage/outbox_organisations.h"

struct sk_view {
    atomic_uint references;
    uint64_t version; /* of the outbox */
    uint32_t week;
    struct sk_organisations organisations;
    const struct sk_organisation *offered[SK_ORGANISATIONS_MAX]; /* have a key for this week */
    size_t offered_count;
};

struct sk_directory;

/* Reads the first view. */
enum sk_error sk_directory_new(struct sk_directory **out, struct sk_outbox *outbox, time_t now);
void sk_directory_free(struct sk_directory *directory); /* NULL is a no-op; no view may be held */

/* The current view. Reads the organisations and their sheets again if the outbox changed; renders
 * nothing. Never NULL: after a failure the last view stays in use. */
const struct sk_view *sk_directory_view(struct sk_directory *directory);
void sk_view_release(const struct sk_view *view); /* NULL is a no-op */

/* An offered organisation by slug, fingerprint in hex or exact name; NULL if there is none. */
const struct sk_organisation *sk_view_offered(const struct sk_view *view, const char *text);
/* Any pinned organisation, by slug. */
const struct sk_organisation *sk_view_slug(const struct sk_view *view, const char *slug);

#endif
