#include "keys/report/code_file.h"

#include <errno.h>

#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/text_file.h"

enum { CODE_FILE_MAX = 1024 };

static enum sk_error read_code(struct sk_receipt **out, const uint8_t *text, size_t len)
{
    struct sk_receipt *receipt = sk_secret_new(sizeof *receipt);
    uint8_t *r = sk_secret_new(SK_CODE_RANDOM);
    enum sk_error e = SK_ERR_MEMORY;

    if (receipt == NULL || r == NULL) {
        goto out;
    }
    e = sk_code_parse(r, (const char *)text, sk_text_without_end(text, len));
    if (e != SK_OK) {
        goto out;
    }
    sk_receipt_derive(receipt, r);
    *out = receipt;
    receipt = NULL;
out:
    sk_secret_free(r);
    sk_secret_free(receipt);
    return e;
}

int sk_code_file_read(const char *path, struct sk_receipt **out)
{
    struct sk_plain_fault fault;
    uint8_t *text = NULL;
    size_t len = 0;

    errno = 0;
    enum sk_error e = sk_text_file_read(path, CODE_FILE_MAX, &text, &len, &fault);

    if (e == SK_ERR_TEXT) {
        return sk_text_file_refuse(path, e, &fault);
    }
    if (e != SK_OK) {
        return sk_refuse_error(path, e == SK_ERR_TOO_LARGE ? SK_ERR_CODE_LENGTH : e);
    }
    e = read_code(out, text, len);
    sk_secret_free(text);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(path, e);
}
