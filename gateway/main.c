/* skrynka-gateway: what residents meet. See skrynka-gateway(8) and DESIGN.md. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/gateway.h"
#include "gateway/health.h"
#include "gateway/http/connections.h"
#include "gateway/http/listen.h"
#include "gateway/http/notify.h"
#include "gateway/http/request.h"
#include "gateway/http/server.h"
#include "gateway/intake/context_pool.h"
#include "gateway/intake/tus.h"
#include "gateway/intake/upload_queue.h"
#include "gateway/offline.h"
#include "gateway/options.h"
#include "gateway/pages/pages.h"
#include "gateway/read/directory.h"
#include "gateway/read/static_responses.h"
#include "gateway/routes.h"
#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/owner.h"

#define SECONDS_TO_FINISH 20u
#define SECONDS_TO_FAIL 2u

/* The writer's thread calls it after an I/O error at a commit. */
static void disk_failed(void *context)
{
    struct sk_gateway *gateway = context;

    atomic_store(&gateway->failed, true);
    atomic_store(&gateway->stopping, true);
    kill(getpid(), SIGTERM); /* wakes the main thread, which alone waits for signals */
}

/* Those that the main thread waits for; SIGUSR1: publish the receipts now. */
static void signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGUSR1);
}

/* The writer's thread calls it, and sk_inbox_writer_start() once before there is one. */
static void published(void *context, const struct sk_publication_news *news)
{
    struct sk_gateway *gateway = context;

    if (news->error != SK_OK && !gateway->told_error) {
        sk_refuse("the receipts could not be published: %s; it is tried again every minute",
                  sk_error_text(news->error));
    }
    gateway->told_error = news->error != SK_OK;
    if (news->lost > 0) {
        sk_refuse("%llu receipts of the last day could not be published: their key was lost with "
                  "the machine's power. The reports are there; a receipt says so when they are "
                  "answered.",
                  (unsigned long long)news->lost);
    }
    if (!news->kept && !gateway->told_memory) {
        gateway->told_memory = true;
        sk_refuse("the kernel keeps no keys here (keyctl): a restart costs the \"received\" marks "
                  "of the day, not the reports");
    }
    if (news->told && news->error == SK_OK) {
        printf("published: the receipts so far, publication %u\n", news->publication.number);
        fflush(stdout);
    }
}

static enum sk_error open_store(struct sk_gateway *gateway)
{
    const char *store = gateway->settings.store;
    enum sk_error e = sk_inbox_open(&gateway->inbox, store);

    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_open(&gateway->outbox, store, false);
    if (e != SK_OK) {
        return e;
    }
    sk_inbox_on_publication(gateway->inbox, published, gateway);
    return sk_inbox_writer_start(gateway->inbox, disk_failed, gateway);
}

static enum sk_error open_parts(struct sk_gateway *gateway)
{
    enum sk_error e = sk_in_flight_start(&gateway->in_flight);

    if (e != SK_OK) {
        return e;
    }
    gateway->routes = &sk_routes;
    gateway->connections = sk_connections_new(gateway->settings.deadline);
    gateway->contexts = sk_context_pool_new();
    gateway->uploads = sk_upload_queue_new();
    if (gateway->connections == NULL || gateway->contexts == NULL || gateway->uploads == NULL) {
        return SK_ERR_MEMORY;
    }
    gateway->max_sealed = sk_tus_most(&gateway->settings);
    e = sk_directory_new(&gateway->directory, gateway->outbox, time(NULL));
    return e == SK_OK ? sk_static_responses_new(&gateway->responses, gateway) : e;
}

static void close_all(struct sk_gateway *gateway)
{
    sk_inbox_close(gateway->inbox); /* first: its writer calls into what follows */
    sk_static_responses_free(gateway->responses);
    sk_directory_free(gateway->directory);
    sk_outbox_close(gateway->outbox);
    sk_context_pool_free(gateway->contexts);
    sk_upload_queue_free(gateway->uploads);
    sk_connections_free(gateway->connections);
    sk_pages_stop();
}

/* What is due every second (deadlines, changed organisations, the state of the store) and every
 * minute, until a signal ends the program. */
static void run_until_signal(struct sk_gateway *gateway)
{
    const struct timespec second = {.tv_sec = 1, .tv_nsec = 0};
    struct sk_health health = {0};
    sigset_t set;
    unsigned ticks = 0;

    signals(&set);
    for (;;) {
        int signal = sigtimedwait(&set, NULL, &second);

        if (signal == SIGUSR1) {
            sk_inbox_publish(gateway->inbox);
        } else if (signal >= 0) {
            return;
        }
        sk_connections_reap(gateway->connections);
        (void)sk_static_responses_refresh(gateway->responses, gateway);
        sk_health_check(&health, gateway);
        if (++ticks % 60 == 0) {
            (void)sk_inbox_tick(gateway->inbox);
            (void)sk_outbox_tick(gateway->outbox);
        }
    }
}

static void resume_waiting(struct sk_gateway *gateway)
{
    sk_upload_queue_close(gateway->uploads);
}

