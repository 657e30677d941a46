#include "gateway/text.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "skrynka"

static const char *const source[] = {
#define N_(text) text
#define X(name, text) text,
#include "gateway/text.def"
#undef X
#undef N_
};

static char *table[SK_LANG_COUNT][SK_MSG_COUNT];

/* gettext answers with the very pointer it was given when it has no translation. */
static enum sk_error resolve(enum sk_lang lang, unsigned *missing)
{
    if (setenv("LANGUAGE", sk_lang_code(lang), 1) != 0)
        return SK_ERR_MEMORY;
    /* Without this call the change of LANGUAGE goes unnoticed. */
    if (textdomain(DOMAIN) == NULL)
        return SK_ERR_MEMORY;
    for (size_t i = 0; i < SK_MSG_COUNT; i++) {
        const char *text = dgettext(DOMAIN, source[i]);

        if (text == source[i] && lang != SK_LANG_EN)
            ++*missing;
        table[lang][i] = strdup(text);
        if (table[lang][i] == NULL)
            return SK_ERR_MEMORY;
    }
    return SK_OK;
}

enum sk_error sk_text_start(const char *locale_dir, unsigned *missing)
{
    const char *current = setlocale(LC_ALL, NULL);
    char *locale = current == NULL ? NULL : strdup(current);
    enum sk_error error = SK_OK;
    unsigned count = 0;

    sk_text_stop();
    /* Any locale but C and POSIX makes gettext look at LANGUAGE; this one is always there. */
    (void)setlocale(LC_ALL, "C.UTF-8");
    if (bindtextdomain(DOMAIN, locale_dir) == NULL ||
        bind_textdomain_codeset(DOMAIN, "UTF-8") == NULL)
        error = SK_ERR_MEMORY;
    for (int lang = 0; error == SK_OK && lang < SK_LANG_COUNT; lang++)
        error = resolve((enum sk_lang)lang, &count);
    (void)unsetenv("LANGUAGE");
    if (locale != NULL)
        (void)setlocale(LC_ALL, locale);
    free(locale);
    if (error == SK_OK)
        *missing = count;
    else
        sk_text_stop();
    return error;
}

void sk_text_stop(void)
{
    for (size_t lang = 0; lang < SK_LANG_COUNT; lang++) {
        for (size_t i = 0; i < SK_MSG_COUNT; i++) {
            free(table[lang][i]);
            table[lang][i] = NULL;
        }
    }
}

const char *sk_text(enum sk_lang lang, enum sk_message message)
{
    const char *text = table[lang][message];

    return text == NULL ? source[message] : text;
}
