#include "keys/cli/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/number.h"
#include "keys/cli/help.h"

#define _(text) sk_translated(text)

/* The state of reading. */
struct reader {
    const struct sk_program *program;
    const struct sk_command *command; /* NULL before the command */
    const struct sk_option *options;
    struct sk_args *args;
    char **argv; /* the words left */
    int argc;
};

/* ---- values -------------------------------------------------------------------- */

static bool is_choice(const char *choices, const char *text)
{
    size_t len = strlen(text), n;

    for (; *choices != '\0'; choices += n + (choices[n] == '|' ? 1 : 0)) {
        n = strcspn(choices, "|");
        if (n == len && memcmp(choices, text, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_value(struct sk_given *g)
{
    const struct sk_option *o = g->option;
    uint32_t date = 0;
    bool good;

    switch (o->kind) {
    case SK_VALUE_PATH:
        return *g->text != '\0';
    case SK_VALUE_NUMBER:
        return sk_number_read(g->text, strlen(g->text), o->least, o->most, &g->number);
    case SK_VALUE_SIZE:
        return sk_size_read(g->text, o->least, o->most, &g->number);
    case SK_VALUE_DAY:
    case SK_VALUE_MONTH:
        good = (o->kind == SK_VALUE_DAY ? sk_day_parse : sk_month_parse)(g->text, &date);
        g->number = date;
        return good;
    case SK_VALUE_KEY:
        return sk_fingerprint_read(g->text, &g->key);
    case SK_VALUE_CHOICE:
        return is_choice(o->choices, g->text);
    default:
        return true;
    }
}

/* "4M": the largest unit of which it is a whole number. */
static const char *exact_size(char out[24], uint64_t bytes)
{
    static const char *const units[] = {"", "K", "M", "G", "T"};
    size_t u = 0;

    while (bytes > 0 && bytes % 1024 == 0 && u + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        u++;
    }
    snprintf(out, 24, "%llu%s", (unsigned long long)bytes, units[u]);
    return out;
}

static int refuse_value(const struct sk_option *o)
{
    char least[24], most[24];

    switch (o->kind) {
    case SK_VALUE_NUMBER:
        return sk_usage(_("--%s takes a number from %llu to %llu"), o->name,
                        (unsigned long long)o->least, (unsigned long long)o->most);
    case SK_VALUE_SIZE:
        return sk_usage(_("--%s takes a size with K, M, G or T, from %s to %s"), o->name,
                        exact_size(least, o->least), exact_size(most, o->most));
    case SK_VALUE_DAY:
        return sk_usage(_("--%s takes a day: YYYY-MM-DD"), o->name);
    case SK_VALUE_MONTH:
        return sk_usage(_("--%s takes a month: YYYY-MM"), o->name);
    case SK_VALUE_KEY:
        return sk_usage(_("--%s takes 64 hexadecimal digits"), o->name);
    case SK_VALUE_CHOICE:
        return sk_usage(_("--%s takes one of: %s"), o->name, o->choices);
    default:
        return sk_usage(_("--%s needs a value"), o->name);
    }
}

/* ---- options ------------------------------------------------------------------------ */

/* The option of this name, or the only one that begins with it. */
static const struct sk_option *find(const struct sk_option *options, const char *name, size_t len)
{
    const struct sk_option *found = NULL;
    size_t fits = 0;

    for (const struct sk_option *o = options; o->name != NULL; o++) {
        if (strncmp(o->name, name, len) == 0) {
            if (o->name[len] == '\0') {
                return o;
            }
            found = o;
            fits++;
        }
    }
    return fits == 1 && len > 0 ? found : NULL;
}

/* Answers --help and --version. */
static bool is_answered(const struct reader *r, const char *word)
{
    if (strcmp(word, "--help") == 0) {
        sk_help_print(r->program, r->command);
        return true;
    }
    if (strcmp(word, "--version") == 0) {
        sk_version(r->program->name);
        return true;
    }
    return false;
}

static const char *next_word(struct reader *r)
{
    r->argc--;
    return *r->argv++;
}

/* The next word begins with a hyphen. -1: go on; otherwise an exit code. */
static int read_option(struct reader *r)
{
    const char *word = next_word(r);
    size_t len = word[1] == '-' ? strcspn(word + 2, "=") : 0;
    const struct sk_option *o = find(r->options, word + 2, len);
    struct sk_given *g = &r->args->given[r->args->given_count];

    if (is_answered(r, word)) {
        return SK_EXIT_OK;
    }
    if (o == NULL) {
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
        return sk_usage(_("there is no option %s"), name);
    }
    *g = (struct sk_given){.option = o};
    if (word[2 + len] == '=') {
        g->text = word + 2 + len + 1;
    } else if (o->kind != SK_VALUE_NONE && r->argc > 0) {
        g->text = next_word(r);
        if (is_answered(r, g->text)) {
            return SK_EXIT_OK;
        }
    }
    r->args->given_count++;
    if (o->kind == SK_VALUE_NONE) {
        return g->text == NULL ? -1 : sk_usage(_("--%s takes no value"), o->name);
    }
    if (g->text == NULL) {
        return sk_usage(_("--%s needs a value"), o->name);
    }
    return read_value(g) ? -1 : refuse_value(o);
}

/* Reads options, and with `words` also the words between them. -1: go on. */
static int read_options(struct reader *r, bool words)
{
    bool ended = false;
    int code = -1;

    r->args->given = calloc((size_t)r->argc + 1, sizeof *r->args->given);
    r->args->words = calloc((size_t)r->argc + 1, sizeof *r->args->words);
    if (r->args->given == NULL || r->args->words == NULL) {
        return sk_refuse("%s", _(sk_error_text(SK_ERR_MEMORY)));
    }
    while (code == -1 && r->argc > 0) {
        const char *word = r->argv[0];

        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
            next_word(r);
        } else if (!ended && word[0] == '-' && word[1] != '\0') {
            code = read_option(r);
        } else if (words) {
            r->args->words[r->args->word_count++] = next_word(r);
        } else {
            break;
        }
    }
    return code;
}

/* ---- words --------------------------------------------------------------------------- */

/* How many words a command with the arguments "ID [FILE]..." takes. */
static void count_words(const char *arguments, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (size_t n; *arguments != '\0'; arguments += n + (arguments[n] == ' ' ? 1 : 0)) {
        n = strcspn(arguments, " ");
        *least += arguments[0] != '[' ? 1 : 0;
        *most = n > 3 && strncmp(arguments + n - 3, "...", 3) == 0 ? SIZE_MAX : *most + 1;
    }
}

static int check_words(const struct sk_command *command, const struct sk_args *args)
{
    size_t least, most;

    count_words(command->arguments, &least, &most);
    if (args->word_count < least) {
        return sk_usage(_("%s needs %s"), command->name, _(command->arguments));
    }
    if (args->word_count > most) {
        return most == 0 ? sk_usage(_("%s takes options only"), command->name)
                         : sk_usage(_("%s takes %s and no other word"), command->name,
                                    _(command->arguments));
    }
    return -1;
}

static const struct sk_option *missing(const struct sk_option *options, const struct sk_args *args)
{
    for (; options->name != NULL; options++) {
        if (options->need == SK_REQUIRED && !sk_args_has(args, options->name)) {
            return options;
        }
    }
    return NULL;
}

/* ---- the line ------------------------------------------------------------------------- */

static int read_command(struct sk_line *line, const struct sk_program *program, int argc,
                        char **argv)
{
    const struct sk_command *command = line->command;
    struct reader r = {program, command, command->options, &line->args, argv + 1, argc - 1};
    int code = read_options(&r, true);
    const struct sk_option *lacks = missing(program->options, &line->options);

    if (code != -1) {
        return code;
    }
    if (lacks != NULL) {
        return sk_usage(_("--%s %s is missing; it comes before the command"), lacks->name,
                        _(lacks->value));
    }
    code = check_words(command, &line->args);
    if (code != -1) {
        return code;
    }
    lacks = missing(command->options, &line->args);
    return lacks == NULL
               ? -1
               : sk_usage(_("%s needs --%s %s"), command->name, lacks->name, _(lacks->value));
}

static int find_command(struct sk_line *line, const struct sk_program *program, int argc,
                        char **argv)
{
    if (argc == 0) {
        return sk_usage(_("no command was given"));
    }
    for (const struct sk_command *c = program->commands; c->name != NULL; c++) {
        if (strcmp(c->name, argv[0]) == 0) {
            line->command = c;
            return read_command(line, program, argc, argv);
        }
    }
    return sk_usage(_("there is no such command"));
}

int sk_line_read(struct sk_line *line, const struct sk_program *program, int argc, char **argv)
{
    struct reader r = {program,        NULL,     program->options,
                       &line->options, argv + 1, argc > 0 ? argc - 1 : 0};
    const struct sk_option *lacks;
    int code;

    *line = (struct sk_line){.command = NULL};
    code = read_options(&r, false);
    if (code != -1) {
        return code;
    }
    if (program->commands != NULL) {
        return find_command(line, program, r.argc, r.argv);
    }
    if (r.argc > 0) {
        return sk_usage(_("%s takes options only"), program->name);
    }
    lacks = missing(program->options, &line->options);
    return lacks == NULL ? -1 : sk_usage(_("--%s %s is missing"), lacks->name, _(lacks->value));
}

void sk_line_free(struct sk_line *line)
{
    free(line->options.given);
    free(line->options.words);
    free(line->args.given);
    free(line->args.words);
    *line = (struct sk_line){.command = NULL};
}

/* ---- what was given --------------------------------------------------------------------- */

const struct sk_given *sk_args_next(const struct sk_args *args, const char *name,
                                    const struct sk_given *after)
{
    size_t i = after == NULL ? 0 : (size_t)(after - args->given) + 1;

    for (; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            return &args->given[i];
        }
    }
    return NULL;
}

static const struct sk_given *last(const struct sk_args *args, const char *name)
{
    const struct sk_given *found = NULL, *next = NULL;

    while ((next = sk_args_next(args, name, next)) != NULL) {
        found = next;
    }
    return found;
}

size_t sk_args_count(const struct sk_args *args, const char *name)
{
    size_t count = 0;

    for (const struct sk_given *g = NULL; (g = sk_args_next(args, name, g)) != NULL;) {
        count++;
    }
    return count;
}

bool sk_args_has(const struct sk_args *args, const char *name)
{
    return last(args, name) != NULL;
}

const char *sk_args_text(const struct sk_args *args, const char *name)
{
    const struct sk_given *g = last(args, name);

    return g == NULL ? NULL : g->text;
}

uint64_t sk_args_number(const struct sk_args *args, const char *name, uint64_t fallback)
{
    const struct sk_given *g = last(args, name);

    return g == NULL ? fallback : g->number;
}

const struct sk_ed25519_pk *sk_args_key(const struct sk_args *args, const char *name)
{
    const struct sk_given *g = last(args, name);

    return g == NULL ? NULL : &g->key;
}
