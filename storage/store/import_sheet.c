#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "keys/base/file.h"
#include "keys/cli/command.h"
#include "storage/outbox_sheets.h"
#include "storage/store/print.h"
#include "storage/store/store.h"

static enum sk_error print_result(struct sk_store *store, const struct sk_ed25519_pk *pin)
{
    struct sk_organisation *o;
    char hex[SK_HEX_TEXT];
    enum sk_error e = sk_outbox_organisation(store->outbox, pin, &o);

    if (e != SK_OK) {
        return e;
    }
    int weeks = sk_sheet_weeks_left(&o->sheet, time(NULL));

    sk_fingerprint_text(hex, &o->pin);
    printf("%s, key sheet %u\n%s\n", o->name, o->sheet.serial, hex);
    if (sk_store_revoked(o)) {
        printf("This sheet revokes the organisation's keys: it is offered to nobody any more.\n");
    } else if (weeks < 0) {
        printf("No key for this week: the organisation is not offered.\n");
    } else {
        printf("Keys for this week and %d more.%s\n", weeks,
               weeks <= SK_WEEKS_WARNING ? " Ask the desk for a new sheet soon." : "");
    }
    free(o);
    return SK_OK;
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

int sk_store_import_sheet(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    const struct sk_ed25519_pk *pin = sk_args_key(args, "fingerprint");
    const char *path = args->words[0];
    uint8_t *bytes = NULL;
    size_t len = 0;
    int code;

    errno = 0;
    enum sk_error e = sk_file_read(path, SK_SHEET_MAX, &bytes, &len);

    if (e == SK_ERR_TOO_LARGE) {
        e = SK_ERR_SHEET_LENGTH;
    }
    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    code = sk_store_open(store, SK_STORE_WRITES);
    if (code != SK_EXIT_OK) {
        goto out;
    }
    e = sk_outbox_import_sheet(store->outbox, sk_args_text(args, "name"), pin, bytes, len,
                               time(NULL));
    if (e == SK_OK) {
        e = print_result(store, pin);
    }
    if (e != SK_OK) {
        code = advice(e) != NULL ? sk_refuse("%s: %s", path, advice(e)) : sk_refuse_error(path, e);
    }
out:
    free(bytes);
    return code;
}
