#include "keys/desk/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "skrynka-parse"

/* Beside this program, as in a build tree or a copied folder; otherwise where it was installed. */
static enum sk_error find_program(char path[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof "/" NAME);

    if (n > 0) {
        path[n] = '\0';
        char *slash = strrchr(path, '/');

        if (slash != NULL) {
            memcpy(slash + 1, NAME, sizeof NAME); /* there is room for it, see above */
            if (access(path, X_OK) == 0) {
                return SK_OK;
            }
        }
    }
    snprintf(path, PATH_MAX, "%s/%s", PKGLIBEXECDIR, NAME);
    return access(path, X_OK) == 0 ? SK_OK : SK_ERR_NOT_FOUND;
}

struct pipes {
    int request[2], answer[2];
};

static void close_all(struct pipes *p)
{
    int *all[] = {&p->request[0], &p->request[1], &p->answer[0], &p->answer[1]};

    for (size_t i = 0; i < 4; i++) {
        if (*all[i] >= 0) {
            close(*all[i]);
            *all[i] = -1;
        }
    }
}

/* The child reads the report only after this byte: a failure before it is the machine's. */
static enum sk_error await_start(int fd)
{
    uint8_t start = 0;
    enum sk_error e = sk_frames_bytes(fd, &start, sizeof start);

    if (e == SK_ERR_PARSE_FAILED || (e == SK_OK && start != SK_PARSE_STARTED)) {
        return SK_ERR_PARSE_START;
    }
    return e;
}

/* After fork: only calls that are safe there. Never returns. */
static void become_parser(const char *path, const struct pipes *p, int envelope)
{
    static char name[] = NAME, locale[] = "LC_ALL=C.UTF-8";
    char *argv[] = {name, NULL}, *envp[] = {locale, NULL};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    /* Moved to high numbers first, so that no dup2() closes a descriptor that is still needed. */
    int in = fcntl(p->request[0], F_DUPFD_CLOEXEC, 10);
    int out = fcntl(p->answer[1], F_DUPFD_CLOEXEC, 10);
    int sealed = fcntl(envelope, F_DUPFD_CLOEXEC, 10);

    if (nowhere < 0 || in < 0 || out < 0 || sealed < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
        dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(sealed, SK_PARSE_ENVELOPE_FD) < 0) {
        _exit(127);
    }
    close_range(SK_PARSE_ENVELOPE_FD + 1, ~0U, 0);
    signal(SIGPIPE, SIG_DFL);
    execve(path, argv, envp);
    _exit(127);
}

static enum sk_error send_request(int fd, const struct sk_child_task *task)
{
    struct sk_parse_request request = {
        .key = *task->key,
        .chunks = task->chunks,
        .mode = task->mode,
        .body_offset = task->body_offset,
        .body_len = task->body_len,
    };
    uint8_t raw[SK_PARSE_REQUEST_BYTES];
    ssize_t n;

    memcpy(request.boundary, task->boundary, strnlen(task->boundary, SK_BOUNDARY_MAX));
    sk_parse_request_write(raw, &request);
    sodium_memzero(&request, sizeof request);
    do {
        n = write(fd, raw, sizeof raw); /* shorter than PIPE_BUF: atomic */
    } while (n < 0 && errno == EINTR);
    sodium_memzero(raw, sizeof raw);
    return n == (ssize_t)sizeof raw ? SK_OK : SK_ERR_PARSE_START;
}

/* Whether the original can be read: a failing disk is not the report's doing. The desk reads it
 * itself, since a child that was taken over could claim so and stop every import. */
static bool readable(const struct sk_child_task *task)
{
    uint8_t piece[4096];
    off_t at = 0;
    ssize_t n;

    while ((n = pread(task->envelope, piece, sizeof piece, at)) != 0) {
        if (n < 0 && errno != EINTR) {
            return false;
        }
        at += n > 0 ? n : 0;
    }
    return true;
}

static enum sk_error reap(pid_t child, enum sk_error e)
{
    int status = 0;

    if (e != SK_OK) {
        kill(child, SIGKILL);
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return SK_ERR_IO;
        }
    }
    if (e == SK_OK && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        e = SK_ERR_PARSE_FAILED;
    }
    return e;
}

static enum sk_error talk(struct pipes *p, pid_t child, struct sk_child_task *task,
                          const struct sk_frame_handler *handler, void *ctx)
{
    enum sk_parse_outcome outcome = SK_PARSE_STOPPED;
    enum sk_error e;

    close(p->request[0]);
    close(p->answer[1]);
    p->request[0] = p->answer[1] = -1;
    e = send_request(p->request[1], task);
    close(p->request[1]);
    p->request[1] = -1;
    if (e == SK_OK) {
        e = await_start(p->answer[0]);
    }
    if (e == SK_OK) {
        e = sk_frames_read(p->answer[0], task->mode, task->body_len, handler, ctx, &outcome);
    }
    e = reap(child, e);
    if (e == SK_ERR_PARSE_FAILED && !readable(task)) {
        e = SK_ERR_IO;
    }
    task->outcome = e == SK_OK ? outcome : SK_PARSE_STOPPED;
    return e;
}

enum sk_error sk_child_run(struct sk_child_task *task, const struct sk_frame_handler *handler,
                           void *ctx)
{
    struct pipes p = {{-1, -1}, {-1, -1}};
    char path[PATH_MAX];
    pid_t child;
    enum sk_error e = find_program(path);

    if (e != SK_OK) {
        return e;
    }
    if (pipe2(p.request, O_CLOEXEC) != 0 || pipe2(p.answer, O_CLOEXEC) != 0) {
        close_all(&p);
        return SK_ERR_IO;
    }
    child = fork();
    if (child == 0) {
        become_parser(path, &p, task->envelope);
    }
    e = child < 0 ? SK_ERR_MEMORY : talk(&p, child, task, handler, ctx);
    close_all(&p);
    return e;
}
