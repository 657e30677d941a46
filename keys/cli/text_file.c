#include "keys/cli/text_file.h"

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/unicode.h"

#define _(text) sk_translated(text)

enum { MARK = 3 /* bytes of a byte order mark */ };

/* Turning CR LF into LF can halve a file. */
enum sk_error sk_text_file_read(const char *path, size_t max, uint8_t **out, size_t *len,
                                struct sk_plain_fault *fault)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    enum sk_error e = sk_file_read_secret(path, 2 * max + MARK, &bytes, &n);

    if (e != SK_OK) {
        return e;
    }
    e = sk_plain_text(bytes, &n, fault);
    if (e != SK_OK) {
        goto out;
    }
    *fault = (struct sk_plain_fault){SK_PLAIN_NOT_UTF8, 1, 1, n > 0 ? bytes[0] : 0};
    e = sk_text_compose(&bytes, &n);
    if (e == SK_OK && n > max) {
        e = SK_ERR_TOO_LARGE;
    }
    if (e != SK_OK) {
        goto out;
    }
    bytes[n] = 0;
    *out = bytes;
    *len = n;
    bytes = NULL;
out:
    sk_secret_free(bytes);
    return e;
}

size_t sk_text_without_end(const uint8_t *text, size_t len)
{
    while (len > 0 && text[len - 1] == '\n') {
        len--;
    }
    return len;
}

int sk_text_file_refuse(const char *path, enum sk_error e, const struct sk_plain_fault *fault)
{
    if (e != SK_ERR_TEXT) {
        return sk_refuse_error(path, e);
    }
    if (fault->wrong == SK_PLAIN_UTF16) {
        return sk_refuse(_("%s: line %zu, byte %zu: this is UTF-16 or no text at all; "
                           "save it as UTF-8"),
                         path, fault->line, fault->byte);
    }
    if (fault->wrong == SK_PLAIN_CONTROL) {
        return sk_refuse(_("%s: line %zu, byte %zu: a control character (%02X), which no "
                           "text holds; delete it and save again"),
                         path, fault->line, fault->byte, (unsigned)fault->value);
    }
    return sk_refuse(_("%s: line %zu, byte %zu is not UTF-8 (%02X); save it as UTF-8"), path,
                     fault->line, fault->byte, (unsigned)fault->value);
}
