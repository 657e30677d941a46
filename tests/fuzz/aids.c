#include "tests/fuzz/aids.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

int fuzz_file(const uint8_t *data, size_t size)
{
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        FUZZ_MUST(fd >= 0);
    }
    FUZZ_MUST(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
    while (size > 0) {
        ssize_t n = pwrite(fd, data, size, lseek(fd, 0, SEEK_END));

        FUZZ_MUST(n > 0);
        data += n;
        size -= (size_t)n;
    }
    FUZZ_MUST(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

char *fuzz_string(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    FUZZ_MUST(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    return text;
}

/* Decodes first and looks at the number after; the parsers look at bounds of bytes. */
size_t fuzz_character(const uint8_t *p, size_t left, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80             ? 1
               : (p[0] & 0xE0) == 0xC0 ? 2
               : (p[0] & 0xF0) == 0xE0 ? 3
               : (p[0] & 0xF8) == 0xF0 ? 4
                                       : 0;

    if (n == 0 || n > left) {
        return 0;
    }
    *c = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
        *c = *c << 6 | (p[i] & 0x3Fu);
    }
    return *c >= least[n] && *c <= 0x10FFFF && (*c < 0xD800 || *c > 0xDFFF) ? n : 0;
}

bool fuzz_text(const char *text, size_t len, bool plain)
{
    const uint8_t *p = (const uint8_t *)text;

    while (len > 0) {
        uint32_t c = 0;
        size_t n = fuzz_character(p, len, &c);

        if (n == 0 || c == 0) {
            return false;
        }
        if (plain && ((c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0))) {
            return false;
        }
        p += n;
        len -= n;
    }
    return true;
}
