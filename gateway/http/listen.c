#include "gateway/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/number.h"

#define FIRST_INHERITED 3 /* SD_LISTEN_FDS_START */

static bool port_parse(const char *text, in_port_t *port)
{
    uint64_t value;

    if (!sk_number_read(text, strlen(text), 0, UINT16_MAX, &value)) {
        return false;
    }
    *port = htons((uint16_t)value);
    return true;
}

static bool parse_unix(const char *path, struct sk_listen_address *out)
{
    size_t len = strlen(path);

    if (path[0] != '/' || len < 2 || len >= sizeof out->address.local.sun_path) {
        return false;
    }
    out->kind = SK_LISTEN_UNIX;
    out->address.local.sun_family = AF_UNIX;
    memcpy(out->address.local.sun_path, path, len + 1);
    out->len = (socklen_t)sizeof out->address.local;
    return true;
}

static bool parse_ipv6(const char *port, struct sk_listen_address *out)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

    if (!port_parse(port, &in6.sin6_port)) {
        return false;
    }
    memcpy(&out->address, &in6, sizeof in6);
    out->len = (socklen_t)sizeof in6;
    out->kind = SK_LISTEN_TCP;
    return true;
}

static bool parse_ipv4(const char *text, struct sk_listen_address *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    char host[INET_ADDRSTRLEN];
    const char *colon = strchr(text, ':');

    if (colon == NULL || (size_t)(colon - text) >= sizeof host) {
        return false;
    }
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    if (inet_pton(AF_INET, host, &in.sin_addr) != 1 || ntohl(in.sin_addr.s_addr) >> 24 != 127 ||
        !port_parse(colon + 1, &in.sin_port)) {
        return false;
    }
    memcpy(&out->address, &in, sizeof in);
    out->len = (socklen_t)sizeof in;
    out->kind = SK_LISTEN_TCP;
    return true;
}

bool sk_listen_parse(const char *text, struct sk_listen_address *out)
{
    struct sk_listen_address parsed;
    bool ok;

    memset(&parsed, 0, sizeof parsed);
    if (strncmp(text, "unix:", 5) == 0) {
        ok = parse_unix(text + 5, &parsed);
    } else if (strncmp(text, "[::1]:", 6) == 0) {
        ok = parse_ipv6(text + 6, &parsed);
    } else {
        ok = parse_ipv4(text, &parsed);
    }
    if (ok) {
        *out = parsed;
    }
    return ok;
}

/* Removes a socket file that a crash left: connecting to it is refused. */
static enum sk_error clear_stale(const struct sk_listen_address *address)
{
    struct stat st;
    const char *path = address->address.local.sun_path;

    if (lstat(path, &st) != 0) {
        return errno == ENOENT ? SK_OK : SK_ERR_IO;
    }
    if (!S_ISSOCK(st.st_mode)) {
        return SK_ERR_EXISTS;
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) {
        return SK_ERR_IO;
    }
    int failed = connect(probe, &address->address.any, address->len);
    int why = errno;
    close(probe);
    if (failed == 0 || why != ECONNREFUSED) {
        return SK_ERR_LOCKED;
    }
    return unlink(path) == 0 ? SK_OK : SK_ERR_IO;
}

static enum sk_error own_socket_file(struct sk_listener *out, const char *path)
{
    struct stat st;

    if (chmod(path, 0660) != 0 || lstat(path, &st) != 0) {
        return SK_ERR_IO;
    }
    memcpy(out->path, path, strlen(path) + 1);
    out->device = st.st_dev;
    out->inode = st.st_ino;
    snprintf(out->text, sizeof out->text, "unix:%s", path);
    return SK_OK;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (address->ss_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    }
    memcpy(&in6, address, sizeof in6);
    return address->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

/* Writes down the address that the socket is bound to; refuses one that the network can reach. */
static enum sk_error describe(struct sk_listener *out)
{
    struct sockaddr_storage address;
    socklen_t len = (socklen_t)sizeof address;
    char host[64] = "?", port[8] = "?";

    memset(&address, 0, sizeof address);
    if (getsockname(out->fd, (struct sockaddr *)&address, &len) != 0) {
        return SK_ERR_IO;
    }
    if (address.ss_family == AF_UNIX) {
        snprintf(out->text, sizeof out->text, "%s", "the socket handed over");
        return SK_OK;
    }
    if (!is_loopback(&address)) {
        return SK_ERR_USAGE;
    }
    getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(out->text, sizeof out->text, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
             port);
    return SK_OK;
}

static enum sk_error open_inherited(struct sk_listener *out)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    uint64_t own = (uint64_t)getpid(), named;
    int type = 0;
    socklen_t len = (socklen_t)sizeof type;

    if (pid == NULL || count == NULL || strcmp(count, "1") != 0 ||
        !sk_number_read(pid, strlen(pid), own, own, &named)) {
        return SK_ERR_USAGE;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    out->fd = FIRST_INHERITED;
    if (getsockopt(out->fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_STREAM) {
        return SK_ERR_USAGE;
    }
    if (fcntl(out->fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(out->fd, F_SETFL, O_NONBLOCK) != 0) {
        return SK_ERR_IO;
    }
    return describe(out);
}

static enum sk_error open_own(struct sk_listener *out, const struct sk_listen_address *address)
{
    int on = 1;
    enum sk_error e = SK_OK;

    if (address->kind == SK_LISTEN_UNIX) {
        e = clear_stale(address);
        if (e != SK_OK) {
            return e;
        }
    }
    out->fd = socket(address->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (out->fd < 0) {
        return SK_ERR_IO;
    }
    if (address->kind == SK_LISTEN_TCP) {
        setsockopt(out->fd, SOL_SOCKET, SO_REUSEADDR, &on, (socklen_t)sizeof on);
    }
    if (bind(out->fd, &address->address.any, address->len) != 0) {
        return SK_ERR_IO;
    }
    return address->kind == SK_LISTEN_UNIX ? own_socket_file(out, address->address.local.sun_path)
                                           : describe(out);
}

enum sk_error sk_listen_open(struct sk_listener *out, const struct sk_listen_address *address)
{
    memset(out, 0, sizeof *out);
    out->fd = -1;
    out->kind = address->kind;
    enum sk_error e =
        address->kind == SK_LISTEN_INHERITED ? open_inherited(out) : open_own(out, address);
    /* libmicrohttpd never calls listen() on a socket that it is given. */
    if (e == SK_OK && listen(out->fd, SK_LISTEN_BACKLOG) != 0) {
        e = SK_ERR_IO;
    }
    if (e != SK_OK && out->fd >= 0) {
        int why = errno;
        close(out->fd);
        errno = why;
        out->fd = -1;
    }
    return e;
}

void sk_listen_remove(const struct sk_listener *listener)
{
    struct stat st;

    if (listener->kind == SK_LISTEN_UNIX && listener->path[0] != '\0' &&
        lstat(listener->path, &st) == 0 && st.st_dev == listener->device &&
        st.st_ino == listener->inode) {
        unlink(listener->path);
    }
}
