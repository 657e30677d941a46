/*
 * Texts in the languages of those who read them. gateway/po/<lang>.po become a table that is
 * compiled in (gateway/po.am): no locale of the machine and no file beside the program is needed,
 * and four languages can be read at once from several threads, which gettext() cannot do.
 */
#ifndef SK_KEYS_BASE_CATALOGUE_H
#define SK_KEYS_BASE_CATALOGUE_H

#include <stddef.h>

struct sk_translation {
    const char *english, *text;
};

struct sk_catalogue {
    const char *lang; /* as its file is named: "uk" */
    const struct sk_translation *texts;
    size_t count;
};

/* Generated from the translations; ends with a NULL lang. */
extern const struct sk_catalogue sk_catalogues[];

/* The catalogue of "uk", or of the language in "uk_UA.UTF-8"; NULL when there is none. */
const struct sk_catalogue *sk_catalogue_find(const char *lang, size_t len);

/* The catalogue for LANGUAGE (a list in order of preference: "crh:uk") and a locale, as gettext(3)
 * reads them, except that LANGUAGE also counts when the locale is C or not installed. Either may be
 * NULL. NULL: English. */
const struct sk_catalogue *sk_catalogue_of_reader(const char *language, const char *locale);

/* The translation; NULL when there is none, or catalogue is NULL. */
const char *sk_catalogue_text(const struct sk_catalogue *catalogue, const char *english);

#endif
