#include "keys/cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

const struct sk_command *sk_command_find(const struct sk_command *table, const char *name)
{
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

/* How wide the column of "name arguments" must be; very long ones get a line of their own. */
static int column_of(const struct sk_command *table)
{
    size_t widest = 0;

    for (; table->name != NULL; table++) {
        size_t n = strlen(table->name) + 1 + strlen(table->arguments);

        if (n > widest && n <= 40) {
            widest = n;
        }
    }
    return (int)widest;
}

static void help_line(const struct sk_command *c, int column)
{
    int gap = *c->arguments != '\0' ? 1 : 0;
    int n = (int)strlen(c->name) + gap + (int)strlen(c->arguments);

    printf("  %s%*s%s", c->name, gap, "", c->arguments);
    if (n > column) {
        printf("\n  %*s  %s\n", column, "", c->summary);
    } else {
        printf("%*s  %s\n", column - n, "", c->summary);
    }
}

void sk_command_help(const char *program, const char *about, const struct sk_command *table,
                     const char *options)
{
    int has_commands = table != NULL && table->name != NULL;

    printf(_("Usage: %s [OPTION]...%s\n"), program,
           has_commands ? _(" COMMAND [ARGUMENT]...") : "");
    if (about != NULL && *about != '\0') {
        printf("%s\n", about);
    }
    if (has_commands) {
        int column = column_of(table);

        printf("\n%s\n", _("Commands:"));
        for (; table->name != NULL; table++) {
            help_line(table, column);
        }
    }
    if (options != NULL && *options != '\0') {
        size_t len = strlen(options);

        printf("\n%s\n%s%s", _("Options:"), options, options[len - 1] == '\n' ? "" : "\n");
    }
}

void sk_version(const char *program)
{
    printf("%s %s\n", program, PACKAGE_VERSION);
}

/* Names of files may come from strangers: nothing in a message may end the line or talk to the
 * terminal. Bytes of UTF-8 pass; C1 controls arrive there as C2 80..9F and are caught too. */
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

static void say(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void say(const char *format, va_list args)
{
    char text[2048];

    if (vsnprintf(text, sizeof text, format, args) < 0) {
        text[0] = '\0';
    }
    print_line(text);
}

int sk_refuse(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
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

int sk_refuse_error(const char *subject, enum sk_error error)
{
    int e = errno;
    const char *text = _(sk_error_text(error));

    if ((error == SK_ERR_IO || error == SK_ERR_FULL) && e != 0) {
        return sk_refuse("%s: %s (%s)", subject, text, strerror(e));
    }
    return sk_refuse("%s: %s", subject, text);
}

int sk_stderr_is_terminal(void)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (no_colour != NULL && *no_colour != '\0') {
        return 0;
    }
    return isatty(STDERR_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
}
