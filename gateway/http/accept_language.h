/* Which language a browser prefers (RFC 9110, 12.5.4). Pure. */
#ifndef SK_GATEWAY_HTTP_ACCEPT_LANGUAGE_H
#define SK_GATEWAY_HTTP_ACCEPT_LANGUAGE_H

#include "keys/base/language.h"

/* The best of an Accept-Language header (may be NULL); the first of language.def when it says
 * nothing useful. */
enum sk_lang sk_lang_accept(const char *header);

#endif
