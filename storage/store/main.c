/* skrynka-store: what the operator of a gateway does with it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/base/locked.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

static const char about[] =
    "Keeps the store of a gateway: carries sealed reports out, takes key sheets and boards in.\n"
    "It cannot open a report. Run it as the user that the gateway runs as.";

static const char options_text[] =
    "  --store DIR  the store; comes before the command\n"
    "  --help       this text; after a command, what that command takes\n"
    "  --version    the version\n";

static const struct sk_command commands[] = {
    {"init", "[--size SIZE]", "makes a store and the gateway's key", sk_store_init},
    {"new-key", "[--replace]", "draws the gateway's key anew, when it was lost", sk_store_new_key},
    {"import-sheet", "[--name NAME] --fingerprint HEX SHEET",
     "takes an organisation's key sheet; --name the first time", sk_store_import_sheet},
    {"export", "--out FILE [--serial N] [--limit SIZE] [--new-chain] [--force]",
     "writes a carry bundle of what is new, or bundle N again", sk_store_export},
    {"import-board", "BOARD", "takes an organisation's board", sk_store_import_board},
    {"check", "", "reads everything and says what is broken", sk_store_check},
    {"stats", "[--json]", "what is held, and where every organisation stands", sk_store_stats},
    {"offline", "--out DIR", "writes the pages that work without a network", sk_store_offline},
    {"purge", "[--rows-older-than DAYS]",
     "deletes what every organisation says has arrived, and old receipts", sk_store_purge},
    {"rewrite", "", "copies the inbox in random order and drops the old file", sk_store_rewrite},
    {"backup", "--out DIR", "makes a copy of the store while the gateway runs", sk_store_backup},
    {NULL, NULL, NULL, NULL}};

static void command_help(const struct sk_command *command)
{
    printf("Usage: skrynka-store --store DIR %s%s%s\n%s\nMore: skrynka-store(8)\n", command->name,
           *command->arguments != '\0' ? " " : "", command->arguments, command->summary);
}

/* "skrynka-store export --help" needs no store, and must not begin to export. */
static bool answered(const struct sk_command *command, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            command_help(command);
            return true;
        }
        if (strcmp(argv[i], "--version") == 0) {
            sk_version("skrynka-store");
            return true;
        }
    }
    return false;
}

static int run_command(struct sk_store *store, int argc, char **argv)
{
    if (argc == 0) {
        return sk_usage("no command was given");
    }
    const struct sk_command *command = sk_command_find(commands, argv[0]);

    if (command == NULL) {
        return sk_usage("there is no command '%s'", argv[0]);
    }
    if (answered(command, argc, argv)) {
        return SK_EXIT_OK;
    }
    if (store->dir == NULL || *store->dir == '\0') {
        return sk_usage("--store DIR must come before the command");
    }
    int code = command->run(store, argc, argv);

    sk_store_close(store);
    return code;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"store", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    struct sk_store store = {0};
    int c;

    while ((c = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
        switch (c) {
        case 's':
            store.dir = optarg;
            break;
        case 'h':
            sk_command_help("skrynka-store", about, commands, options_text);
            return SK_EXIT_OK;
        case 'v':
            sk_version("skrynka-store");
            return SK_EXIT_OK;
        default:
            return sk_store_bad_option(c, argv);
        }
    }
    return run_command(&store, argc - optind, argv + optind);
}

int main(int argc, char **argv)
{
    sk_program_name("skrynka-store");
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
