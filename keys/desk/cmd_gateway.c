#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/json.h"

struct wanted {
    const char *key;
    bool replace, yes;
    const char *chain;
};

bool sk_read_key(uint8_t out[32], const char *text)
{
    uint8_t bytes[32];
    const char *end = NULL;
    size_t len = 0;

    if (sodium_hex2bin(bytes, sizeof bytes, text, strlen(text), ": -", &len, &end) != 0 ||
        *end != '\0' || len != sizeof bytes) {
        return false;
    }
    memcpy(out, bytes, sizeof bytes);
    return true;
}

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

static int set_key(struct sk_desk *desk, const struct wanted *w)
{
    struct sk_ed25519_pk key;

    if (!sk_read_key(key.b, w->key)) {
        return sk_usage("gateway: the key has 64 hexadecimal characters");
    }
    if (!desk->state.gateway_known || memcmp(&desk->state.gateway, &key, sizeof key) == 0) {
        return pin(desk, &key);
    }
    if (!w->replace) {
        return sk_refuse(
            "this desk trusts another gateway (see `gateway`); if the operator says that "
            "the key changed, run `gateway --replace HEX`");
    }
    return replace(desk, &key, w->yes);
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

/* -1: go on, else an exit code. The key may be given in pieces, as it is printed in groups. */
static int read_options(int argc, char **argv, struct wanted *w, char *key, size_t room)
{
    static const struct option list[] = {{"replace", no_argument, NULL, 'r'},
                                         {"yes", no_argument, NULL, 'y'},
                                         {"chain", required_argument, NULL, 'c'},
                                         {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, ":", list, NULL)) != -1) {
        if (c == 'r') {
            w->replace = true;
        } else if (c == 'y') {
            w->yes = true;
        } else if (c == 'c') {
            w->chain = optarg;
        } else {
            return sk_option_unknown(argv, c);
        }
    }
    for (int i = optind; i < argc; i++) {
        size_t len = strlen(key);

        if (strlen(argv[i]) + len + 2 > room) {
            return sk_usage("gateway: the key has 64 hexadecimal characters");
        }
        snprintf(key + len, room - len, "%s ", argv[i]);
        w->key = key;
    }
    if ((w->replace && w->key == NULL) || (w->chain != NULL && (w->key != NULL || w->replace))) {
        return sk_usage("gateway: give the gateway's key, or --chain NAME, or nothing");
    }
    return -1;
}

int sk_cmd_gateway(void *program, int argc, char **argv)
{
    struct sk_desk *desk = program;
    struct wanted wanted = {.key = NULL};
    char key[256] = "";
    int code = read_options(argc, argv, &wanted, key, sizeof key);

    if (code != -1) {
        return code;
    }
    code = sk_home_open(desk);
    if (code != SK_EXIT_OK) {
        return code;
    }
    if (wanted.chain != NULL) {
        return turn_to(desk, wanted.chain);
    }
    return wanted.key != NULL ? set_key(desk, &wanted) : print_pin(&desk->state);
}
