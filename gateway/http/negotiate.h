/*
 * Which language and which content coding a browser prefers (RFC 9110, 12.5.3 and 12.5.4). Pure. A
 * malformed element of a header does not count.
 */
#ifndef SK_GATEWAY_HTTP_NEGOTIATE_H
#define SK_GATEWAY_HTTP_NEGOTIATE_H

#include "keys/base/language.h"

/* The best of an Accept-Language header (NULL: none); the first of language.def when no language of
 * ours is acceptable. */
enum sk_lang sk_lang_accept(const char *header);

enum sk_coding { SK_CODING_IDENTITY, SK_CODING_GZIP, SK_CODING_BR, SK_CODING_COUNT };

/* "identity", "gzip", "br". */
const char *sk_coding_name(enum sk_coding coding);

/* The best of an Accept-Encoding header (NULL: none). Between equals the smaller result; brotli
 * only where it is named, since "*" comes from programs that may not know it. Identity also when
 * nothing that we have is acceptable. */
enum sk_coding sk_coding_accept(const char *header);

#endif
