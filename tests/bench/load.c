/*
 * Posts one prepared body again and again over a Unix socket:
 *   load SOCKET PATH BODY-FILE CONTENT-TYPE CONNECTIONS SECONDS
 * One thread drives all connections with epoll, a new connection per request, as behind tor.
 * Prints "COUNT-OF-201 OTHER-ANSWERS ELAPSED-SECONDS". Exits 1 when nothing was answered 201.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/file.h"

enum { CONNECTIONS_MAX = 1024, ANSWER = 64 };

struct connection {
    int fd;
    size_t sent;
    size_t got;
    char answer[ANSWER + 1];
};

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static char *request;
static size_t request_len;
static int poller;
static unsigned long created, other;
static struct connection connections[CONNECTIONS_MAX];

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_connection(struct connection *c)
{
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};

    memset(c, 0, sizeof *c);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        die("connect");
    }
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        die("epoll");
    }
}

static void send_more(struct connection *c)
{
    ssize_t n = send(c->fd, request + c->sent, request_len - c->sent, MSG_NOSIGNAL);

    if (n < 0) {
        if (errno != EAGAIN) {
            c->sent = request_len; /* the answer says why */
        }
    } else {
        c->sent += (size_t)n;
    }
    if (c->sent == request_len) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

        if (epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event) != 0) {
            die("epoll");
        }
    }
}

/* Keeps the status line, reads the rest away; true at the end. */
static int read_more(struct connection *c)
{
    char buffer[65536];
    ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);

    if (n < 0 && errno == EAGAIN) {
        return 0;
    }
    if (n > 0) {
        size_t keep = ANSWER - c->got < (size_t)n ? ANSWER - c->got : (size_t)n;

        memcpy(c->answer + c->got, buffer, keep);
        c->got += keep;
        return 0;
    }
    return 1;
}

static void finish(struct connection *c)
{
    if (strncmp(c->answer, "HTTP/1.1 201", 12) == 0) {
        created++;
    } else {
        other++;
    }
    close(c->fd);
}

static void prepare(const char *path, const char *body_file, const char *type)
{
    uint8_t *body;
    size_t len;
    enum sk_error e = sk_file_read(body_file, (size_t)1 << 30, &body, &len);

    if (e != SK_OK) {
        fprintf(stderr, "load: %s: %s\n", body_file, sk_error_text(e));
        exit(1);
    }
    request = malloc(len + 1024);
    if (request == NULL) {
        die("memory");
    }
    int head = snprintf(request, 1024,
                        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        path, type, len);

    memcpy(request + head, body, len);
    request_len = (size_t)head + len;
    free(body);
}

static void run(int count, double until)
{
    int open_count = count;

    for (int i = 0; i < count; i++) {
        open_connection(&connections[i]);
    }
    while (open_count > 0) {
        struct epoll_event events[64];
        int n = epoll_wait(poller, events, 64, 60000);

        if (n <= 0) {
            die("no answer for a minute");
        }
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;

            if (c->sent < request_len) {
                send_more(c);
            } else if (read_more(c)) {
                finish(c);
                if (now() < until) {
                    open_connection(c);
                } else {
                    open_count--;
                }
            }
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 7 || atoi(argv[5]) < 1 || atoi(argv[5]) > CONNECTIONS_MAX) {
        fprintf(stderr, "usage: load SOCKET PATH BODY-FILE CONTENT-TYPE CONNECTIONS SECONDS\n");
        return 2;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    prepare(argv[2], argv[3], argv[4]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    double start = now();

    run(atoi(argv[5]), start + atof(argv[6]));
    printf("%lu %lu %.3f\n", created, other, now() - start);
    free(request);
    return created > 0 ? 0 : 1;
}
