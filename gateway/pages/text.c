#include "gateway/pages/text.h"

#include <string.h>

#include "keys/base/catalogue.h"

static const char *const source[] = {
#define N_(text) text
#define X(name, scripts, text) text,
#include "gateway/pages/text.def"
#undef X
#undef N_
};

static const char *table[SK_LANG_COUNT][SK_MSG_COUNT];

unsigned sk_text_start(void)
{
    unsigned missing = 0;

    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        const char *code = sk_lang_code((enum sk_lang)lang);
        const struct sk_catalogue *catalogue = sk_catalogue_find(code, strlen(code));

        for (size_t i = 0; i < SK_MSG_COUNT; i++) {
            table[lang][i] = sk_catalogue_text(catalogue, source[i]);
            if (table[lang][i] == NULL && lang != SK_LANG_EN) {
                missing++;
            }
        }
    }
    return missing;
}

const char *sk_text(enum sk_lang lang, enum sk_message message)
{
    const char *text = table[lang][message];

    return text == NULL ? source[message] : text;
}
