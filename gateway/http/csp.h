/*
 * Content-Security-Policies (CSP Level 3). A page admits its style and its scripts by their hashes
 * and by nothing else.
 */
#ifndef SK_GATEWAY_HTTP_CSP_H
#define SK_GATEWAY_HTTP_CSP_H

#include <stddef.h>

#define SK_CSP_HASH 45 /* base64 of SHA-256, and NUL */
#define SK_CSP_TEXT 480

/* The hash as policies and integrity attributes name it, without "sha256-". */
void sk_csp_hash(char out[SK_CSP_HASH], const char *bytes, size_t len);

/* Takes the style that stands in every page. Once, before threads and before what follows. */
void sk_csp_start(const char *style);

/* Of pages without a script, and of every response that is no page; static. */
const char *sk_csp_default(void);
/* Of a page with an inline script and one in a file. */
void sk_csp_script(char out[SK_CSP_TEXT], const char *inline_hash, const char *file_hash);
/* Of the page that works without a network; a meta element carries it. */
void sk_csp_offline(char out[SK_CSP_TEXT], const char *script_hash);

#endif
