#include "keys/cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/catalogue.h"

static const char *program_name = "skrynka";

static const struct sk_catalogue *language;

#define _(text) sk_translated(text)

void sk_program_name(const char *name)
{
    program_name = name;
}

void sk_program_language(void)
{
    const char *locale = getenv("LC_ALL");

    if (locale == NULL || *locale == '\0') {
        locale = getenv("LC_MESSAGES");
    }
    if (locale == NULL || *locale == '\0') {
        locale = getenv("LANG");
    }
    language = sk_catalogue_of_reader(getenv("LANGUAGE"), locale);
}

const char *sk_translated(const char *text)
{
    const char *translated = sk_catalogue_text(language, text);

    return translated == NULL ? text : translated;
}

void sk_version(const char *program)
{
    printf("%s %s\n", program, PACKAGE_VERSION);
}

/* File names may come from strangers: control characters are replaced, so that a message can
 * neither end its line nor send an escape sequence to the terminal. UTF-8 passes, except the C1
 * controls (C2 80 to C2 9F). */
static void print_line(const char *text)
{
    fprintf(stderr, "%s: ", program_name);
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0) {
            p++;
            fputc('?', stderr);
        } else {
            fputc(*p < 0x20 || *p == 0x7F ? '?' : *p, stderr);
        }
    }
    fputc('\n', stderr);
}

int sk_refuse(const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) {
        text[0] = '\0';
    }
    va_end(args);
    print_line(text);
    return SK_EXIT_REFUSED;
}

int sk_usage(const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) {
        text[0] = '\0';
    }
    va_end(args);
    sk_refuse(_("%s (see %s --help)"), text, program_name);
    return SK_EXIT_USAGE;
}

int sk_refuse_error(const char *subject, enum sk_error e)
{
    int saved = errno;
    const char *text = _(sk_error_text(e));

    if ((e == SK_ERR_IO || e == SK_ERR_FULL) && saved != 0) {
        return sk_refuse("%s: %s (%s)", subject, text, strerror(saved));
    }
    return sk_refuse("%s: %s", subject, text);
}
