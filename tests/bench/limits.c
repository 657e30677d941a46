/*
 * The limits that the gateway is measured against, each alone on the machine:
 *   limits seal THREADS SECONDS          envelope headers (eight sealed boxes each) per second
 *   limits lmdb FOLDER GROUP SECONDS     17,080-byte values per second, GROUP to a synced commit
 *   limits post SOCKET THREADS           a libmicrohttpd that reads a POST and answers 201; runs
 *                                        until its standard input ends
 * Each prints one number per second of work.
 */
#include <lmdb.h>
#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/secret.h"
#include "keys/format/slots.h"

enum { VALUE = 17080, THREADS_MAX = 64 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "limits: %s\n", what);
    exit(1);
}

/* ---- sealing ---------------------------------------------------------------- */

static atomic_ulong sealed;
static atomic_bool stop;

static void *seal_loop(void *unused)
{
    uint8_t header[SK_HEADER_BYTES];
    struct sk_x25519_pk recipients[2];
    struct sk_x25519_sk sk;
    struct sk_file_key key;

    (void)unused;
    for (int i = 0; i < 2; i++) {
        crypto_box_keypair(recipients[i].b, sk.b);
    }
    while (!atomic_load(&stop)) {
        randombytes_buf(key.b, sizeof key.b);
        if (sk_header_make(header, 2900, &key, recipients, 2) != SK_OK) {
            die("sealing failed");
        }
        atomic_fetch_add(&sealed, 1);
    }
    return NULL;
}

static double seal(int threads, double seconds)
{
    pthread_t thread[THREADS_MAX];
    double start = now();

    for (int i = 0; i < threads; i++) {
        if (pthread_create(&thread[i], NULL, seal_loop, NULL) != 0) {
            die("no thread");
        }
    }
    nanosleep(&(struct timespec){(time_t)seconds, 0}, NULL);
    atomic_store(&stop, true);
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    return (double)atomic_load(&sealed) / (now() - start);
}

/* ---- the bare engine ---------------------------------------------------------- */

static void check(int r)
{
    if (r != 0) {
        die(mdb_strerror(r));
    }
}

static double lmdb(const char *folder, int group, double seconds)
{
    static uint8_t value[VALUE];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    unsigned long done = 0;
    double start;

    check(mdb_env_create(&env));
    check(mdb_env_set_mapsize(env, (size_t)16 << 30));
    check(mdb_env_open(env, folder, MDB_NORDAHEAD, 0600));
    check(mdb_txn_begin(env, NULL, 0, &txn));
    check(mdb_dbi_open(txn, NULL, 0, &dbi));
    check(mdb_txn_commit(txn));
    start = now();
    while (now() - start < seconds) {
        check(mdb_txn_begin(env, NULL, 0, &txn));
        for (int i = 0; i < group; i++) {
            uint8_t id[16];
            MDB_val k = {sizeof id, id}, v = {sizeof value, value};

            randombytes_buf(id, sizeof id);
            check(mdb_put(txn, dbi, &k, &v, 0));
        }
        check(mdb_txn_commit(txn));
        done += (unsigned long)group;
    }
    double rate = (double)done / (now() - start);

    mdb_env_close(env);
    return rate;
}

/* ---- the null handler --------------------------------------------------------- */

static enum MHD_Result answer(void *response, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context)
{
    static int seen;

    (void)url, (void)method, (void)version, (void)data;
    if (*context == NULL) {
        *context = &seen;
        return MHD_YES;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, 201, response);
}

static void post(const char *path, unsigned threads)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char byte;
    static char text[] = "ok\n";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 4096) != 0) {
        die("cannot listen");
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(3, text, MHD_RESPMEM_PERSISTENT);

    MHD_add_response_header(response, "Connection", "close");
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, threads,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536, MHD_OPTION_END);

    if (daemon == NULL) {
        die("cannot start libmicrohttpd");
    }
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
}

int main(int argc, char **argv)
{
    if (sk_secret_setup() != SK_OK) {
        die("no libsodium");
    }
    if (argc == 4 && strcmp(argv[1], "seal") == 0 && atoi(argv[2]) <= THREADS_MAX) {
        printf("%.1f\n", seal(atoi(argv[2]), atof(argv[3])));
    } else if (argc == 5 && strcmp(argv[1], "lmdb") == 0) {
        printf("%.1f\n", lmdb(argv[2], atoi(argv[3]), atof(argv[4])));
    } else if (argc == 4 && strcmp(argv[1], "post") == 0) {
        post(argv[2], (unsigned)atoi(argv[3]));
    } else {
        fprintf(stderr, "usage: limits seal THREADS SECONDS | lmdb FOLDER GROUP SECONDS | "
                        "post SOCKET THREADS\n");
        return 2;
    }
    return 0;
}
