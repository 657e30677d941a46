/* Passphrases from files and from a terminal of the test's own. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "keys/base/secret.h"
#include "keys/cli/passphrase.h"
#include "tests/unit/unit.h"

/* ---- from a file ------------------------------------------------------------- */

/* What a file of these bytes gives; want NULL: it is refused with error. */
static void expect_file(const char *bytes, size_t len, const char *want, enum sk_error error)
{
    char path[] = "test_passphrase.XXXXXX";
    int fd = mkstemp(path);
    uint8_t *got = NULL;
    size_t got_len = 7;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
    struct sk_plain_fault fault;
    enum sk_error e = sk_passphrase_read("Passphrase: ", path, 0, &got, &got_len, &fault);

    unlink(path);
    assert_error(e, error);
    if (want == NULL) {
        assert_null(got);
        assert_int_equal(got_len, 7);
        return;
    }
    assert_int_equal(got_len, strlen(want));
    assert_memory_equal(got, want, got_len);
    sk_secret_free(got);
}

static void test_one_line_ending_is_cut_off(void **state)
{
    (void)state;
    expect_file("horse", 5, "horse", SK_OK);
    expect_file("horse\n", 6, "horse", SK_OK);
    expect_file("horse\r\n", 7, "horse", SK_OK);
    expect_file("horse \n\n", 8, "horse \n", SK_OK);
    expect_file("кінь\n", 9, "кінь", SK_OK);
    expect_file("\xef\xbb\xbfhorse\r\n", 10, "horse", SK_OK); /* as Notepad saves it */
    expect_file("\xff\xfeh\0", 4, NULL, SK_ERR_TEXT);
    expect_file("h\xf6rse\n", 6, NULL, SK_ERR_TEXT);
    expect_file("и\u0306и", 6, "йи", SK_OK); /* as some systems write й */
}

static void test_empty_file_is_refused(void **state)
{
    (void)state;
    expect_file("", 0, NULL, SK_ERR_KEYRING_PASSPHRASE);
    expect_file("\r\n", 2, NULL, SK_ERR_KEYRING_PASSPHRASE);
}

static void test_more_than_1024_bytes_are_refused(void **state)
{
    char text[1100];

    (void)state;
    memset(text, 'x', sizeof text);
    text[1024] = '\0';
    expect_file(text, 1024, text, SK_OK);
    text[1024] = 'x';
    expect_file(text, 1025, NULL, SK_ERR_TOO_LARGE);
    expect_file(text, 1100, NULL, SK_ERR_TOO_LARGE);
}

static void test_missing_file_is_told(void **state)
{
    struct sk_plain_fault fault;
    uint8_t *got;
    size_t len;

    (void)state;
    assert_error(sk_passphrase_read("", "test_passphrase.none", 0, &got, &len, &fault),
                 SK_ERR_NOT_FOUND);
}

/* ---- from a terminal ---------------------------------------------------------- */

struct dialogue {
    int tty;
    int slave; /* held open: nothing that the child said is lost when it ends, nor the settings */
    pid_t child;
    char said[4096]; /* all that came from the terminal */
    size_t len, seen;
};

/* The child asks, then says what it got. */
static void begin(struct dialogue *d, int confirm)
{
    memset(d, 0, sizeof *d);
    d->child = forkpty(&d->tty, NULL, NULL, NULL);
    assert_true(d->child >= 0);
    if (d->child == 0) {
        /* A test run in the background of a shell inherits these two as ignored. */
        signal(SIGHUP, SIG_DFL);
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        uint8_t *got = NULL;
        size_t len = 0;
        enum sk_error e = sk_passphrase_read("Passphrase: ", NULL, confirm, &got, &len, NULL);

        printf("%s <%.*s>\n", sk_error_name(e), (int)len, got != NULL ? (const char *)got : "");
        fflush(stdout);
        _exit(0);
    }
    d->slave = open(ptsname(d->tty), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(d->slave >= 0);
}

/* Reads on until this was said (again); false when nothing more comes for a long time. */
static bool wait_for(struct dialogue *d, const char *text)
{
    for (;;) {
        const char *found = strstr(d->said + d->seen, text);

        if (found != NULL) {
            d->seen = (size_t)(found - d->said) + strlen(text);
            return true;
        }
        struct pollfd ready = {.fd = d->tty, .events = POLLIN};

        if (poll(&ready, 1, 30000) != 1) {
            return false;
        }
        ssize_t n = read(d->tty, d->said + d->len, sizeof d->said - 1 - d->len);

        if (n <= 0) {
            return false;
        }
        d->len += (size_t)n;
    }
}

static bool echoes(const struct dialogue *d)
{
    struct termios t;

    assert_int_equal(tcgetattr(d->tty, &t), 0);
    return (t.c_lflag & ECHO) != 0;
}

static void type(struct dialogue *d, const char *text)
{
    assert_int_equal(write(d->tty, text, strlen(text)), strlen(text));
}

static int reap(const struct dialogue *d)
{
    int status;

    assert_int_equal(waitpid(d->child, &status, 0), d->child);
    return status;
}

static void hang_up(const struct dialogue *d)
{
    close(d->slave);
    close(d->tty);
}

static void end(const struct dialogue *d)
{
    assert_int_equal(reap(d), 0);
    hang_up(d);
}

static void test_prompt_reads_without_echo(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, 0);
    assert_true(wait_for(&d, "Passphrase: "));
    assert_false(echoes(&d));
    type(&d, "correct horse\n");
    assert_true(wait_for(&d, "OK <correct horse>"));
    assert_true(echoes(&d));
    end(&d);
    d.said[d.seen - strlen("correct horse>")] = '\0';
    assert_null(strstr(d.said, "correct"));
}

