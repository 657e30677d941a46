#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/import.h"

/* "bundle 2 is missing", or "bundles 2 to 5 are missing". */
static void tell_missing(uint32_t first, uint32_t last)
{
    if (first == last) {
        sk_refuse("bundle %u is missing: ask the operator for `skrynka-store export --serial %u`",
                  (unsigned)first, (unsigned)first);
    } else {
        sk_refuse("bundles %u to %u are missing: ask the operator for `skrynka-store export "
                  "--serial N` with each of these numbers",
                  (unsigned)first, (unsigned)last);
    }
}

static void tell_gaps(const struct sk_state *state)
{
    bool late = sk_state_bundle(state, state->start) == NULL;
    uint32_t first = 0, last = 0, from = state->start;

    while (sk_state_gap(state, from, &first, &last)) {
        tell_missing(first, last);
        from = last + 1;
    }
    if (late && state->bundle_count > 0) {
        sk_refuse("until they come, boards tell the operator to keep everything; if this desk "
                  "joined later and needs none of them, run `import --start-here`");
    }
}

static enum sk_error start_here(struct sk_desk *desk)
{
    if (desk->state.bundle_count == 0) {
        return SK_ERR_NOT_FOUND;
    }
    desk->state.start = desk->state.bundles[0].serial;
    return sk_home_save_state(desk);
}

static int import_all(struct sk_desk *desk, bool from_here, int count, char **paths)
{
    struct sk_import im;
    int code = SK_EXIT_OK;
    enum sk_error e;

    memset(&im, 0, sizeof im);
    e = sk_import_open(&im, desk);
    if (e != SK_OK) {
        code = sk_refuse_error("index", e);
        count = 0;
    }
    for (int i = 0; i < count; i++) {
        if (sk_import_bundle(&im, paths[i]) != SK_EXIT_OK) {
            code = SK_EXIT_REFUSED;
        }
    }
    sk_import_close(&im);
    if (e == SK_OK && from_here) {
        e = start_here(desk);
        if (e != SK_OK) {
            return sk_refuse_error("--start-here", e);
        }
    }
    tell_gaps(&desk->state);
    return code;
}

int sk_cmd_import(void *program, int argc, char **argv)
{
    static const struct option list[] = {{"start-here", no_argument, NULL, 's'},
                                         {NULL, 0, NULL, 0}};
    bool from_here = false;
    int c, code;

    while ((c = getopt_long(argc, argv, ":", list, NULL)) != -1) {
        if (c != 's') {
            return sk_option_unknown(argv, c);
        }
        from_here = true;
    }
    if (optind == argc && !from_here) {
        return sk_usage("import: give the files of carry bundles");
    }
    code = sk_home_open(program);
    if (code != SK_EXIT_OK) {
        return code;
    }
    return import_all(program, from_here, argc - optind, argv + optind);
}
