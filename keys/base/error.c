#include "keys/base/error.h"

#include <stddef.h>

static const char *const texts[] = {
#define X(name, text) text,
    SK_ERRORS(X)
#undef X
};

static const char *const names[] = {
#define X(name, text) #name,
    SK_ERRORS(X)
#undef X
};

const char *sk_error_text(enum sk_error e)
{
    size_t i = (size_t)e;

    return i < SK_ERR_COUNT ? texts[i] : "unknown error";
}

const char *sk_error_name(enum sk_error e)
{
    size_t i = (size_t)e;

    return i < SK_ERR_COUNT ? names[i] : "UNKNOWN";
}
