/* Command lines: what is taken keeps within the bounds of its row, and nothing is both taken and
 * refused. Input: the words, each ended by a newline. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/cli/option.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS = 64 };

static int run(void *program, const struct sk_args *args)
{
    (void)program;
    (void)args;
    return 0;
}

static const struct sk_option own[] = {SK_PATH(SK_REQUIRED, "home", "DIR", ""), SK_NO_OPTIONS};

static const struct sk_command commands[] = {SK_COMMAND_ROW(
    "make", run, "ID [FILE]", "", SK_PATH(SK_REQUIRED, "out", "FILE", ""),
    SK_NUMBER("weeks", "N", 1, 255, ""),
    SK_SIZE("size", "SIZE", UINT64_C(4) << 20, SK_SIZE_MOST, ""), SK_DAY("since", "DAY", ""),
    SK_MONTH("month", "MONTH", ""), SK_KEY(SK_OPTIONAL, "fingerprint", "HEX", ""),
    SK_TEXT(SK_OPTIONAL, "search", "TEXT", ""),
    SK_CHOICE(SK_OPTIONAL, "format", "F", "json|table", ""),
    SK_FLAG("force", "")) SK_COMMAND_ROW("look", run, "", "", SK_NO_OPTIONS){.name = NULL}};

static const struct sk_program program = {
    .name = "fuzz", .about = "", .options = own, .commands = commands};

static void check_given(const struct sk_given *g)
{
    const struct sk_option *o = g->option;

    FUZZ_MUST((o->kind == SK_VALUE_NONE) == (g->text == NULL));
    if (o->kind == SK_VALUE_NUMBER || o->kind == SK_VALUE_SIZE) {
        FUZZ_MUST(g->number >= o->least && g->number <= o->most);
        FUZZ_MUST(*g->text >= '0' && *g->text <= '9');
    }
    FUZZ_MUST(o->kind != SK_VALUE_PATH || *g->text != '\0');
    FUZZ_MUST(o->kind != SK_VALUE_CHOICE || strcmp(g->text, "json") == 0 ||
              strcmp(g->text, "table") == 0);
}

static void check_line(const struct sk_line *line, int argc)
{
    const struct sk_args *args = &line->args;

    FUZZ_MUST(line->command != NULL && sk_args_text(&line->options, "home") != NULL);
    FUZZ_MUST(args->given_count + args->word_count < (size_t)argc);
    for (size_t i = 0; i < args->given_count; i++) {
        check_given(&args->given[i]);
    }
    if (line->command == &commands[0]) {
        FUZZ_MUST(sk_args_has(args, "out") && args->word_count >= 1 && args->word_count <= 2);
    } else {
        FUZZ_MUST(args->given_count == 0 && args->word_count == 0);
    }
}

/* What it prints goes nowhere; what a failed check says goes where it always goes. */
static int read_quietly(struct sk_line *line, int argc, char **argv)
{
    static FILE *nowhere;
    FILE *out = stdout, *err = stderr;

    nowhere = nowhere != NULL ? nowhere : fopen("/dev/null", "w");
    FUZZ_MUST(nowhere != NULL);
    stdout = stderr = nowhere;
    int code = sk_line_read(line, &program, argc, argv);

    stdout = out;
    stderr = err;
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size), *rest = text, *argv[WORDS + 2] = {text};
    struct sk_line line;
    int argc = 1;

    while (argc <= WORDS && rest != NULL) {
        argv[argc++] = strsep(&rest, "\n");
    }
    int code = read_quietly(&line, argc, argv);

    FUZZ_MUST(code == -1 || code == SK_EXIT_OK || code == SK_EXIT_USAGE);
    if (code == -1) {
        check_line(&line, argc);
    }
    sk_line_free(&line);
    free(text);
    return 0;
}
