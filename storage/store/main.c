/* skrynka-store: what the operator of a gateway does with it. */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

static const char about[] =
    "Keeps the store of a gateway: carries sealed reports out, takes key sheets and boards in.\n"
    "It cannot open a report. Run it as the user that the gateway runs as.";

static const struct sk_option options[] = {SK_PATH(SK_REQUIRED, "store", "DIR", "the store"),
                                           SK_NO_OPTIONS};

#define COMMAND SK_COMMAND_ROW
static const struct sk_command commands[] = {
#include "storage/store/commands.def"
    {.name = NULL}};

static const struct sk_program program = {
    .name = "skrynka-store",
    .about = about,
    .manual = "skrynka-store(8)",
    .options = options,
    .commands = commands,
};

static int run(int argc, char **argv)
{
    struct sk_store store = {0};
    struct sk_line line;
    int code = sk_line_read(&line, &program, argc, argv);

    if (code == -1) {
        store.dir = sk_args_text(&line.options, "store");
        code = line.command->run(&store, &line.args);
        sk_store_close(&store);
    }
    sk_line_free(&line);
    return code;
}

int main(int argc, char **argv)
{
    sk_program_name(program.name);
    if (sk_secret_setup() != SK_OK) {
        return sk_refuse("the cryptographic library could not be started");
    }
    if (sk_memory_lock_keys() == SK_LOCKING_SWAP) {
        sk_refuse("memory cannot be locked and swap is on: the gateway's key may be written to the "
                  "disk. Raise the limit (ulimit -l 1024), or switch swap off");
    }
    umask(077);
    signal(SIGXFSZ, SIG_IGN); /* a file that became too large is said with words */
    int code = run(argc, argv);

    if (fflush(stdout) != 0 && code == SK_EXIT_OK) {
        return sk_refuse_error("standard output", SK_ERR_IO);
    }
    return code;
}
