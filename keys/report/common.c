#include <getopt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
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

enum sk_error sk_code_file_read(const char *path, struct sk_receipt **out)
{
    uint8_t *text;
    size_t len;
    enum sk_error e = sk_file_read_secret(path, CODE_FILE_MAX, &text, &len);

    if (e != SK_OK) {
        return e == SK_ERR_TOO_LARGE ? SK_ERR_CODE_LENGTH : e;
    }
    struct sk_receipt *receipt = sk_secret_new(sizeof *receipt);
    uint8_t *r = sk_secret_new(SK_CODE_RANDOM);

    if (receipt == NULL || r == NULL) {
        e = SK_ERR_MEMORY;
    } else {
        /* An editor ends its last line; nothing of that belongs to the code. */
        while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
            len--;
        }
        e = sk_code_parse(r, (const char *)text, len);
    }
    if (e == SK_OK) {
        sk_receipt_derive(receipt, r);
        *out = receipt;
        receipt = NULL;
    }
    sk_secret_free(r);
    sk_secret_free(receipt);
    sk_secret_free(text);
    return e;
}
