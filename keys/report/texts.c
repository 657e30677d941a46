#include "keys/report/texts.h"

#include <errno.h>

#include "keys/base/secret.h"
#include "keys/cli/text_file.h"
#include "keys/report/program.h"

enum { TEXT_MAX = 1 << 20, FIELD_MAX = 4096 };

static int read_one(struct sk_text *out, const char *path, size_t max)
{
    struct sk_plain_fault fault;

    if (path == NULL) {
        return SK_EXIT_OK;
    }
    errno = 0;
    enum sk_error e = sk_text_file_read(path, max, &out->bytes, &out->len, &fault);

    if (e == SK_ERR_TOO_LARGE) {
        return sk_refuse(_("%s: too long for a text; send it with --attach"), path);
    }
    return e == SK_OK ? SK_EXIT_OK : sk_text_file_refuse(path, e, &fault);
}

static int read_field(struct sk_text *out, const char *path)
{
    int code = read_one(out, path, FIELD_MAX);

    if (code == SK_EXIT_OK && out->bytes != NULL) {
        out->len = sk_text_without_end(out->bytes, out->len);
    }
    return code;
}

int sk_texts_read(struct sk_texts *out, const struct sk_args *args)
{
    int code = read_one(&out->text, sk_args_text(args, "text-file"), TEXT_MAX);

    if (code != SK_EXIT_OK) {
        return code;
    }
    code = read_field(&out->where, sk_args_text(args, "where-file"));
    if (code != SK_EXIT_OK) {
        return code;
    }
    code = read_field(&out->when, sk_args_text(args, "when-file"));
    if (code != SK_EXIT_OK) {
        return code;
    }
    return read_field(&out->contact, sk_args_text(args, "contact-file"));
}

void sk_texts_free(struct sk_texts *texts)
{
    sk_secret_free(texts->text.bytes);
    sk_secret_free(texts->where.bytes);
    sk_secret_free(texts->when.bytes);
    sk_secret_free(texts->contact.bytes);
    *texts = (struct sk_texts){0};
}
