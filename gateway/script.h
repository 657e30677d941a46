/*
 * The pages' scripts, one for each language: the texts that it needs as `const T={...};` and then
 * the bundle. Composed once at start; a page admits its script by the hash and by nothing else.
 */
#ifndef SK_GATEWAY_SCRIPT_H
#define SK_GATEWAY_SCRIPT_H

#include <stddef.h>

#include "gateway/page.h"
#include "keys/base/error.h"

#define SK_SCRIPT_HASH 45 /* base64 of SHA-256, and NUL */
#define SK_SCRIPT_CSP 416

struct sk_script {
    char *bytes; /* no NUL behind them; can stand between <script> and </script> */
    size_t len;
    char hash[SK_SCRIPT_HASH];
    char csp[SK_SCRIPT_CSP]; /* of a page that holds it */
};

/* After sk_text_start and sk_style_start. MEMORY. */
enum sk_error sk_script_start(void);
void sk_script_stop(void);

/* That of the gateway's pages, and that of the page that works without a network. */
const struct sk_script *sk_script_live(enum sk_lang lang);
const struct sk_script *sk_script_offline(enum sk_lang lang);

/* As policies and integrity attributes name it, without "sha256-". */
void sk_sha256_base64(char out[SK_SCRIPT_HASH], const char *bytes, size_t len);

/* A JSON string with its quotes; also safe inside an inline script (no "<", no U+2028). */
struct sk_html;
void sk_put_json(struct sk_html *html, const char *text);

#endif
