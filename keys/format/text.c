#include "keys/format/text.h"

#include <stdint.h>

#include "keys/base/plain.h"

bool sk_text_valid(const char *text, size_t len)
{
    const uint8_t *p = (const uint8_t *)text;

    for (size_t i = 0; i < len;) {
        size_t n = sk_plain_character(p + i, len - i);

        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}