static int serve(struct sk_gateway *gateway, const struct sk_listener *listener)
{
    static const struct sk_server_callbacks callbacks = {sk_request_handle, sk_request_target,
                                                         sk_request_completed};
    struct sk_server *server = sk_server_start(gateway, listener->fd, &callbacks);

    if (server == NULL) {
        return sk_refuse("the HTTP server did not start: %s", strerror(errno));
    }
    printf("ready on %s\n", listener->text);
    fflush(stdout);
    if (gateway->note != NULL) {
        sk_refuse("%s", gateway->note);
    }
    sk_notify("READY=1");
    run_until_signal(gateway);
    sk_notify("STOPPING=1");
    sk_listen_remove(listener);
    bool clean =
        sk_server_stop(server, atomic_load(&gateway->failed) ? SECONDS_TO_FAIL : SECONDS_TO_FINISH,
                       resume_waiting);
    if (atomic_load(&gateway->failed)) {
        sk_refuse("writing to the store failed; check the disk, then start again");
        _Exit(SK_EXIT_REFUSED); /* nothing is known of the disk any more: no closing */
    }
    if (!clean) {
        sk_refuse("the writer did not come to an end; what was not acknowledged is lost");
        _Exit(SK_EXIT_REFUSED);
    }
    return SK_EXIT_OK;
}

/* A resident must not be met by a page in a foreign language. */
static int start_pages(void)
{
    unsigned missing = 0;
    enum sk_error e = sk_pages_start(&missing);

    if (e != SK_OK) {
        return sk_refuse_error("pages", e);
    }
    return missing == 0 ? SK_EXIT_OK
                        : sk_refuse("%u translations are missing: complete gateway/po and build it "
                                    "again",
                                    missing);
}

static int run(struct sk_gateway *gateway)
{
    struct sk_listener listener;
    int code = sk_refuse_unless_owner(gateway->settings.store, "skrynka-gateway");
    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = open_store(gateway);
    if (e == SK_ERR_IO && errno == EACCES) {
        return sk_refuse("%s: permission denied; what is in it must belong to the owner of the "
                         "folder: see ls -lR, then chown -R --reference=%s %s as root",
                         gateway->settings.store, gateway->settings.store, gateway->settings.store);
    }
    if (e != SK_OK) {
        return sk_refuse_error(gateway->settings.store, e);
    }
    e = open_parts(gateway);
    if (e != SK_OK) {
        return sk_refuse_error(gateway->settings.store, e);
    }
    e = sk_listen_open(&listener, &gateway->settings.listen);
    if (e == SK_ERR_USAGE) {
        return sk_usage("no socket was handed over, or not a local one: give --listen");
    }
    return e == SK_OK ? serve(gateway, &listener) : sk_refuse_error("--listen", e);
}

/* What people write must not reach a disk in plain. Returns -1 when it cannot, or when
 * --accept-swap was given, else the exit code. *note is to be said after the line "ready". */
static int keep_from_disk(bool accept_swap, const char **note)
{
    static const char limit[] = "LimitMEMLOCK=infinity in the unit, ulimit -l unlimited in a shell";

    switch (sk_memory_lock()) {
    case SK_LOCKING_DONE:
        return -1;
    case SK_LOCKING_NO_SWAP:
        *note = "memory is not locked, but there is no swap, so none of it reaches a disk";
        return -1;
    default:
        break;
    }
    if (accept_swap) {
        *note = "memory is not locked and swap is on, as was accepted with --accept-swap: what "
                "people write may be written to the disk in plain";
        return -1;
    }
    return sk_refuse(
        "memory cannot be locked and swap is on, so what people write could be written "
        "to the disk in plain. Raise the limit on locked memory (%s); or switch swap "
        "off (swapoff -a, or MemorySwapMax=0 in the unit); or, where that does not "
        "matter, give --accept-swap",
        limit);
}

int main(int argc, char **argv)
{
    struct sk_gateway gateway;
    sigset_t set;

    sk_program_name("skrynka-gateway");
    if (sk_bind_now(argv) != SK_OK) {
        return sk_refuse("it cannot start itself anew with its libraries bound: is /proc there? "
                         "Or start it with LD_BIND_NOW=1");
    }
    if (sk_secret_setup() != SK_OK) {
        return sk_refuse("libsodium could not be set up: is there a source of random numbers?");
    }
    memset(&gateway, 0, sizeof gateway);
    int code = sk_settings_read(&gateway.settings, argc, argv);
    if (code >= 0) {
        return code;
    }
    umask(077);
    code = start_pages();
    if (code != SK_EXIT_OK) {
        return code;
    }
    if (gateway.settings.offline != NULL) {
        signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error, not the end */
        code = sk_offline_write(gateway.settings.store, gateway.settings.offline);
        sk_pages_stop();
        return code;
    }
    signal(SIGPIPE, SIG_IGN);
    signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL); /* before any thread: the main thread alone takes them */
    code = keep_from_disk(gateway.settings.accept_swap, &gateway.note);
    if (code >= 0) {
        return code;
    }
    code = run(&gateway);
    close_all(&gateway);
    return code;
}
