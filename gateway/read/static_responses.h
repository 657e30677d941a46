/*
 * Static responses: every page and script that is the same for everyone, rendered and compressed
 * before anybody asks for it, one response for each language and content coding. Those that show
 * the organisations are made again, by the main thread, when the organisations changed; a request
 * that comes before that gets its page rendered for itself, uncompressed, and waits for nothing.
 */
#ifndef SK_GATEWAY_READ_STATIC_RESPONSES_H
#define SK_GATEWAY_READ_STATIC_RESPONSES_H

#include "gateway/gateway.h"

struct sk_static_responses;

/* Makes all of them. Needs the directory. MEMORY, or an error of the outbox. */
enum sk_error sk_static_responses_new(struct sk_static_responses **out, struct sk_gateway *gateway);
void sk_static_responses_free(struct sk_static_responses *responses); /* NULL is a no-op */

/* Replaces those that show the organisations, if they changed. One thread calls it, about every
 * second. When it fails the last ones stay. */
enum sk_error sk_static_responses_refresh(struct sk_static_responses *responses,
                                          struct sk_gateway *gateway);

#endif
