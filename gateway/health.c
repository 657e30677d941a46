#include "gateway/health.h"

#include <errno.h>
#include <string.h>

#include "keys/cli/command.h"

enum { TEXT_BYTES = 1, LARGE_BYTES = 1 << 16 }; /* of a report of one chunk, and of more */

static const char *reason(enum sk_error e)
{
    return (e == SK_ERR_IO || e == SK_ERR_STORE_AWAY) && errno != 0 ? strerror(errno)
                                                                    : sk_error_text(e);
}

static void say_inbox(struct sk_health *health, const char *store, enum sk_error now)
{
    if (now == health->inbox) {
        return;
    }
    if (now == SK_OK) {
        sk_refuse("the inbox can be read again; reports are taken");
    } else {
        sk_refuse("the inbox cannot be read: %s; no report is taken until it can. Does all in "
                  "%s/inbox belong to the owner of the folder?",
                  reason(now), store);
    }
    health->inbox = now;
}

static void say_outbox(struct sk_health *health, const char *store, enum sk_error now)
{
    if (now == health->outbox) {
        return;
    }
    if (now == SK_OK) {
        sk_refuse("the outbox can be read again");
    } else {
        sk_refuse("the outbox cannot be read: %s; pages and boards stay as they are. Does all in "
                  "%s/outbox belong to the owner of the folder?",
                  reason(now), store);
    }
    health->outbox = now;
}

/* now: the writer's last error. After one of the disk the process ends, and says so itself. */
static void say_writer(struct sk_health *health, enum sk_error now)
{
    if (now == health->writer) {
        return;
    }
    if (now == SK_OK) {
        sk_refuse("reports are stored again");
    } else {
        sk_refuse("reports cannot be stored: %s", sk_error_text(now));
    }
    health->writer = now;
}

/* The answer that intake gives (inbox.h). It changes once an hour, so that a line about it tells no
 * more than anybody can ask. */
static unsigned closed_now(struct sk_inbox *inbox)
{
    if (sk_inbox_admit(inbox, TEXT_BYTES) == SK_ERR_FULL) {
        return 2;
    }
    return sk_inbox_admit(inbox, LARGE_BYTES) == SK_OK ? 0 : 1;
}

static void say_space(struct sk_health *health, struct sk_inbox *inbox)
{
    static const char *const words[] = {
        "the store has room again; reports of every length are taken",
        "the store is four fifths full: large reports are refused. Import boards, then purge",
        "the store is full: reports are refused. Import boards, then purge"};
    unsigned now = closed_now(inbox);

    if (now != health->closed) {
        sk_refuse("%s", words[now]);
        health->closed = now;
    }
}

void sk_health_check(struct sk_health *health, struct sk_gateway *gateway)
{
    const char *store = gateway->settings.store;
    struct sk_inbox_space space;
    uint64_t version;

    errno = 0;
    enum sk_error e = sk_inbox_space(gateway->inbox, &space);

    say_inbox(health, store, e);
    if (e == SK_OK) {
        say_writer(health, sk_inbox_writer_state(gateway->inbox));
        say_space(health, gateway->inbox);
    }
    errno = 0;
    say_outbox(health, store, sk_outbox_version(gateway->outbox, &version));
}
