/* Every text in every language, looked up in the compiled-in catalogues once at start. */
#ifndef SK_GATEWAY_PAGES_TEXT_H
#define SK_GATEWAY_PAGES_TEXT_H

#include "keys/base/language.h"

enum sk_message {
#define N_(text)
#define X(name, scripts, text) SK_MSG_##name,
#include "gateway/pages/text.def"
#undef X
#undef N_
    SK_MSG_COUNT
};

/* Once, before threads. Returns how many translations are missing. */
unsigned sk_text_start(void);

/* Never NULL. English before the start. */
const char *sk_text(enum sk_lang lang, enum sk_message message);

#endif
