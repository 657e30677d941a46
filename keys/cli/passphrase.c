#include "keys/cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "keys/base/secret.h"
#include "keys/cli/command.h"

enum { LONGEST = 1024, ROOM = LONGEST + 2, TRIES = 3 };

/* ---- signals ---------------------------------------------------------------
 * While the echo is off, a signal that ends or stops the program must first give the terminal
 * back. The signals are blocked and let in by pselect() only, so none can slip between the test
 * of `caught` and the wait. */

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { WATCHED = sizeof watched / sizeof *watched };

static volatile sig_atomic_t caught;

static void on_signal(int signal_number)
{
    caught = signal_number;
}

struct guard {
    sigset_t mask;
    struct sigaction actions[WATCHED];
};

static void guard_begin(struct guard *g)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t set;

    caught = 0;
    sigemptyset(&action.sa_mask);
    sigemptyset(&set);
    for (int i = 0; i < WATCHED; i++) {
        sigaddset(&set, watched[i]);
    }
    pthread_sigmask(SIG_BLOCK, &set, &g->mask);
    for (int i = 0; i < WATCHED; i++) {
        sigaction(watched[i], &action, &g->actions[i]);
        /* What the caller ignores (nohup) stays ignored. */
        if (g->actions[i].sa_handler == SIG_IGN) {
            sigaction(watched[i], &g->actions[i], NULL);
        }
    }
}

/* Afterwards the signal that came is delivered as it would have been. */
static void guard_end(struct guard *g)
{
    int signal_number = caught;

    for (int i = 0; i < WATCHED; i++) {
        sigaction(watched[i], &g->actions[i], NULL);
    }
    if (signal_number != 0) {
        raise(signal_number);
    }
    pthread_sigmask(SIG_SETMASK, &g->mask, NULL);
}

/* ---- terminal --------------------------------------------------------------- */

static void say(int tty, const char *text)
{
    ssize_t ignored = write(tty, text, strlen(text));

    (void)ignored; /* a prompt that cannot be shown is no reason to fail */
}

/* One line as the terminal hands it over, at most ROOM bytes. EINTR when a watched signal came. */
static enum sk_error read_line(int tty, const sigset_t *open_mask, uint8_t *line, size_t *len)
{
    size_t got = 0;

    for (;;) {
        fd_set set;
        ssize_t n;

        FD_ZERO(&set);
        FD_SET(tty, &set);
        if (pselect(tty + 1, &set, NULL, NULL, NULL, open_mask) < 0) {
            if (errno == EINTR && caught == 0) {
                continue;
            }
            return SK_ERR_IO;
        }
        n = read(tty, line + got, ROOM - got);
        if (n < 0) {
            return SK_ERR_IO;
        }
        got += (size_t)n;
        if (n == 0 && got == 0) {
            errno = ECANCELED; /* end of input in place of an answer */
            return SK_ERR_IO;
        }
        if (n == 0 || line[got - 1] == '\n') {
            *len = got;
            return SK_OK;
        }
        if (got == ROOM) {
            return SK_ERR_TOO_LARGE;
        }
    }
}

/* Asks once with the echo off. A stop signal (ctrl-Z) gives SK_ERR_IO with EINTR too; the caller
 * asks again when the program goes on. */
static enum sk_error ask(int tty, const char *prompt, uint8_t *line, size_t *len)
{
    struct termios before, quiet;
    struct guard g;
    enum sk_error e;

    if (tcgetattr(tty, &before) != 0) {
        return SK_ERR_IO;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    quiet.c_lflag |= ICANON | ISIG | ECHONL;
    guard_begin(&g);
    if (tcsetattr(tty, TCSAFLUSH, &quiet) != 0) {
        e = SK_ERR_IO;
    } else {
        say(tty, prompt);
        e = read_line(tty, &g.mask, line, len);
    }
    int saved = errno;

    tcsetattr(tty, TCSAFLUSH, &before);
    if (caught != 0) {
        say(tty, "\n");
    }
    guard_end(&g);
    errno = saved;
    return e;
}

static enum sk_error ask_through_stops(int tty, const char *prompt, uint8_t *line, size_t *len)
{
    enum sk_error e;

