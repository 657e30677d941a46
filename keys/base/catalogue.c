#include "keys/base/catalogue.h"

#include <string.h>

const struct sk_catalogue *sk_catalogue_find(const char *lang, size_t len)
{
    size_t n = 0;

    /* A country, an encoding or a script may follow: one catalogue serves the whole language. */
    while (n < len && strchr("_.@-", lang[n]) == NULL) {
        n++;
    }
    for (const struct sk_catalogue *c = sk_catalogues; c->lang != NULL; c++) {
        if (n == strlen(c->lang) && memcmp(lang, c->lang, n) == 0) {
            return c;
        }
    }
    return NULL;
}

const struct sk_catalogue *sk_catalogue_of_reader(const char *language, const char *locale)
{
    const struct sk_catalogue *found = NULL;

    while (found == NULL && language != NULL && *language != '\0') {
        size_t len = strcspn(language, ":");

        found = sk_catalogue_find(language, len);
        language += len + (language[len] == ':' ? 1 : 0);
    }
    return found != NULL || locale == NULL ? found : sk_catalogue_find(locale, strlen(locale));
}

const char *sk_catalogue_text(const struct sk_catalogue *catalogue, const char *english)
{
    for (size_t i = 0; catalogue != NULL && i < catalogue->count; i++) {
        if (strcmp(catalogue->texts[i].english, english) == 0) {
            return catalogue->texts[i].text;
        }
    }
    return NULL;
}
