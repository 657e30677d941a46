#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/text_file.h"
#include "keys/report/program.h"

/* ---- messages ---------------------------------------------------------------- */

int sk_report_bad_option(int c, char **argv)
{
    const char *word = argv[optind - 1];

    if (c == ':') {
        return sk_usage(_("%s needs a value"), word);
    }
    return optopt != 0 && word[0] == '-' && word[1] == '-'
               ? sk_usage(_("%s takes no value"), word)
               : sk_usage(_("there is no option %s"), word);
}

/* ---- lists of words --------------------------------------------------------------- */

bool sk_words_add(struct sk_words *words, const char *word)
{
    const char **list = reallocarray(words->list, words->count + 1, sizeof *list);

    if (list == NULL) {
        return false;
    }
    list[words->count++] = word;
    words->list = list;
    return true;
}

void sk_words_free(struct sk_words *words)
{
    free(words->list);
    *words = (struct sk_words){0};
}

/* ---- codes ---------------------------------------------------------------------------- */

enum { CODE_FILE_MAX = 1024 };

static enum sk_error take_code(struct sk_receipt **out, const uint8_t *text, size_t len)
{
    struct sk_receipt *receipt = sk_secret_new(sizeof *receipt);
    uint8_t *r = sk_secret_new(SK_CODE_RANDOM);
    enum sk_error e = SK_ERR_MEMORY;

    if (receipt != NULL && r != NULL) {
        e = sk_code_parse(r, (const char *)text, sk_text_without_end(text, len));
    }
    if (e == SK_OK) {
        sk_receipt_derive(receipt, r);
        *out = receipt;
        receipt = NULL;
    }
    sk_secret_free(r);
    sk_secret_free(receipt);
    return e;
}

int sk_code_file_take(const char *path, struct sk_receipt **out)
{
    struct sk_plain_fault fault;
    uint8_t *text = NULL;
    size_t len = 0;

    errno = 0;
    enum sk_error e = sk_text_file_read(path, CODE_FILE_MAX, &text, &len, &fault);

    if (e == SK_ERR_TEXT) {
        return sk_text_file_refuse(path, e, &fault);
    }
    e = e == SK_ERR_TOO_LARGE ? SK_ERR_CODE_LENGTH : e;
    if (e == SK_OK) {
        e = take_code(out, text, len);
    }
    sk_secret_free(text);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(path, e);
}
