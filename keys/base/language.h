/* The languages of the pages (language.def). */
#ifndef SK_KEYS_BASE_LANGUAGE_H
#define SK_KEYS_BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

enum sk_lang {
#define LANGUAGE(NAME, code, own, date, decimal) SK_LANG_##NAME,
#include "keys/base/language.def"
#undef LANGUAGE
    SK_LANG_COUNT
};

/* "05.03.2026" or "5 March 2026". */
enum sk_date_style { SK_DATE_DOTS, SK_DATE_WORDS };

/* "uk", "ru", ... */
const char *sk_lang_code(enum sk_lang lang);
/* The language's name for itself. */
const char *sk_lang_own_name(enum sk_lang lang);
enum sk_date_style sk_lang_date(enum sk_lang lang);

/* Finds the language whose code is exactly the len bytes; false when there is none. */
bool sk_lang_of_code(const char *code, size_t len, enum sk_lang *lang);

#endif
