/* retire: an organisation whose desk and identity are gone. Nobody can revoke its sheet any more,
 * and without this purge would wait for its boards for ever, and residents go on writing to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

static enum sk_error find_name(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                               char name[SK_NAME_MAX + 1])
{
    struct sk_organisation *list;
    size_t count;
    enum sk_error e = sk_outbox_organisations(outbox, &list, &count);

    if (e != SK_OK) {
        return e;
    }
    e = SK_ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(list[i].pin.b, pin->b, sizeof pin->b) == 0) {
            memcpy(name, list[i].name, sizeof list[i].name);
            e = SK_OK;
        }
    }
    free(list);
    return e;
}

static int agreed(const char *name, bool yes)
{
    switch (
        yes ? SK_ANSWER_YES
            : sk_ask("%s will be offered to nobody any more, its answers are shown no more, and "
                     "purge does not wait for it: reports that were written to it alone go with "
                     "the others. Do this only if it will never come again: its desk is gone and "
                     "so is its identity. Otherwise have it send a new sheet, or board.",
                     name)) {
    case SK_ANSWER_YES:
        return SK_EXIT_OK;
    case SK_ANSWER_NO:
        return sk_refuse("nothing was changed");
    default:
        return sk_refuse("nobody is here to answer; with --yes %s is retired without a question",
                         name);
    }
}

int sk_store_retire(void *program, const struct sk_args *args)
{
    const struct sk_ed25519_pk *pin = sk_args_key(args, "fingerprint");
    struct sk_store *store = program;
    char name[SK_NAME_MAX + 1] = "";
    int code = sk_store_open(store, SK_STORE_WRITES);
    enum sk_error e;

    if (code != SK_EXIT_OK) {
        return code;
    }
    e = find_name(store->outbox, pin, name);
    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse("no organisation has this fingerprint; see stats");
    }
    code = e == SK_OK ? agreed(name, sk_args_has(args, "yes")) : SK_EXIT_OK;
    if (code != SK_EXIT_OK) {
        return code;
    }
    if (e == SK_OK) {
        e = sk_outbox_retire(store->outbox, pin);
    }
    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    printf("%s is offered to nobody any more, and nothing waits for it. Should it come back after "
           "all, take in its sheet as on the first day. Write the offline pages again.\n",
           name);
    return SK_EXIT_OK;
}
