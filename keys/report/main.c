/* skrynka-report: seals a report without a browser, and reads answers without a network. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/base/category.h"
#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/report/program.h"

enum { OUTPUT_BUFFER = 16384 };

static const struct sk_command commands[] = {
    {"seal", N_("--sheet FILE --text-file FILE --out FILE [OPTION]..."),
     N_("seals a report for the organisations of these key sheets; prints its code"),
     sk_report_seal},
    {"answers", N_("--code-file FILE --sheet FILE --board FILE [OPTION]..."),
     N_("reads the answers that boards hold for a code"), sk_report_answers},
    {NULL, NULL, NULL, NULL}};

/* Of each command, in the order of the table. */
static const char *const details[] = {
    N_("  --sheet FILE         a key sheet, or several in one file; repeat for more\n"
       "  --fingerprint HEX    take only key sheets with this fingerprint; repeat for more\n"
       "  --text-file FILE     the text, in UTF-8\n"
       "  --attach FILE        a file of any kind; repeat for more\n"
       "  --category N         what it is about: a number of the list below\n"
       "  --where-file FILE    the place\n"
       "  --when-file FILE     the time\n"
       "  --contact-file FILE  how to reach you\n"
       "  --consent WHAT       inside, courts or publish: what may be done with it; repeat\n"
       "  --code-file FILE     the code of an earlier report that this one follows up\n"
       "  --no-receipt         print no code; nobody can ask for answers\n"
       "  --out FILE           the sealed file\n"
       "  --force              overwrite it\n"),
    N_("  --code-file FILE     the code\n"
       "  --sheet FILE         the key sheet of the organisation; repeat for more\n"
       "  --board FILE         its board; repeat for more\n"
       "  --fingerprint HEX    take only key sheets with this fingerprint; repeat for more\n"
       "  --json               for programs\n"),
};

static void help(void)
{
    struct sk_command shown[sizeof commands / sizeof *commands];

    memcpy(shown, commands, sizeof shown);
    for (struct sk_command *c = shown; c->name != NULL; c++) {
        c->arguments = _(c->arguments);
        c->summary = _(c->summary);
    }
    sk_command_help("skrynka-report",
                    _("Seals a report so that only the organisations you choose can read it.\n"
                      "It uses no network. Texts and codes come from files, never from the "
                      "command line."),
                    shown,
                    _("  --help     this text; after a command, what that command takes\n"
                      "  --version  the version\n"));
}

static void help_categories(void)
{
    printf("\n%s\n", _("Categories:"));
    for (unsigned i = 1; i <= SK_CATEGORIES; i++) {
        printf("  %2u  %s\n", i, _(sk_category_name(i)));
    }
}

static bool answered(const struct sk_command *command, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            printf(_("Usage: %s %s %s\n"), "skrynka-report", command->name, _(command->arguments));
            printf("%s\n\n%s", _(command->summary), _(details[command - commands]));
            if (command->run == sk_report_seal) {
                help_categories();
            }
            return true;
        }
        if (strcmp(argv[i], "--version") == 0) {
            sk_version("skrynka-report");
            return true;
        }
    }
    return false;
}

static int run_command(int argc, char **argv)
{
    if (argc == 0) {
        return sk_usage(_("say what to do: seal or answers"));
    }
    const struct sk_command *command = sk_command_find(commands, argv[0]);

    if (command == NULL) {
        return sk_usage(_("there is no such command; say seal or answers"));
    }
    return answered(command, argc, argv) ? SK_EXIT_OK : command->run(NULL, argc, argv);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
    int c = getopt_long(argc, argv, "+:", options, NULL);

    switch (c) {
    case 'h':
        help();
        return SK_EXIT_OK;
    case 'v':
        sk_version("skrynka-report");
        return SK_EXIT_OK;
    case -1:
        return run_command(argc - optind, argv + optind);
    default:
        return sk_report_bad_option(c, argv);
    }
}

/* What is printed here is a code or an answer: the buffer it goes through is wiped as well. */
int main(int argc, char **argv)
{
    sk_program_name("skrynka-report");
    (void)sk_bind_now(argv);
    sk_program_language();
    if (sk_secret_setup() != SK_OK) {
        return sk_refuse(_("the cryptographic library could not be started"));
    }
    if (sk_memory_lock() == SK_LOCKING_SWAP) {
        sk_refuse(_("memory cannot be locked and swap is on: what you write may get onto the disk of "
                    "this device. Switch swap off, or use a system without a disk"));
    }
    char *buffer = sk_secret_new(OUTPUT_BUFFER);

    if (buffer == NULL || setvbuf(stdout, buffer, _IOFBF, OUTPUT_BUFFER) != 0) {
        sk_secret_free(buffer);
        return sk_refuse_error("skrynka-report", SK_ERR_MEMORY);
    }
    umask(077);
    int code = run(argc, argv);

    if (fclose(stdout) != 0 && code == SK_EXIT_OK) {
        code = sk_refuse_error(_("printing"), SK_ERR_IO);
    }
    sk_secret_free(buffer);
    return code;
}
