/* Which content coding a browser takes (RFC 9110, 12.5.3). Pure. */
#ifndef SK_GATEWAY_HTTP_CODING_H
#define SK_GATEWAY_HTTP_CODING_H

enum sk_coding { SK_CODING_IDENTITY, SK_CODING_GZIP, SK_CODING_BR, SK_CODING_COUNT };

/* "identity", "gzip", "br". */
const char *sk_coding_name(enum sk_coding coding);

/* The best of an Accept-Encoding header (NULL: none). Between equals the smaller result; brotli
 * only where it is named, since "*" comes from programs that may not know it. Nothing that we
 * have: identity all the same. An element that is malformed does not count. */
enum sk_coding sk_coding_accept(const char *header);

#endif
