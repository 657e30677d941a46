#include "keys/cli/passphrase.h"

#include <bsd/readpassphrase.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/unicode.h"

enum { LONGEST = 1024, ROOM = LONGEST + 2, TRIES = 3 };

/* ---- terminal ------------------------------------------------------------------ */

/* One line from /dev/tty without echo. readpassphrase() restores the terminal before a signal ends
 * or stops the program. */
static enum sk_error read_line(const char *prompt, uint8_t *line, size_t *len)
{
    errno = 0;
    if (readpassphrase(prompt, (char *)line, ROOM, RPP_ECHO_OFF | RPP_REQUIRE_TTY) == NULL) {
        return SK_ERR_IO;
    }
    *len = strlen((const char *)line);
    return *len <= LONGEST ? SK_OK : SK_ERR_TOO_LARGE;
}

/* Prompts until the line is not empty and, with confirm, was typed twice. */
static enum sk_error prompt_until_given(const char *prompt, int confirm, uint8_t *first,
                                        uint8_t *second, size_t *len)
{
    char text[256];

    snprintf(text, sizeof text, "%s", prompt);
    for (int i = 0; i < TRIES; i++) {
        size_t n, again;
        enum sk_error e = read_line(text, first, &n);

        if (e != SK_OK) {
            return e;
        }
        if (n == 0) {
            continue;
        }
        if (confirm) {
            e = read_line("The same again: ", second, &again);
            if (e != SK_OK) {
                return e;
            }
        }
        if (!confirm || (again == n && sodium_memcmp(first, second, n) == 0)) {
            *len = n;
            return SK_OK;
        }
        snprintf(text, sizeof text, "The two differ.\n%s", prompt);
    }
    return SK_ERR_KEYRING_PASSPHRASE;
}

static enum sk_error from_terminal(const char *prompt, int confirm, uint8_t **out, size_t *len)
{
    uint8_t *first = sk_secret_new(ROOM);
    uint8_t *second = sk_secret_new(ROOM);
    size_t n = 0;
    enum sk_error e = SK_ERR_MEMORY;

    if (first == NULL || second == NULL) {
        goto out;
    }
    e = prompt_until_given(prompt, confirm, first, second, &n);
    if (e != SK_OK) {
        goto out;
    }
    /* Bytes that are not UTF-8, from a terminal of another encoding, are used as they are. */
    if (sk_text_compose(&first, &n) == SK_ERR_MEMORY) {
        e = SK_ERR_MEMORY;
        goto out;
    }
    *out = first;
    *len = n;
    first = NULL;
out:;
    int saved = errno;

    sk_secret_free(second);
    sk_secret_free(first);
    errno = saved;
    return e;
}

/* ---- file ----------------------------------------------------------------------- */

static enum sk_error from_file(const char *file, uint8_t **out, size_t *len,
                               struct sk_plain_fault *fault)
{
    uint8_t *line;
    size_t n;
    enum sk_error e = sk_text_file_read(file, LONGEST + 1, &line, &n, fault);

    if (e != SK_OK) {
        return e;
    }
    n -= n > 0 && line[n - 1] == '\n' ? 1 : 0;
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
