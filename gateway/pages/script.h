/*
 * The scripts of the pages. A page with a script holds inline, before its form, the texts of the
 * script as `const T=[...];`, and behind them the guard that keeps the form from being sent without
 * the script (client/guard.js). The bundle is a file, the same in every language, that is loaded
 * later. The offline page holds texts and bundle inline. All are composed once at start.
 */
#ifndef SK_GATEWAY_PAGES_SCRIPT_H
#define SK_GATEWAY_PAGES_SCRIPT_H

#include <stddef.h>

#include "gateway/http/csp.h"
#include "gateway/pages/asset.h"
#include "keys/base/error.h"
#include "keys/base/language.h"

/* SK_SCRIPT_NONE: a frame without a script (page_frame.h). */
enum sk_script_kind {
    SK_SCRIPT_NONE,
    SK_SCRIPT_FORM,
    SK_SCRIPT_STATUS,
    SK_SCRIPT_COURIER,
    SK_SCRIPT_OFFLINE,
    SK_SCRIPT_KINDS
};

/* The inline script of a page. */
struct sk_script {
    char *bytes; /* not NUL-terminated; safe between <script> and </script> */
    size_t len;
    char hash[SK_CSP_HASH];
    char csp[SK_CSP_TEXT]; /* the policy of its page */
};

/* After sk_text_start and sk_csp_start. MEMORY. */
enum sk_error sk_script_start(void);
void sk_script_stop(void);

const struct sk_script *sk_script(enum sk_script_kind kind, enum sk_lang lang);

/* The bundle of a kind: its path, its hash, its bytes. NULL: it has no file. */
const char *sk_script_path(enum sk_script_kind kind);
const char *sk_script_file_hash(enum sk_script_kind kind);
const struct sk_asset *sk_script_file(enum sk_script_kind kind);

#endif
