/*
 * Static responses: every page and script that is the same for everyone, rendered and compressed
 * before anybody asks for it. What depends on the organisations is made anew by the watcher when
 * they changed; a request that comes before that is given its page uncompressed, and waits for
 * nothing.
 */
#ifndef SK_GATEWAY_READ_STATICS_H
#define SK_GATEWAY_READ_STATICS_H

#include "gateway/gateway.h"

struct sk_statics;

/* Makes all of them. Needs the directory. */
enum sk_error sk_statics_new(struct sk_statics **out, struct sk_gateway *gateway);
void sk_statics_free(struct sk_statics *statics); /* NULL is a no-op */

/* Makes anew what the organisations of this moment change, and hands it out from then on. One
 * thread calls it, about every second. When it fails the last ones stay. */
enum sk_error sk_statics_refresh(struct sk_statics *statics, struct sk_gateway *gateway);

#endif
