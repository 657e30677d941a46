/* One reader for the command lines of all programs: what it takes, and what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/cli/option.h"
#include "tests/unit/unit.h"

static int run(void *program, const struct sk_args *args)
{
    (void)program;
    (void)args;
    return 0;
}

static const struct sk_option own[] = {SK_PATH(SK_REQUIRED, "home", "DIR", "its folder"),
                                       SK_FLAG("calm", "no noise"), SK_NO_OPTIONS};

static const struct sk_command commands[] = {
    SK_COMMAND_ROW("make", run, "ID [FILE]", "makes", SK_PATH(SK_REQUIRED, "out", "FILE", "where"),
                   SK_NUMBER("weeks", "N", 1, 255, "how long"),
                   SK_SIZE("size", "SIZE", UINT64_C(4) << 20, SK_SIZE_MOST, "how much"),
                   SK_DAY("since", "DAY", "from then"), SK_MONTH("month", "MONTH", "in it"),
                   SK_KEY(SK_OPTIONAL, "fingerprint", "HEX", "of whom"),
                   SK_TEXT(SK_OPTIONAL, "search", "TEXT", "what"),
                   SK_CHOICE(SK_OPTIONAL, "format", "F", "json|table", "how"),
                   SK_FLAG("force", "over it"), SK_FLAG("foreign", "elsewhere"))
        SK_COMMAND_ROW("look", run, "", "looks", SK_NO_OPTIONS)
            SK_COMMAND_ROW("take", run, "FILE...", "takes", SK_NO_OPTIONS){.name = NULL}};

static const struct sk_program program = {
    .name = "test", .about = "A test.", .options = own, .commands = commands};

enum { WORDS = 24 };

static struct sk_line line;
static char *argv[WORDS + 2];
static char said[4096]; /* on both outputs */

static void forget(void)
{
    sk_line_free(&line);
    for (int i = 1; i <= WORDS; i++) {
        free(argv[i]);
        argv[i] = NULL;
    }
}

/* What was given points into argv, which stays until the next line is read. */
static int read_line(const char *const *words)
{
    static char name[] = "test";
    FILE *both = tmpfile();
    int argc = 1, kept[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)}, code;

    assert_non_null(both);
    forget();
    argv[0] = name;
    for (; words[argc - 1] != NULL; argc++) {
        assert_true(argc <= WORDS);
        argv[argc] = strdup(words[argc - 1]);
    }
    fflush(NULL);
    dup2(fileno(both), STDOUT_FILENO);
    dup2(fileno(both), STDERR_FILENO);
    code = sk_line_read(&line, &program, argc, argv);
    fflush(NULL);
    dup2(kept[0], STDOUT_FILENO);
    dup2(kept[1], STDERR_FILENO);
    close(kept[0]);
    close(kept[1]);
    rewind(both);
    said[fread(said, 1, sizeof said - 1, both)] = '\0';
    fclose(both);
    return code;
}

#define READ(...) read_line((const char *const[]){__VA_ARGS__, NULL})
#define MAKE(...) READ("--home", "h", "make", "--out", "o", "id", __VA_ARGS__)

static void refused(int code, const char *what)
{
    char want[256];

    snprintf(want, sizeof want, "test: %s (see test --help)\n", what);
    assert_string_equal(said, want);
    assert_int_equal(code, SK_EXIT_USAGE);
}

static void test_values_of_every_kind_are_taken(void **state)
{
    (void)state;
    assert_int_equal(READ("--home=h", "--calm", "make", "id", "--out", "o", "--weeks", "13",
                          "--size=2G", "file", "--since", "1970-01-02", "--month", "1971-02",
                          "--format", "json", "--search", ""),
                     -1);
    assert_string_equal(said, "");
    assert_string_equal(line.command->name, "make");
    assert_string_equal(sk_args_text(&line.options, "home"), "h");
    assert_true(sk_args_has(&line.options, "calm"));
    assert_string_equal(sk_args_text(&line.args, "out"), "o");
    assert_int_equal(sk_args_number(&line.args, "weeks", 5), 13);
    assert_int_equal(sk_args_number(&line.args, "size", 5), UINT64_C(2) << 30);
    assert_int_equal(sk_args_number(&line.args, "since", 5), 1);
    assert_int_equal(sk_args_number(&line.args, "month", 5), 13);
    assert_string_equal(sk_args_text(&line.args, "format"), "json");
    assert_string_equal(sk_args_text(&line.args, "search"), "");
    assert_false(sk_args_has(&line.args, "force"));
    assert_null(sk_args_key(&line.args, "fingerprint"));
    assert_int_equal(line.args.word_count, 2);
    assert_string_equal(line.args.words[0], "id");
    assert_string_equal(line.args.words[1], "file");
}

static void test_what_was_not_given_is_its_fallback(void **state)
{
    (void)state;
    assert_int_equal(MAKE("--force"), -1);
    assert_int_equal(sk_args_number(&line.args, "weeks", 5), 5);
    assert_null(sk_args_text(&line.args, "search"));
    assert_int_equal(sk_args_count(&line.args, "force"), 1);
    assert_null(line.args.words[1]);
}

static void test_an_option_that_is_given_again_counts_last_and_can_be_counted(void **state)
{
    const struct sk_given *g = NULL;

    (void)state;
    assert_int_equal(MAKE("--search", "a", "--search", "b"), -1);
    assert_string_equal(sk_args_text(&line.args, "search"), "b");
    assert_int_equal(sk_args_count(&line.args, "search"), 2);
    g = sk_args_next(&line.args, "search", NULL);
    assert_string_equal(g->text, "a");
    g = sk_args_next(&line.args, "search", g);
    assert_string_equal(g->text, "b");
    assert_null(sk_args_next(&line.args, "search", g));
}

