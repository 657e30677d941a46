#include "keys/cli/help.h"

#include <stdio.h>
#include <string.h>

#define _(text) sk_translated(text)
#define N_(text) text

enum { WIDEST = 34, ROOM = 256 }; /* a wider first column gets a line of its own */

static const struct sk_option common[] = {
    SK_FLAG("help", N_("this text")), SK_FLAG("version", N_("the version")), {.name = NULL}};

static int columns(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++) {
        n += ((unsigned char)*text & 0xC0) != 0x80 ? 1 : 0;
    }
    return n;
}

static bool has_optional(const struct sk_option *options)
{
    for (; options->name != NULL; options++) {
        if (options->need == SK_OPTIONAL) {
            return true;
        }
    }
    return false;
}

/* ---- the first column ------------------------------------------------------------- */

static const char *option_text(char out[ROOM], const struct sk_option *o)
{
    snprintf(out, ROOM, "--%s%s%s", o->name, o->value != NULL ? " " : "",
             o->value != NULL ? _(o->value) : "");
    return out;
}

static void add(char out[ROOM], const char *word)
{
    size_t len = strlen(out);

    snprintf(out + len, ROOM - len, "%s%s", len > 0 ? " " : "", word);
}

static void add_required(char out[ROOM], const struct sk_option *options)
{
    char text[ROOM];

    for (; options->name != NULL; options++) {
        if (options->need == SK_REQUIRED) {
            add(out, option_text(text, options));
        }
    }
}

/* "export --out FILE [OPTION]..." */
static const char *command_text(char out[ROOM], const struct sk_command *c)
{
    snprintf(out, ROOM, "%s", c->name);
    add_required(out, c->options);
    if (has_optional(c->options)) {
        add(out, _("[OPTION]..."));
    }
    if (*c->arguments != '\0') {
        add(out, _(c->arguments));
    }
    return out;
}

/* ---- two columns -------------------------------------------------------------------- */

static void widen(int *column, const char *text)
{
    int n = columns(text);

    *column = n > *column && n <= WIDEST ? n : *column;
}

/* Lines of `right` after the first are indented to its column. */
static void print_row(int column, const char *left, const char *right)
{
    int n = columns(left);

    printf("  %s", left);
    if (n > column) {
        printf("\n%*s", 2 + column, "");
        n = column;
    }
    printf("%*s  ", column - n, "");
    for (size_t len; (len = strcspn(right, "\n")), right[len] != '\0'; right += len + 1) {
        printf("%.*s\n%*s", (int)len, right, 4 + column, "");
    }
    printf("%s\n", right);
}

static void print_options(const struct sk_option *options)
{
    const struct sk_option *const tables[] = {options, common};
    char text[ROOM];
    int column = 0;

    printf("\n%s\n", _("Options:"));
    for (size_t t = 0; t < 2; t++) {
        for (const struct sk_option *o = tables[t]; o->name != NULL; o++) {
            widen(&column, option_text(text, o));
        }
    }
    for (size_t t = 0; t < 2; t++) {
        for (const struct sk_option *o = tables[t]; o->name != NULL; o++) {
            print_row(column, option_text(text, o), _(o->help));
        }
    }
}

static void print_names(const struct sk_option *options)
{
    for (const struct sk_option *o = options; o->name != NULL; o++) {
        if (o->names != NULL) {
            printf("\n--%s %s:\n", o->name, _(o->value));
            for (unsigned n = 1; n <= o->most; n++) {
                printf("  %2u  %s\n", n, _(o->names(n)));
            }
        }
    }
}

static void print_commands(const struct sk_command *commands)
{
    char text[ROOM];
    int column = 0;

    printf("\n%s\n", _("Commands:"));
    for (const struct sk_command *c = commands; c->name != NULL; c++) {
        widen(&column, command_text(text, c));
    }
    for (const struct sk_command *c = commands; c->name != NULL; c++) {
        print_row(column, command_text(text, c), _(c->summary));
    }
}

/* ---- all of it ------------------------------------------------------------------------ */

void sk_help_print(const struct sk_program *program, const struct sk_command *command)
{
    char usage[ROOM], text[ROOM];

    snprintf(usage, sizeof usage, "%s", program->name);
    add_required(usage, program->options);
    add(usage, command != NULL ? command_text(text, command) : _("[OPTION]..."));
    if (command == NULL && program->commands != NULL) {
        add(usage, _("COMMAND [ARGUMENT]..."));
    }
    printf("%s %s\n%s\n", _("Usage:"), usage,
           _(command != NULL ? command->summary : program->about));
    if (command == NULL && program->commands != NULL) {
        print_commands(program->commands);
    }
    print_options(command != NULL ? command->options : program->options);
    print_names(command != NULL ? command->options : program->options);
    if (program->manual != NULL) {
        printf("\n%s %s\n", _("More:"), program->manual);
    }
}
