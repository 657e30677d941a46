#include "keys/format/signs.h"

#include <stddef.h>
#include <stdint.h>

enum sk_sign_kind sk_sign_kind(unsigned point)
{
    static const struct {
        uint16_t first, last;
        enum sk_sign_kind kind;
    } signs[] = {
#define SIGN(first, last, kind) {first, last, SK_SIGN_##kind},
#include "keys/format/signs.def"
#undef SIGN
    };

    for (size_t i = 0; i < sizeof signs / sizeof signs[0] && signs[i].first <= point; i++) {
        if (point <= signs[i].last) {
            return signs[i].kind;
        }
    }
    return SK_SIGN_OTHER;
}
