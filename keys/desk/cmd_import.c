#include <stdio.h>
#include <string.h>

#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/import_batch.h"
#include "keys/desk/import_bundle.h"
#include "keys/desk/import_keyless.h"
#include "keys/desk/readers_again.h"

/* "bundle 2 is missing", or "bundles 2 to 5 are missing". */
static void tell_missing(uint32_t first, uint32_t last)
{
    if (first == last) {
        sk_refuse(
            "bundle %u is missing: ask the operator for `skrynka-store export --serial %u`; if "
            "the gateway deleted it, run `resume --lost %u`",
            (unsigned)first, (unsigned)first, (unsigned)first);
    } else {
        sk_refuse("bundles %u to %u are missing: ask the operator for `skrynka-store export "
                  "--serial N` with each of these numbers; if the gateway deleted them, run "
                  "`resume --lost %u-%u`",
                  (unsigned)first, (unsigned)last, (unsigned)first, (unsigned)last);
    }
}

static void tell_gaps(const struct sk_series *series)
{
    uint32_t first = 0, last = 0, from = series->start;

    while (sk_series_gap(series, from, &first, &last)) {
        tell_missing(first, last);
        from = last + 1;
    }
    if (sk_series_bundle(series, series->start) == NULL && series->bundle_count > 0) {
        sk_refuse("until they come, boards tell the operator to keep everything; if this desk "
                  "joined later and needs none of them, run `import --start-here`");
    }
}

static enum sk_error start_here(struct sk_desk *desk)
{
    struct sk_series *series = sk_state_current(&desk->state);

    if (series == NULL || series->bundle_count == 0) {
        return SK_ERR_NOT_FOUND;
    }
    series->start = series->bundles[0].serial;
    return sk_home_save_state(desk);
}

static int import_all(struct sk_desk *desk, const struct sk_args *args)
{
    struct sk_import im;
    int code = SK_EXIT_OK;
    enum sk_error e;

    memset(&im, 0, sizeof im);
    im.new_chain = sk_args_has(args, "new-chain");
    im.uncounted = sk_args_has(args, "uncounted");
    e = sk_import_open(&im, desk);
    if (e != SK_OK) {
        sk_import_close(&im);
        return sk_refuse_error("index", e);
    }
    for (size_t i = 0; i < args->word_count; i++) {
        if (sk_import_bundle(&im, args->words[i]) != SK_EXIT_OK) {
            code = SK_EXIT_REFUSED;
        }
    }
    e = sk_keyless_retry(&im);
    sk_import_close(&im);
    if (e != SK_OK) {
        return sk_refuse_error("quarantine", e);
    }
    e = sk_readers_again(desk, false);
    return e == SK_OK ? code : sk_refuse_error("index", e);
}

static int import(struct sk_desk *desk, const struct sk_args *args)
{
    int code = import_all(desk, args);
    const struct sk_series *series;

    if (sk_args_has(args, "start-here")) {
        enum sk_error e = start_here(desk);

        if (e != SK_OK) {
            return sk_refuse_error("--start-here", e);
        }
    }
    series = sk_state_current(&desk->state);
    if (series != NULL) {
        tell_gaps(series);
    }
    return sk_state_is_set_back(&desk->state) ? sk_tell_set_back(desk) : code;
}

int sk_cmd_import(void *program, const struct sk_args *args)
{
    int code;

    if (sk_args_has(args, "uncounted") && args->given_count > 1) {
        return sk_usage("--uncounted takes no other option");
    }
    if (args->word_count == 0 && !sk_args_has(args, "start-here")) {
        return sk_usage("import needs the files of carry bundles");
    }
    code = sk_home_open(program);
    return code == SK_EXIT_OK ? import(program, args) : code;
}