    do {
        e = ask(tty, prompt, line, len);
    } while (e == SK_ERR_IO && errno == EINTR && caught == SIGTSTP);
    return e;
}

/* ---- lines ------------------------------------------------------------------ */

static size_t without_line_ending(const uint8_t *line, size_t len)
{
    if (len > 0 && line[len - 1] == '\n') {
        len--;
        if (len > 0 && line[len - 1] == '\r') {
            len--;
        }
    }
    return len;
}

/* Asks until there is something, and with confirm until the same was typed twice. */
static enum sk_error converse(int tty, const char *prompt, int confirm, uint8_t *first,
                              uint8_t *second, size_t *len)
{
    for (int i = 0; i < TRIES; i++) {
        size_t n, again;
        enum sk_error e = ask_through_stops(tty, prompt, first, &n);

        if (e != SK_OK) {
            return e;
        }
        n = without_line_ending(first, n);
        if (n == 0) {
            say(tty, "Nothing was typed.\n");
            continue;
        }
        if (!confirm) {
            *len = n;
            return SK_OK;
        }
        e = ask_through_stops(tty, "The same again: ", second, &again);
        if (e != SK_OK) {
            return e;
        }
        again = without_line_ending(second, again);
        if (again == n && sodium_memcmp(first, second, n) == 0) {
            *len = n;
            return SK_OK;
        }
        say(tty, "The two differ.\n");
    }
    return SK_ERR_KEYRING_PASSPHRASE;
}

static enum sk_error from_terminal(const char *prompt, int confirm, uint8_t **out, size_t *len)
{
    uint8_t *first = sk_secret_new(ROOM);
    uint8_t *second = sk_secret_new(ROOM);
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    enum sk_error e;
    size_t n = 0;

    if (first == NULL || second == NULL) {
        e = SK_ERR_MEMORY;
    } else if (tty < 0) {
        e = SK_ERR_IO;
    } else {
        e = converse(tty, prompt, confirm, first, second, &n);
    }
    if (e == SK_OK && n > LONGEST) {
        e = SK_ERR_TOO_LARGE;
    }
    if (e == SK_OK) {
        *out = first;
        *len = n;
        first = NULL;
    }
    int saved = errno;

    if (tty >= 0) {
        close(tty);
    }
    sk_secret_free(second);
    sk_secret_free(first);
    errno = saved;
    return e;
}

static enum sk_error from_file(const char *file, uint8_t **out, size_t *len,
                               struct sk_plain_fault *fault)
{
    uint8_t *line;
    size_t n;
    enum sk_error e = sk_text_file_read(file, LONGEST + 1, &line, &n, fault);

    if (e != SK_OK) {
        return e;
    }
    n = without_line_ending(line, n);
    if (n == 0 || n > LONGEST) {
        e = n == 0 ? SK_ERR_KEYRING_PASSPHRASE : SK_ERR_TOO_LARGE;
        sk_secret_free(line);
        return e;
    }
    *out = line;
    *len = n;
    return SK_OK;
}

enum sk_error sk_passphrase_read(const char *prompt, const char *file, int confirm, uint8_t **out,
                                 size_t *len, struct sk_plain_fault *fault)
{
    return file != NULL ? from_file(file, out, len, fault)
                        : from_terminal(prompt, confirm, out, len);
}

int sk_passphrase_get(const char *prompt, const char *file, int confirm, uint8_t **out, size_t *len)
{
    struct sk_plain_fault fault;
    enum sk_error e = sk_passphrase_read(prompt, file, confirm, out, len, &fault);

    if (e == SK_OK) {
        return SK_EXIT_OK;
    }
    return file != NULL ? sk_text_file_refuse(file, e, &fault) : sk_refuse_error("passphrase", e);
}
