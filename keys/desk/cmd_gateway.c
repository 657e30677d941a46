#include <stdio.h>
#include <string.h>

#include "keys/base/number.h"
#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/json.h"

static void print_series(const struct sk_series *s, bool current)
{
    const struct sk_known_bundle *arrived = sk_series_arrived(s);
    char id[33];
    size_t lost = 0;

    for (size_t i = 0; i < s->bundle_count; i++) {
        lost += s->bundles[i].lost;
    }
    sk_hex(id, s->id.b, sizeof s->id.b);
    printf("chain %.8s  %zu bundles%s", id, s->bundle_count - lost, current ? ", current" : "");
    if (lost > 0) {
        printf(", %zu lost", lost);
    }
    if (arrived != NULL) {
        printf(", all up to %u arrived", (unsigned)arrived->serial);
    }
    printf("\n");
}

static int print_pin(const struct sk_state *state)
{
    const struct sk_series *current = sk_state_current(state);
    char hex[65];

    if (!state->gateway_known) {
        printf(
            "This desk trusts no gateway yet. Ask the operator for the key, by a way that nobody "
            "can alter, and run `gateway HEX`.\n");
        return SK_EXIT_OK;
    }
    sk_hex(hex, state->gateway.b, sizeof state->gateway.b);
    printf("This desk trusts the gateway with the key %s.\n", hex);
    for (size_t i = 0; i < state->series_count; i++) {
        const struct sk_series *s = &state->series[i];

        if (memcmp(&s->gateway, &state->gateway, sizeof s->gateway) == 0) {
            print_series(s, s == current);
        }
    }
    return SK_EXIT_OK;
}

static int pin(struct sk_desk *desk, const struct sk_ed25519_pk *key)
{
    struct sk_state *state = &desk->state;

    state->gateway_known = true;
    state->gateway = *key;
    enum sk_error e = sk_home_save_state(desk);

    return e == SK_OK ? print_pin(state) : sk_refuse_error("state", e);
}

static int replace(struct sk_desk *desk, const struct sk_ed25519_pk *key, bool yes)
{
    char old[65];

    sk_hex(old, desk->state.gateway.b, sizeof desk->state.gateway.b);
    switch (
        yes ? SK_ANSWER_YES
            : sk_ask("From now on this desk takes bundles of the new key only, and begins a new "
                     "chain; reports that were imported stay. Import first what came from the "
                     "gateway with the key\n%s",
                     old)) {
    case SK_ANSWER_YES:
        return pin(desk, key);
    case SK_ANSWER_NO:
        return sk_refuse("nothing was changed");
    default:
        return sk_refuse("nobody is here to answer; with --yes it is done without a question");
    }
}

static int set_key(struct sk_desk *desk, const struct sk_ed25519_pk *key,
                   const struct sk_args *args)
{
    if (!desk->state.gateway_known || memcmp(&desk->state.gateway, key, sizeof *key) == 0) {
        return pin(desk, key);
    }
    if (!sk_args_has(args, "replace")) {
        return sk_refuse(
            "this desk trusts another gateway (see `gateway`); if the operator says that "
            "the key changed, run `gateway --replace HEX`");
    }
    return replace(desk, key, sk_args_has(args, "yes"));
}

/* After a mix-up: the chain that boards speak of, by the beginning of its name. */
static int turn_to(struct sk_desk *desk, const char *name)
{
    struct sk_state *state = &desk->state;
    size_t len = strlen(name);
    struct sk_series *found = NULL;
    unsigned count = 0;
    char id[33];

    for (size_t i = 0; i < state->series_count; i++) {
        struct sk_series *s = &state->series[i];

        sk_hex(id, s->id.b, sizeof s->id.b);
        if (len > 0 && strncmp(id, name, len) == 0 &&
            memcmp(&s->gateway, &state->gateway, sizeof s->gateway) == 0) {
            found = s;
            count++;
        }
    }
    if (count != 1) {
        return sk_refuse("%s chain's name begins with %s; see `gateway`",
                         count == 0 ? "no" : "more than one", name);
    }
    sk_state_turn_to(state, found);
    enum sk_error e = sk_home_save_state(desk);

    return e == SK_OK ? print_pin(state) : sk_refuse_error("state", e);
}

/* The key may be given in pieces, as it is printed in groups. */
static bool read_key(const struct sk_args *args, struct sk_ed25519_pk *out)
{
    char text[256] = "";

    for (size_t i = 0; i < args->word_count; i++) {
        size_t len = strlen(text);

        if (strlen(args->words[i]) >= sizeof text - len) {
            return false;
        }
        snprintf(text + len, sizeof text - len, "%s", args->words[i]);
    }
    return sk_fingerprint_read(text, out);
}

int sk_cmd_gateway(void *program, const struct sk_args *args)
{
    struct sk_desk *desk = program;
    const char *chain = sk_args_text(args, "chain");
    bool keyed = args->word_count > 0;
    struct sk_ed25519_pk key;
    int code;

    if (keyed && !read_key(args, &key)) {
        return sk_usage("gateway takes a key of 64 hexadecimal digits");
    }
    if ((sk_args_has(args, "replace") && !keyed) ||
        (chain != NULL && (keyed || sk_args_has(args, "replace")))) {
        return sk_usage("gateway: give the gateway's key, or --chain NAME, or nothing");
    }
    code = sk_home_open(desk);
    if (code != SK_EXIT_OK) {
        return code;
    }
    if (chain != NULL) {
        return turn_to(desk, chain);
    }
    return keyed ? set_key(desk, &key, args) : print_pin(&desk->state);
}
