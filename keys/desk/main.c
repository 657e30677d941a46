/* skrynka-desk: opens reports, triages, answers. Runs on a machine without network. */
#include <signal.h>
#include <stdio.h>

#include "keys/base/category.h"
#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"

static const struct sk_option options[] = {
    SK_PATH(SK_REQUIRED, "home", "DIR", "the desk's folder"),
    SK_PATH(SK_OPTIONAL, "passphrase-file", "FILE", "the passphrase, instead of asking for it"),
    SK_PATH(SK_OPTIONAL, "token-file", "FILE", "a second factor: 32 bytes, kept apart"),
    SK_PATH(SK_OPTIONAL, "identity-file", "FILE", "the identity keyring, if it lies elsewhere"),
    SK_PATH(SK_OPTIONAL, "identity-passphrase-file", "FILE", "its passphrase, if another"),
    SK_NO_OPTIONS};

#define COMMAND SK_COMMAND_ROW
static const struct sk_command commands[] = {
#include "keys/desk/commands.def"
    {.name = NULL}};

static const struct sk_program program = {
    .name = "skrynka-desk",
    .about = "Opens, triages and answers reports.",
    .manual = "skrynka-desk(1)",
    .options = options,
    .commands = commands,
};

static int run(struct sk_desk *desk, const struct sk_line *line)
{
    int code;

    desk->home = sk_args_text(&line->options, "home");
    desk->passphrase_file = sk_args_text(&line->options, "passphrase-file");
    desk->token_file = sk_args_text(&line->options, "token-file");
    desk->identity_file = sk_args_text(&line->options, "identity-file");
    desk->identity_passphrase_file = sk_args_text(&line->options, "identity-passphrase-file");
    code = line->command->run(desk, &line->args);
    sk_home_close(desk);
    return code;
}

int main(int argc, char **argv)
{
    struct sk_desk desk = {.lock = -1};
    struct sk_line line;
    int code;

    sk_program_name(program.name);
    (void)sk_bind_now(argv);
    if (sk_secret_setup() != SK_OK) {
        return sk_refuse("cannot protect memory on this system");
    }
    if (sk_memory_lock() == SK_LOCKING_SWAP) {
        sk_refuse(
            "memory cannot be locked and swap is on: what is opened here may be written to the "
            "disk in plain. Raise the limit (ulimit -l unlimited), or switch swap off");
    }
    signal(SIGPIPE, SIG_IGN);
    sk_state_init(&desk.state);
    code = sk_line_read(&line, &program, argc, argv);
    if (code == -1) {
        code = run(&desk, &line);
    }
    sk_line_free(&line);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return code == SK_EXIT_OK ? sk_refuse("the output could not be written") : code;
    }
    return code;
}
