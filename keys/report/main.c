/* skrynka-report: seals a report without a browser, and reads answers without a network. */
#include <stdio.h>
#include <sys/stat.h>

#include "keys/base/category.h"
#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/report/program.h"

enum { OUTPUT_BUFFER = 16384 };

static const struct sk_option options[] = {SK_NO_OPTIONS};

#define COMMAND SK_COMMAND_ROW
static const struct sk_command commands[] = {
#include "keys/report/commands.def"
    {.name = NULL}};

static const struct sk_program program = {
    .name = "skrynka-report",
    .about = N_("Seals a report so that only the organisations you choose can read it.\n"
                "It uses no network. Texts and codes come from files, never from the "
                "command line."),
    .manual = "skrynka-report(1)",
    .options = options,
    .commands = commands,
};

static int run(int argc, char **argv)
{
    struct sk_line line;
    int code = sk_line_read(&line, &program, argc, argv);

    if (code == -1) {
        code = line.command->run(NULL, &line.args);
    }
    sk_line_free(&line);
    return code;
}

/* Standard output carries codes and answers: its buffer is guarded memory, and wiped. */
int main(int argc, char **argv)
{
    sk_program_name(program.name);
    (void)sk_bind_now(argv);
    sk_program_language();
    if (sk_secret_setup() != SK_OK) {
        return sk_refuse(_("the cryptographic library could not be started"));
    }
    if (sk_memory_lock() == SK_LOCKING_SWAP) {
        sk_refuse(
            _("memory cannot be locked and swap is on: what you write may get onto the disk of "
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