static void test_a_name_may_be_cut_short_while_it_fits_one(void **state)
{
    (void)state;
    assert_int_equal(MAKE("--we", "2", "--forc"), -1);
    assert_int_equal(sk_args_number(&line.args, "weeks", 5), 2);
    assert_true(sk_args_has(&line.args, "force"));
    refused(MAKE("--for"), "there is no option --for");
    refused(MAKE("--fo=5"), "there is no option --fo");
    refused(MAKE("--forces"), "there is no option --forces");
    refused(MAKE("-w", "2"), "there is no option -w");
    refused(MAKE("--=2"), "there is no option --");
}

static void test_two_hyphens_end_the_options(void **state)
{
    (void)state;
    assert_int_equal(READ("--home", "h", "make", "--out", "o", "--", "--force", "-"), -1);
    assert_false(sk_args_has(&line.args, "force"));
    assert_string_equal(line.args.words[0], "--force");
    assert_int_equal(READ("--home", "h", "--", "take", "-", "--", "--", "--home"), -1);
    assert_int_equal(line.args.word_count, 3);
    assert_string_equal(line.args.words[1], "--");
}

static void test_what_is_wrong_is_said_in_one_way_and_never_repeated(void **state)
{
    (void)state;
    refused(MAKE("--weeks", "0"), "--weeks takes a number from 1 to 255");
    refused(MAKE("--weeks=256"), "--weeks takes a number from 1 to 255");
    refused(MAKE("--size", "1M"), "--size takes a size with K, M, G or T, from 4M to 8388607T");
    refused(MAKE("--since", "2026-02-29"), "--since takes a day: YYYY-MM-DD");
    refused(MAKE("--month", "2026-13"), "--month takes a month: YYYY-MM");
    refused(MAKE("--month", "2026-1"), "--month takes a month: YYYY-MM");
    refused(MAKE("--fingerprint", "abcd"), "--fingerprint takes 64 hexadecimal digits");
    refused(MAKE("--format", "csv"), "--format takes one of: json|table");
    refused(MAKE("--format", "jso"), "--format takes one of: json|table");
    refused(MAKE("--format", "json|table"), "--format takes one of: json|table");
    refused(MAKE("--format", ""), "--format takes one of: json|table");
    refused(MAKE("--out="), "--out needs a value");
    refused(MAKE("--weeks"), "--weeks needs a value");
    refused(MAKE("--force=yes"), "--force takes no value");
    refused(MAKE("--secret=word"), "there is no option --secret");
}

static void test_words_are_counted_by_the_row(void **state)
{
    (void)state;
    refused(READ("--home", "h", "make", "--out", "o"), "make needs ID [FILE]");
    refused(MAKE("file", "word"), "make takes ID [FILE] and no other word");
    refused(READ("--home", "h", "look", "word"), "look takes options only");
    refused(READ("--home", "h", "take"), "take needs FILE...");
    assert_int_equal(READ("--home", "h", "take", "a", "b", "c"), -1);
    assert_int_equal(line.args.word_count, 3);
}

static void test_what_is_missing_is_named(void **state)
{
    (void)state;
    refused(READ("--home", "h", "make", "id"), "make needs --out FILE");
    refused(READ("look"), "--home DIR is missing; it comes before the command");
    refused(READ("--home", "h"), "no command was given");
    refused(READ("--home", "h", "word"), "there is no such command");
    refused(read_line((const char *const[]){NULL}), "no command was given");
    refused(READ("--home"), "--home needs a value");
    refused(READ("--out", "o", "make", "id"), "there is no option --out");
}

static void test_help_needs_nothing_and_shows_every_row(void **state)
{
    (void)state;
    assert_int_equal(READ("--help"), SK_EXIT_OK);
    assert_non_null(
        strstr(said, "Usage: test --home DIR [OPTION]... COMMAND [ARGUMENT]...\nA test.\n"));
    assert_non_null(strstr(said, "\n  make --out FILE [OPTION]... ID [FILE]\n"));
    assert_non_null(strstr(said, "\n  take FILE...  takes\n"));
    assert_non_null(strstr(said, "\n  --home DIR  its folder\n"));
    assert_int_equal(READ("make", "--help"), SK_EXIT_OK);
    assert_non_null(
        strstr(said, "Usage: test --home DIR make --out FILE [OPTION]... ID [FILE]\nmakes\n"));
    assert_non_null(strstr(said, "\n  --since DAY        from then\n"));
    for (const struct sk_option *o = commands[0].options; o->name != NULL; o++) {
        assert_non_null(strstr(said, o->help));
    }
    assert_int_equal(READ("--home", "h", "make", "a", "b", "c", "--out", "--help"), SK_EXIT_OK);
    assert_int_equal(READ("--home", "--version"), SK_EXIT_OK);
    assert_string_equal(said, "test " PACKAGE_VERSION "\n");
    assert_int_equal(READ("look", "--version"), SK_EXIT_OK);
}

static int set_up(void **state)
{
    (void)state;
    sk_program_name("test");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_kind_are_taken),
        cmocka_unit_test(test_what_was_not_given_is_its_fallback),
        cmocka_unit_test(test_an_option_that_is_given_again_counts_last_and_can_be_counted),
        cmocka_unit_test(test_a_name_may_be_cut_short_while_it_fits_one),
        cmocka_unit_test(test_two_hyphens_end_the_options),
        cmocka_unit_test(test_what_is_wrong_is_said_in_one_way_and_never_repeated),
        cmocka_unit_test(test_words_are_counted_by_the_row),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_help_needs_nothing_and_shows_every_row),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