static void test_confirmation_asks_until_both_are_the_same(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, 1);
    assert_true(wait_for(&d, "Passphrase: "));
    type(&d, "one\n");
    assert_true(wait_for(&d, "The same again: "));
    type(&d, "two\n");
    assert_true(wait_for(&d, "differ"));
    assert_true(wait_for(&d, "Passphrase: "));
    type(&d, "three\n");
    assert_true(wait_for(&d, "The same again: "));
    type(&d, "three\n");
    assert_true(wait_for(&d, "OK <three>"));
    end(&d);
}

static void test_empty_answers_are_refused_after_three(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, 0);
    for (int i = 0; i < 3; i++) {
        assert_true(wait_for(&d, "Passphrase: "));
        type(&d, "\n");
    }
    assert_true(wait_for(&d, "KEYRING_PASSPHRASE <>"));
    end(&d);
}

static void test_end_of_input_is_an_empty_answer(void **state)
{
    struct dialogue d;

    (void)state;
    begin(&d, 0);
    for (int i = 0; i < 3; i++) {
        assert_true(wait_for(&d, "Passphrase: "));
        type(&d, "\x04");
    }
    assert_true(wait_for(&d, "KEYRING_PASSPHRASE <>"));
    end(&d);
}

static void test_what_is_typed_is_composed_and_else_stays_as_it_is(void **state)
{
    static const struct {
        const char *typed, *got;
    } cases[] = {{"и\u0306 кінь\n", "OK <й кінь>"}, {"h\xf6rse\n", "OK <h\xf6rse>"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dialogue d;

        begin(&d, 0);
        assert_true(wait_for(&d, "Passphrase: "));
        type(&d, cases[i].typed);
        assert_true(wait_for(&d, cases[i].got));
        end(&d);
    }
}

static void test_more_than_1024_bytes_typed_are_refused(void **state)
{
    char text[1027];

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t len = 1024; len <= 1025; len++) {
        struct dialogue d;

        begin(&d, 0);
        assert_true(wait_for(&d, "Passphrase: "));
        text[len] = '\n';
        text[len + 1] = '\0';
        type(&d, text);
        text[len] = 'x';
        assert_true(wait_for(&d, len == 1024 ? "OK <x" : "TOO_LARGE <>"));
        end(&d);
    }
}

static void test_without_a_terminal_it_is_refused(void **state)
{
    int status;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        uint8_t *got = NULL;
        size_t len = 0;

        setsid(); /* no terminal of its own any more */
        _exit(sk_passphrase_read("", NULL, 0, &got, &len, NULL) == SK_ERR_IO ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* It has asked and waits for the answer: its state in /proc/PID/stat is S. */
static void wait_until_it_sleeps(const struct dialogue *d)
{
    char path[64], state = '?';

    snprintf(path, sizeof path, "/proc/%d/stat", (int)d->child);
    while (state != 'S') {
        FILE *f = fopen(path, "re");

        assert_non_null(f);
        assert_int_equal(fscanf(f, "%*d %*s %c", &state), 1);
        fclose(f);
        poll(NULL, 0, 1);
    }
}

/* The signal does what it would have done, and the echo is back. */
static void test_signals_restore_the_terminal(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct dialogue d;

        begin(&d, 0);
        assert_true(wait_for(&d, "Passphrase: "));
        assert_false(echoes(&d));
        wait_until_it_sleeps(&d);
        assert_int_equal(kill(d.child, signals[i]), 0);
        int status = reap(&d);

        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_true(echoes(&d));
        hang_up(&d);
    }
}

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line_ending_is_cut_off),
        cmocka_unit_test(test_empty_file_is_refused),
        cmocka_unit_test(test_more_than_1024_bytes_are_refused),
        cmocka_unit_test(test_missing_file_is_told),
        cmocka_unit_test(test_prompt_reads_without_echo),
        cmocka_unit_test(test_confirmation_asks_until_both_are_the_same),
        cmocka_unit_test(test_empty_answers_are_refused_after_three),
        cmocka_unit_test(test_end_of_input_is_an_empty_answer),
        cmocka_unit_test(test_what_is_typed_is_composed_and_else_stays_as_it_is),
        cmocka_unit_test(test_more_than_1024_bytes_typed_are_refused),
        cmocka_unit_test(test_without_a_terminal_it_is_refused),
        cmocka_unit_test(test_signals_restore_the_terminal),
    };

    alarm(120); /* a child that never ends must not hold up everything */
    return cmocka_run_group_tests(tests, set_up, NULL);
}
