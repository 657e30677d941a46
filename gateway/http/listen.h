/*
 * Where the gateway listens: a Unix socket, TCP on loopback for trying out, or the socket that
 * the service manager hands over (LISTEN_PID, LISTEN_FDS; sd_listen_fds(3)).
 */
#ifndef SK_GATEWAY_HTTP_LISTEN_H
#define SK_GATEWAY_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "keys/base/error.h"

#define SK_LISTEN_BACKLOG 4096 /* tor fails a stream at once when the backlog is full */
#define SK_LISTEN_TEXT 128

enum sk_listen_kind { SK_LISTEN_INHERITED, SK_LISTEN_TCP, SK_LISTEN_UNIX };

struct sk_listen_address {
    enum sk_listen_kind kind;
    socklen_t len;
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_storage storage;
    } address;
};

struct sk_listener {
    int fd;
    enum sk_listen_kind kind;
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* of the Unix socket that we made */
    dev_t device;
    ino_t inode;
    char text[SK_LISTEN_TEXT]; /* for people: "127.0.0.1:8080", with the port that was chosen */
};

/* "unix:/absolute/path", "127.x.y.z:port" or "[::1]:port"; no name, no other address. */
bool sk_listen_parse(const char *text, struct sk_listen_address *out);

/* Opens and listens. A Unix socket gets mode 0660 and replaces one on which no process listens.
 * USAGE: no socket, or not a local one, was handed over; LOCKED: another process listens there;
 * EXISTS: the path is no socket; IO: see errno. */
enum sk_error sk_listen_open(struct sk_listener *out, const struct sk_listen_address *address);

/* Removes the Unix socket that we made, if it is still ours. Does not close fd. */
void sk_listen_remove(const struct sk_listener *listener);

#endif
