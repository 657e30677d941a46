/*
 * The state that the parts of the running gateway share: one object, made in main() and handed
 * down. While requests are served only the fields change whose comment says so.
 */
#ifndef SK_GATEWAY_GATEWAY_H
#define SK_GATEWAY_GATEWAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/http/in_flight.h"
#include "gateway/options.h"
#include "storage/inbox.h"
#include "storage/outbox.h"

struct sk_connections;
struct sk_context_pool;
struct sk_directory;
struct sk_route_table;
struct sk_server;
struct sk_static_responses;
struct sk_upload_queue;

struct sk_gateway {
    struct sk_settings settings;
    uint64_t max_sealed; /* the longest body of an upload: settings.max_upload, sealed */
    struct sk_inbox *inbox;
    struct sk_outbox *outbox;
    struct sk_directory *directory;
    struct sk_static_responses *responses;
    struct sk_connections *connections;
    struct sk_context_pool *contexts;
    struct sk_upload_queue *uploads;
    struct sk_server *server;
    const struct sk_route_table *routes;
    struct sk_in_flight in_flight;
    bool told_memory;     /* said that the day's key is in memory only; the writer changes it */
    bool told_error;      /* said that publishing failed; the writer changes it */
    const char *note;     /* to be said behind the line "ready"; NULL: nothing */
    atomic_uint active;   /* requests that have begun and not ended; changes */
    atomic_uint draining; /* of these, refused ones whose long body is discarded; changes */
    atomic_bool stopping; /* new requests get 503; changes once */
    atomic_bool failed;   /* the disk failed: exit with 1; changes once */
};

#endif
