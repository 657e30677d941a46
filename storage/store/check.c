#include <errno.h>
#include <stdio.h>

#include "keys/cli/command.h"
#include "storage/outbox_boards.h"
#include "storage/store/print.h"
#include "storage/store/store.h"

struct outbox_check {
    uint64_t boards, broken_boards, bundles, broken_bundles;
};

static enum sk_error check_all(struct sk_store *store, struct sk_inbox_check *inbox,
                               struct outbox_check *outbox)
{
    struct sk_progress progress;

    sk_progress_start(&progress, "checking", 0);
    enum sk_error e = sk_inbox_check(store->inbox, inbox, sk_store_progress, &progress);

    sk_progress_end(&progress);
    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_check_boards(store->outbox, &outbox->boards, &outbox->broken_boards);
    return e == SK_OK
               ? sk_outbox_check_bundles(store->outbox, &outbox->bundles, &outbox->broken_bundles)
               : e;
}

static int check(struct sk_store *store)
{
    struct sk_inbox_check inbox = {0};
    struct sk_ed25519_pk gateway;
    struct outbox_check outbox = {0};
    char size[SK_SIZE_TEXT];

    errno = 0;
    enum sk_error e = check_all(store, &inbox, &outbox);

    if (e != SK_OK) {
        return sk_refuse_error(store->dir, e);
    }
    printf("envelopes      %llu (%s)\n", (unsigned long long)inbox.envelopes,
           sk_size_text(size, inbox.bytes));
    printf("being uploaded %llu\n", (unsigned long long)inbox.partial);
    printf("resumable      %llu of these (%s)\n", (unsigned long long)inbox.uploads,
           sk_size_text(size, inbox.upload_bytes));
    printf("receipts       %llu\n", (unsigned long long)inbox.rows);
    printf("boards         %llu\n", (unsigned long long)outbox.boards);
    printf("bundles        %llu that can be written again\n", (unsigned long long)outbox.bundles);
    printf("broken         %llu envelopes, %llu uploads, %llu boards, %llu bundles\n",
           (unsigned long long)inbox.broken, (unsigned long long)inbox.broken_uploads,
           (unsigned long long)outbox.broken_boards, (unsigned long long)outbox.broken_bundles);
    e = sk_store_key_public(store, &gateway);
    if (e != SK_OK) {
        return sk_refuse_error("gateway.key", e);
    }
    if (inbox.broken > 0) {
        return sk_refuse("the inbox is damaged; restore a backup, and look at the disk");
    }
    if (inbox.broken_uploads > 0) {
        return sk_refuse("unfinished uploads are damaged: whoever sends one begins again; look at "
                         "the disk");
    }
    if (outbox.broken_boards > 0) {
        return sk_refuse("a board is damaged; import it again");
    }
    if (outbox.broken_bundles > 0) {
        return sk_refuse(
            "the record of a bundle is damaged: it cannot be written again. The reports are "
            "here: 'export --new-chain' carries all of them anew");
    }
    return sk_store_refuse_unread(store->outbox);
}

int sk_store_check(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    int code = sk_store_open(store, SK_STORE_READS);

    (void)args;
    return code == SK_EXIT_OK ? check(store) : code;
}
