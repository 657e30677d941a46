#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/file.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

struct plan {
    const char *name; /* NULL keeps the present one */
    struct sk_ed25519_pk pin;
    bool pinned;
    const char *path;
};

static int read_options(struct plan *plan, int argc, char **argv)
{
    static const struct option options[] = {{"name", required_argument, NULL, 'n'},
                                            {"fingerprint", required_argument, NULL, 'f'},
                                            {NULL, 0, NULL, 0}};
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (c) {
        case 'n':
            plan->name = optarg;
            break;
        case 'f':
            if (!sk_store_fingerprint(optarg, &plan->pin)) {
                return sk_usage("--fingerprint takes 64 hexadecimal digits, as the desk prints "
                                "them");
            }
            plan->pinned = true;
            break;
        default:
            return sk_store_bad_option(c, argv);
        }
    }
    if (!plan->pinned) {
        return sk_usage("import-sheet needs --fingerprint HEX, from the desk by another way than "
                        "the sheet");
    }
    if (!sk_store_words(argc, argv, 1, "the file of one key sheet")) {
        return SK_EXIT_USAGE;
    }
    plan->path = argv[optind];
    return SK_EXIT_OK;
}

static void print_weeks(const struct sk_organisation *o)
{
    int weeks = sk_sheet_weeks_left(&o->sheet, time(NULL));

    if (sk_store_revoked(o)) {
        printf("This sheet revokes the organisation's keys: it is offered to nobody any more.\n");
    } else if (weeks < 0) {
        printf("No key for this week: the organisation is not offered.\n");
    } else {
        printf("Keys for this week and %d more.%s\n", weeks,
               weeks <= SK_WEEKS_WARNING ? " Ask the desk for a new sheet soon." : "");
    }
}

static enum sk_error print_result(struct sk_store *store, const struct plan *plan)
{
    struct sk_organisation *organisations;
    char hex[SK_HEX_TEXT];
    size_t count;
    enum sk_error e = sk_outbox_organisations(store->outbox, &organisations, &count);

    if (e != SK_OK) {
        return e;
    }
    e = SK_ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        const struct sk_organisation *o = &organisations[i];

        if (memcmp(o->pin.b, plan->pin.b, sizeof plan->pin.b) != 0) {
            continue;
        }
        sk_store_hex(hex, &o->pin);
        printf("%s, key sheet %u\n%s\n", o->name, o->sheet.serial, hex);
        print_weeks(o);
        e = SK_OK;
    }
    free(organisations);
    return e;
}

static const char *advice(enum sk_error e)
{
    switch (e) {
    case SK_ERR_EXISTS:
        return "another organisation has this name; choose a different one";
    case SK_ERR_STORE_NAME:
        return "give the organisation a name: --name, 1 to 64 bytes without control characters";
    default:
        return NULL;
    }
}

int sk_store_import_sheet(void *program, int argc, char **argv)
{
    struct sk_store *store = program;
    struct plan plan = {0};
    uint8_t *bytes = NULL;
    size_t len = 0;
    int code = read_options(&plan, argc, argv);

    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = sk_file_read(plan.path, SK_SHEET_MAX, &bytes, &len);

    if (e == SK_ERR_TOO_LARGE) {
        e = SK_ERR_SHEET_LENGTH;
    }
    if (e != SK_OK) {
        return sk_refuse_error(plan.path, e);
    }
    code = sk_store_open(store, SK_STORE_WRITES);
    if (code == SK_EXIT_OK) {
        e = sk_outbox_import_sheet(store->outbox, plan.name, &plan.pin, bytes, len, time(NULL));
        if (e == SK_OK) {
            e = print_result(store, &plan);
        }
        if (e != SK_OK) {
            code = advice(e) != NULL ? sk_refuse("%s: %s", plan.path, advice(e))
                                     : sk_refuse_error(plan.path, e);
        }
    }
    free(bytes);
    return code;
}
