/* retire: takes out an organisation whose desk and identity are gone. Its sheet cannot be revoked
 * any more: purge would wait for its boards for ever, and residents would go on writing to it. */
#include <stdio.h>
#include <stdlib.h>

#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "storage/outbox_sheets.h"
#include "storage/store/store.h"

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
    struct sk_organisation *o;
    int code = sk_store_open(store, SK_STORE_WRITES);

    if (code != SK_EXIT_OK) {
        return code;
    }
    enum sk_error e = sk_outbox_organisation(store->outbox, pin, &o);

    if (e != SK_OK) {
        return e == SK_ERR_NOT_FOUND ? sk_refuse("no organisation has this fingerprint; see stats")
                                     : sk_refuse_error("outbox", e);
    }
    code = agreed(o->name, sk_args_has(args, "yes"));
    if (code != SK_EXIT_OK) {
        goto out;
    }
    e = sk_outbox_retire(store->outbox, pin);
    if (e != SK_OK) {
        code = sk_refuse_error("outbox", e);
        goto out;
    }
    printf("%s is offered to nobody any more, and nothing waits for it. Should it come back after "
           "all, take in its sheet as on the first day. Write the offline pages again.\n",
           o->name);
out:
    free(o);
    return code;
}
