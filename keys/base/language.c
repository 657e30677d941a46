#include "keys/base/language.h"

#include <string.h>

static const struct {
    const char *code, *own_name;
    enum sk_date_style date;
} languages[] = {
#define LANGUAGE(NAME, code, own, date, decimal) {code, own, SK_DATE_##date},
#include "keys/base/language.def"
#undef LANGUAGE
};

const char *sk_lang_code(enum sk_lang lang)
{
    return languages[lang].code;
}

const char *sk_lang_own_name(enum sk_lang lang)
{
    return languages[lang].own_name;
}

enum sk_date_style sk_lang_date(enum sk_lang lang)
{
    return languages[lang].date;
}

bool sk_lang_of_code(const char *code, size_t len, enum sk_lang *lang)
{
    for (int i = 0; i < SK_LANG_COUNT; i++) {
        if (strlen(languages[i].code) == len && memcmp(languages[i].code, code, len) == 0) {
            *lang = (enum sk_lang)i;
            return true;
        }
    }
    return false;
}
