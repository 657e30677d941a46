/*
 * The command line of all programs. Options and commands are rows of tables; one reader and --help
 * use them:
 *
 *   skrynka-desk --home DIR list --status read
 *                 options of the program
 *                          the command, its options and words
 *
 * Every program and every command also takes --help and --version, and then does nothing else.
 * --name VALUE and --name=VALUE are the same; a name may be abbreviated to an unambiguous prefix;
 * -- ends the options. Options of a command may stand behind its words. The last of a repeated
 * option counts, unless the command asks for each. No message repeats a value or a word, which may
 * be part of a report; only the name of an unknown option is repeated.
 */
#ifndef SK_KEYS_CLI_OPTION_H
#define SK_KEYS_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/key_types.h"
#include "keys/cli/command.h"

/* ---- tables -------------------------------------------------------------------- */

enum sk_value {
    SK_VALUE_NONE,   /* a flag */
    SK_VALUE_TEXT,   /* any text, also an empty one */
    SK_VALUE_PATH,   /* of a file or folder: not empty */
    SK_VALUE_NUMBER, /* decimal digits; least to most */
    SK_VALUE_SIZE,   /* bytes, with K, M, G or T behind them; least to most */
    SK_VALUE_DAY,    /* YYYY-MM-DD, as a day since 1970-01-01 */
    SK_VALUE_MONTH,  /* YYYY-MM, as a month since 1970-01 */
    SK_VALUE_KEY,    /* a fingerprint (keys/base/number.h) */
    SK_VALUE_CHOICE  /* one of `choices` */
};

enum sk_need { SK_OPTIONAL, SK_REQUIRED };

struct sk_option {
    const char *name;    /* without hyphens; NULL ends a table */
    const char *value;   /* the value's name in --help; NULL: takes none */
    const char *help;    /* one line, or several */
    const char *choices; /* "json|table" */
    const char *(*names)(
        unsigned number); /* of a NUMBER: what 1 to most mean, for --help; or NULL */
    uint64_t least, most;
    enum sk_value kind;
    enum sk_need need;
};

#define SK_SIZE_MOST (UINT64_C(8388607) << 40) /* no file is larger */

/* Rows: need, name, value, bounds or choices, help. */
#define SK_NO_OPTIONS                                                                              \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define SK_FLAG(n, h)                                                                              \
    {                                                                                              \
        .name = (n), .help = (h), .kind = SK_VALUE_NONE                                            \
    }
#define SK_TEXT(r, n, v, h) SK_ROW(r, SK_VALUE_TEXT, n, v, 0, 0, h)
#define SK_PATH(r, n, v, h) SK_ROW(r, SK_VALUE_PATH, n, v, 0, 0, h)
#define SK_NUMBER(n, v, l, m, h) SK_ROW(SK_OPTIONAL, SK_VALUE_NUMBER, n, v, l, m, h)
#define SK_NAMED(n, v, l, m, f, h)                                                                 \
    {                                                                                              \
        .name = (n), .value = (v), .help = (h), .names = (f), .least = (l), .most = (m),           \
        .kind = SK_VALUE_NUMBER                                                                    \
    }
#define SK_SIZE(n, v, l, m, h) SK_ROW(SK_OPTIONAL, SK_VALUE_SIZE, n, v, l, m, h)
#define SK_DAY(n, v, h) SK_ROW(SK_OPTIONAL, SK_VALUE_DAY, n, v, 0, 0, h)
#define SK_MONTH(n, v, h) SK_ROW(SK_OPTIONAL, SK_VALUE_MONTH, n, v, 0, 0, h)
#define SK_KEY(r, n, v, h) SK_ROW(r, SK_VALUE_KEY, n, v, 0, 0, h)
#define SK_CHOICE(r, n, v, c, h)                                                                   \
    {                                                                                              \
        .name = (n), .value = (v), .help = (h), .choices = (c), .kind = SK_VALUE_CHOICE,           \
        .need = (r)                                                                                \
    }
#define SK_ROW(r, k, n, v, l, m, h)                                                                \
    {                                                                                              \
        .name = (n), .value = (v), .help = (h), .least = (l), .most = (m), .kind = (k),            \
        .need = (r)                                                                                \
    }

struct sk_args;

struct sk_command {
    const char *name;      /* NULL ends a table */
    const char *arguments; /* its words, which also says how many: "ID", "[FILE]...", "" */
    const char *summary;   /* one line */
    const struct sk_option *options;
    int (*run)(void *program, const struct sk_args *args); /* returns an exit code */
};

/* A row of commands.def, which is included once for the table and once for the prototypes:
 * COMMAND(name, function, arguments, summary, options or SK_NO_OPTIONS) */
#define SK_COMMAND_ROW(n, f, a, s, ...)                                                            \
    {.name = (n),                                                                                  \
     .arguments = (a),                                                                             \
     .summary = (s),                                                                               \
     .options = (const struct sk_option[]){__VA_ARGS__, SK_NO_OPTIONS},                            \
     .run = (f)},
#define SK_COMMAND_PROTOTYPE(n, f, ...) int f(void *program, const struct sk_args *args);

struct sk_program {
    const char *name, *about;
    const char *manual; /* "skrynka-desk(1)" */
    const struct sk_option *options;
    const struct sk_command *commands; /* NULL: options are all */
};

/* ---- what was given ---------------------------------------------------------------- */

struct sk_given {
    const struct sk_option *option;
    const char *text;         /* the value as it was written; NULL of a flag */
    uint64_t number;          /* of NUMBER, SIZE, DAY, MONTH */
    struct sk_ed25519_pk key; /* of KEY */
};

struct sk_args {
    struct sk_given *given; /* in the order of the command line */
    size_t given_count;
    const char **words; /* what is no option */
    size_t word_count;
};

/* false, NULL or the fallback when the option was not given. */
bool sk_args_has(const struct sk_args *args, const char *name);
const char *sk_args_text(const struct sk_args *args, const char *name);
uint64_t sk_args_number(const struct sk_args *args, const char *name, uint64_t fallback);
const struct sk_ed25519_pk *sk_args_key(const struct sk_args *args, const char *name);
/* How often it was given; the next occurrence, the first after NULL. */
size_t sk_args_count(const struct sk_args *args, const char *name);
const struct sk_given *sk_args_next(const struct sk_args *args, const char *name,
                                    const struct sk_given *after);

/* ---- reading ------------------------------------------------------------------------- */

struct sk_line {
    struct sk_args options; /* of the program */
    const struct sk_command *command;
    struct sk_args args; /* of the command */
};

/* Reads argv. -1: go on. Otherwise --help, --version or one line of refusal was printed and the
 * exit code is returned. Release with sk_line_free() in either case; values point into argv. */
int sk_line_read(struct sk_line *line, const struct sk_program *program, int argc, char **argv);
void sk_line_free(struct sk_line *line);

#endif
