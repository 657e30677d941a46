#include "keys/report/texts.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/seal/answer.h"

enum { TEXT_MAX = 1 << 20, FIELD_MAX = 4096 };

/* Editors mark UTF-8 with three bytes at the start, and end lines in three ways. */
static size_t plain_lines(uint8_t *bytes, size_t len)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    size_t from = len >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? sizeof mark : 0;
    size_t to = 0;

    for (; from < len; from++) {
        if (bytes[from] == '\r') {
            bytes[to++] = '\n';
            from += from + 1 < len && bytes[from + 1] == '\n' ? 1 : 0;
        } else {
            bytes[to++] = bytes[from];
        }
    }
    sodium_memzero(bytes + to, len - to);
    return to;
}

static size_t without_last_lines(const uint8_t *bytes, size_t len)
{
    while (len > 0 && bytes[len - 1] == '\n') {
        len--;
    }
    return len;
}

static int refuse(const char *path, enum sk_error e)
{
    if (e == SK_ERR_TOO_LARGE) {
        return sk_refuse(_("%s: too long for a text; send it with --attach"), path);
    }
    return sk_refuse_error(path, e);
}

static int read_one(struct sk_text *out, const char *path, size_t max)
{
    uint8_t *bytes;
    size_t len;

    if (path == NULL) {
        return SK_EXIT_OK;
    }
    errno = 0;
    enum sk_error e = sk_file_read_secret(path, max, &bytes, &len);

    if (e != SK_OK) {
        return refuse(path, e);
    }
    len = plain_lines(bytes, len);
    if (!sk_text_valid((const char *)bytes, len)) {
        sk_secret_free(bytes);
        return sk_refuse(_("%s: not plain UTF-8 text; save it as UTF-8, or send it with --attach"),
                         path);
    }
    out->bytes = bytes;
    out->len = len;
    return SK_EXIT_OK;
}

static int read_field(struct sk_text *out, const char *path)
{
    int code = read_one(out, path, FIELD_MAX);

    if (code == SK_EXIT_OK && out->bytes != NULL) {
        out->len = without_last_lines(out->bytes, out->len);
    }
    return code;
}

int sk_texts_read(struct sk_texts *out, const struct sk_seal_plan *plan)
{
    int code = read_one(&out->text, plan->text_file, TEXT_MAX);

    if (code == SK_EXIT_OK) {
        code = read_field(&out->where, plan->where_file);
    }
    if (code == SK_EXIT_OK) {
        code = read_field(&out->when, plan->when_file);
    }
    return code == SK_EXIT_OK ? read_field(&out->contact, plan->contact_file) : code;
}

void sk_texts_free(struct sk_texts *texts)
{
    sk_secret_free(texts->text.bytes);
    sk_secret_free(texts->where.bytes);
    sk_secret_free(texts->when.bytes);
    sk_secret_free(texts->contact.bytes);
    *texts = (struct sk_texts){0};
}
