#include <errno.h>
#include <stdio.h>

#include "keys/cli/command.h"
#include "storage/store/print.h"
#include "storage/store/store.h"

int sk_store_rewrite(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    struct sk_progress progress;
    int code = sk_store_open(store, SK_STORE_WRITES);

    (void)args;
    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    sk_progress_start(&progress, "rewriting", 0);
    enum sk_error e = sk_inbox_rewrite(store->inbox, sk_store_progress, &progress);

    sk_progress_end(&progress);
    if (e != SK_OK) {
        return sk_refuse_error("inbox", e);
    }
    printf(
        "The inbox was rewritten: the order of arrival and what was deleted are gone from it.\n");
    return SK_EXIT_OK;
}
