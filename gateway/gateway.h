/*
 * What the parts of the running gateway share. One object, made in main(), handed down; nothing
 * in it changes while requests are served but what says so.
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

struct sk_context_pool;
struct sk_directory;
struct sk_peers;
struct sk_server;
struct sk_statics;
struct sk_upload_queue;

struct sk_gateway {
    struct sk_settings settings;
    uint64_t max_sealed; /* the longest body of an upload: settings.max_upload, sealed */
    struct sk_inbox *inbox;
    struct sk_outbox *outbox;
    struct sk_directory *directory;
    struct sk_statics *statics;
    struct sk_peers *peers;
    struct sk_context_pool *contexts;
    struct sk_upload_queue *uploads;
    struct sk_server *server;
    struct sk_in_flight in_flight;
    bool told_memory;     /* that the day's key is in memory only; the writer's */
    bool told_error;      /* that publishing failed last time; the writer's */
    const char *note;     /* to be said once it is ready; NULL: nothing */
    atomic_uint active;   /* requests that have begun and not ended */
    atomic_bool stopping; /* new requests get 503 */
    atomic_bool failed;   /* the disk failed: exit with 1 */
};

#endif
