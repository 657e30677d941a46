#include "keys/report/seal_plan.h"

#include <getopt.h>
#include <string.h>

#include "keys/base/category.h"
#include "keys/cli/command.h"

enum option_code {
    SHEET = 256,
    TEXT,
    ATTACH,
    CATEGORY,
    WHERE,
    WHEN,
    CONTACT,
    CONSENT,
    NO_RECEIPT,
    CODE,
    FINGERPRINT,
    OUT,
    FORCE
};

static const struct option options[] = {{"sheet", required_argument, NULL, SHEET},
                                        {"text-file", required_argument, NULL, TEXT},
                                        {"attach", required_argument, NULL, ATTACH},
                                        {"category", required_argument, NULL, CATEGORY},
                                        {"where-file", required_argument, NULL, WHERE},
                                        {"when-file", required_argument, NULL, WHEN},
                                        {"contact-file", required_argument, NULL, CONTACT},
                                        {"consent", required_argument, NULL, CONSENT},
                                        {"no-receipt", no_argument, NULL, NO_RECEIPT},
                                        {"code-file", required_argument, NULL, CODE},
                                        {"fingerprint", required_argument, NULL, FINGERPRINT},
                                        {"out", required_argument, NULL, OUT},
                                        {"force", no_argument, NULL, FORCE},
                                        {NULL, 0, NULL, 0}};

static int add_word(struct sk_words *words, const char *word)
{
    return sk_words_add(words, word) ? SK_EXIT_OK : sk_refuse_error("seal", SK_ERR_MEMORY);
}

static bool is_category(const char *text)
{
    unsigned value = 0;
    size_t len = strlen(text);

    if (len == 0 || len > 2 || text[0] == '0' || strspn(text, "0123456789") != len) {
        return false;
    }
    for (; *text != '\0'; text++) {
        value = value * 10 + (unsigned)(*text - '0');
    }
    return value <= SK_CATEGORIES;
}

static bool is_consent(const char *text)
{
    return strcmp(text, "inside") == 0 || strcmp(text, "courts") == 0 ||
           strcmp(text, "publish") == 0;
}

static int take_value(struct sk_seal_plan *plan, int c, const char *value)
{
    struct sk_ed25519_pk pin;

    switch (c) {
    case SHEET:
        return add_word(&plan->sheets, value);
    case ATTACH:
        return add_word(&plan->attachments, value);
    case CONSENT:
        return is_consent(value) ? add_word(&plan->consent, value)
                                 : sk_usage(_("--consent takes inside, courts or publish"));
    case FINGERPRINT:
        return sk_fingerprint_parse(&pin, value)
                   ? add_word(&plan->fingerprints, value)
                   : sk_usage(_("--fingerprint takes 64 hexadecimal digits"));
    case CATEGORY:
        plan->category = value;
        return is_category(value) ? SK_EXIT_OK
                                  : sk_usage(_("--category takes a number from 1 to %u"), SK_CATEGORIES);
    default:
        return SK_EXIT_USAGE;
    }
}

static int take(struct sk_seal_plan *plan, int c, char **argv)
{
    switch (c) {
    case TEXT:
        plan->text_file = optarg;
        return SK_EXIT_OK;
    case WHERE:
        plan->where_file = optarg;
        return SK_EXIT_OK;
    case WHEN:
        plan->when_file = optarg;
        return SK_EXIT_OK;
    case CONTACT:
        plan->contact_file = optarg;
        return SK_EXIT_OK;
    case CODE:
        plan->code_file = optarg;
        return SK_EXIT_OK;
    case OUT:
        plan->out = optarg;
        return SK_EXIT_OK;
    case NO_RECEIPT:
        plan->no_receipt = true;
        return SK_EXIT_OK;
    case FORCE:
        plan->force = true;
        return SK_EXIT_OK;
    case ':':
    case '?':
        return sk_report_bad_option(c, argv);
    default:
        return take_value(plan, c, optarg);
    }
}

static int judge(const struct sk_seal_plan *plan)
{
    if (plan->sheets.count == 0) {
        return sk_usage(_("seal needs --sheet FILE: the key sheet of whom the report is for"));
    }
    if (plan->text_file == NULL && plan->attachments.count == 0) {
        return sk_usage(_("seal needs --text-file FILE or --attach FILE"));
    }
    if (plan->out == NULL || *plan->out == '\0') {
        return sk_usage(_("seal needs --out FILE"));
    }
    if (plan->no_receipt && plan->code_file != NULL) {
        return sk_usage(_("--no-receipt and --code-file do not go together"));
    }
    return SK_EXIT_OK;
}

int sk_seal_plan_read(struct sk_seal_plan *plan, int argc, char **argv)
{
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        int code = take(plan, c, argv);

        if (code != SK_EXIT_OK) {
            return code;
        }
    }
    /* The word itself stays out of the message: it may be part of a report. */
    if (optind < argc) {
        return sk_usage(_("seal takes options only; texts come from files"));
    }
    return judge(plan);
}

void sk_seal_plan_free(struct sk_seal_plan *plan)
{
    sk_words_free(&plan->sheets);
    sk_words_free(&plan->attachments);
    sk_words_free(&plan->consent);
    sk_words_free(&plan->fingerprints);
}
