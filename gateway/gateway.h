/*
 * The state that the parts of the running gateway share: one object, made in main() and handed
 * down. While requests are served only the fields change whose comment says so.
 */
#ifndef SK_GATEWAY_GATEWAY_H
#define SK_GATEWAY_GATEWAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/options.h"
#include "storage/inbox.h"
#include "storage/outbox.h"

struct sk_directory;
struct sk_connections;
struct sk_sealers;
struct sk_server;
struct sk_static_responses;
struct sk_turns;

/*
 * Counts what must not be pulled from under the writer: deposits that are out, and with them
 * every suspended connection. libmicrohttpd aborts the process when it is stopped while one is
 * suspended, so stopping first closes the door here and then waits for zero.
 */
struct sk_holds {
    pthread_mutex_t mutex;
    pthread_cond_t none;
    unsigned count;
    bool closed;
};

struct sk_gateway {
    struct sk_settings settings;
    uint64_t max_sealed; /* the longest body of an upload: settings.max_upload, sealed */
    struct sk_inbox *inbox;
    struct sk_outbox *outbox;
    struct sk_directory *directory;
    struct sk_static_responses *responses;
    struct sk_connections *connections;
    struct sk_sealers *sealers;
    struct sk_turns *turns;
    struct sk_server *server;
    struct sk_holds holds;
    bool told_memory;     /* said that the day's key is in memory only; the writer changes it */
    bool told_error;      /* said that publishing failed; the writer changes it */
    const char *note;     /* to be said behind the line "ready"; NULL: nothing */
    atomic_uint active;   /* requests that have begun and not ended; changes */
    atomic_bool stopping; /* new requests get 503; changes once */
    atomic_bool failed;   /* the disk failed: exit with 1; changes once */
};

enum sk_error sk_holds_start(struct sk_holds *holds);
void sk_holds_stop(struct sk_holds *holds);
/* false: the door is closed, nobody may suspend any more. */
bool sk_hold(struct sk_holds *holds);
/* For what nobody waits on (an ABANDON): also behind the closed door. */
void sk_hold_anyway(struct sk_holds *holds);
void sk_unhold(struct sk_holds *holds);
void sk_holds_close(struct sk_holds *holds);
/* Waits until nothing is held. false when that took longer than `seconds`. */
bool sk_holds_wait(struct sk_holds *holds, unsigned seconds);

#endif
