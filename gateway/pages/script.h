/*
 * The pages' scripts. Each page with a script holds the texts that it needs, as `const T=[...];`,
 * inline, before its form; behind them stands the guard of the pages whose form must not leave by
 * itself (client/guard.js); the bundle is a file, the same in every language, that comes later. The
 * page without a network holds texts and bundle. Composed once at start; a page admits its scripts
 * by their hashes and by nothing else.
 */
#ifndef SK_GATEWAY_PAGES_SCRIPT_H
#define SK_GATEWAY_PAGES_SCRIPT_H

#include <stddef.h>

#include "gateway/http/csp.h"
#include "gateway/pages/asset.h"
#include "keys/base/error.h"
#include "keys/base/language.h"

/* SK_SCRIPT_NONE is for frames (page_frame.h). */
enum sk_script_kind {
    SK_SCRIPT_NONE,
    SK_SCRIPT_FORM,
    SK_SCRIPT_STATUS,
    SK_SCRIPT_COURIER,
    SK_SCRIPT_OFFLINE,
    SK_SCRIPT_KINDS
};

/* What stands inside a page. */
struct sk_script {
    char *bytes; /* no NUL behind them; can stand between <script> and </script> */
    size_t len;
    char hash[SK_CSP_HASH];
    char csp[SK_CSP_TEXT]; /* of a page that holds it */
};

/* After sk_text_start and sk_csp_start. MEMORY. */
enum sk_error sk_script_start(void);
void sk_script_stop(void);

const struct sk_script *sk_script(enum sk_script_kind kind, enum sk_lang lang);

/* The bundle of a kind that has a file of its own: its path, and the hash of it. */
const char *sk_script_path(enum sk_script_kind kind);
const char *sk_script_file_hash(enum sk_script_kind kind);
const struct sk_asset *sk_script_file(enum sk_script_kind kind);

#endif
