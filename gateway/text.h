/*
 * Every text in every language, resolved once at start. gettext picks its language from the
 * process environment, so it cannot serve four languages at once from several threads; a table can.
 */
#ifndef SK_GATEWAY_TEXT_H
#define SK_GATEWAY_TEXT_H

#include "gateway/page.h"
#include "keys/base/error.h"

enum sk_message {
#define N_(text)
#define X(name, text) SK_MSG_##name,
#include "gateway/text.def"
#undef X
#undef N_
    SK_MSG_COUNT
};

/* Reads <locale_dir>/<lang>/LC_MESSAGES/skrynka.mo. Changes the locale while it runs and takes
 * LANGUAGE out of the environment: call it before threads exist. *missing counts the texts that
 * stayed English in another language. MEMORY. */
enum sk_error sk_text_start(const char *locale_dir, unsigned *missing);
void sk_text_stop(void);

/* Never NULL between start and stop. */
const char *sk_text(enum sk_lang lang, enum sk_message message);

#endif
