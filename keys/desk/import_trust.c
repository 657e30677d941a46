#include "keys/desk/import_trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/file.h"
#include "keys/base/hash.h"
#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "keys/desk/json.h"

#define HEX_KEY 65

static int take_gateway(struct sk_desk *desk, const struct sk_ed25519_pk *gateway, const char *hex)
{
    desk->state.gateway_known = true;
    desk->state.gateway = *gateway;
    enum sk_error e = sk_home_save_state(desk);

    if (e != SK_OK) {
        return sk_refuse_error("state", e);
    }
    printf("This desk now trusts the gateway with the key %s.\n", hex);
    return SK_EXIT_OK;
}

static bool trusted_before(const struct sk_state *state, const struct sk_bundle_file *b)
{
    for (size_t i = 0; i < state->series_count; i++) {
        if (memcmp(&state->series[i].gateway, &b->carry.gateway, sizeof b->carry.gateway) == 0) {
            return true;
        }
    }
    return false;
}

/* A replaced key must not become trusted again because of an old bundle. */
static int refuse_other(const struct sk_state *state, const struct sk_bundle_file *b,
                        const char *hex)
{
    if (trusted_before(state, b)) {
        return sk_refuse(
            "%s: it is of this gateway's key of before, %s; `import --uncounted` takes the "
            "reports that are in it",
            b->path, hex);
    }
    return sk_refuse("%s: it comes from another gateway, with the key %s; if the operator says "
                     "that this is the gateway's new key, run `gateway --replace %s`",
                     b->path, hex, hex);
}

int sk_import_trusted_ever(const struct sk_state *state, const struct sk_bundle_file *b)
{
    char hex[HEX_KEY];

    if (trusted_before(state, b) ||
        (state->gateway_known &&
         memcmp(&state->gateway, &b->carry.gateway, sizeof state->gateway) == 0)) {
        return SK_EXIT_OK;
    }
    sk_hex(hex, b->carry.gateway.b, sizeof b->carry.gateway.b);
    return sk_refuse("%s: this desk never took in anything of the gateway with the key %s: "
                     "--uncounted is for one that it trusts or did before",
                     b->path, hex);
}

/* The first bundle decides which gateway a desk trusts, so a person compares its key. */
int sk_import_trust_gateway(struct sk_desk *desk, const struct sk_bundle_file *b)
{
    const struct sk_state *state = &desk->state;
    char hex[HEX_KEY];

    sk_hex(hex, b->carry.gateway.b, sizeof b->carry.gateway.b);
    if (state->gateway_known) {
        if (memcmp(&state->gateway, &b->carry.gateway, sizeof state->gateway) == 0) {
            return SK_EXIT_OK;
        }
        return refuse_other(state, b, hex);
    }
    switch (sk_ask("%s: this desk trusts no gateway yet. The bundle was signed by the gateway with "
                   "the key\n%s\nCompare it with the key that the operator gave you by another way "
                   "(`skrynka-store stats`).",
                   b->path, hex)) {
    case SK_ANSWER_YES:
        return take_gateway(desk, &b->carry.gateway, hex);
    case SK_ANSWER_NO:
        return sk_refuse("%s: not imported; nothing was changed", b->path);
    default:
        return sk_refuse("%s: this desk trusts no gateway yet; compare the key %s with the "
                         "operator's, then run `gateway %s` and import again",
                         b->path, hex, hex);
    }
}

int sk_import_trust_chain(struct sk_import *im, const struct sk_bundle_file *b)
{
    struct sk_state *state = &im->desk->state;
    enum sk_answer_given answer = SK_ANSWER_YES;

    if (sk_state_series(state, &b->carry.gateway, &b->carry.chain) != NULL) {
        return SK_EXIT_OK;
    }
    if (sk_state_current(state) != NULL && !im->new_chain) {
        answer =
            sk_ask("%s: bundle %u belongs to a chain of this gateway that is new to this desk: "
                   "its store was put back from a backup, or made anew. Boards will speak of the "
                   "new chain from now on; reports that were imported stay. Take it only if the "
                   "operator says that this happened.",
                   b->path, (unsigned)b->carry.serial);
    }
    if (answer == SK_ANSWER_NO) {
        return sk_refuse("%s: not imported; nothing was changed", b->path);
    }
    if (answer == SK_ANSWER_NOBODY) {
        return sk_refuse(
            "%s: bundle %u belongs to a new chain of this gateway: its store was put back "
            "from a backup, or made anew; if the operator says so, import it with "
            "`import --new-chain`",
            b->path, (unsigned)b->carry.serial);
    }
    enum sk_error e = sk_state_add_series(state, &b->carry.gateway, &b->carry.chain);

    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(b->path, e);
}

/* ---- what the gateway has of this desk ----------------------------------------- */

enum sk_error sk_bundle_own_sheet(const struct sk_desk *desk, const struct sk_bundle_file *b,
                                  struct sk_set_back *current, struct sk_digest *digest)
{
    struct sk_ed25519_pk own;
    const uint8_t *at = b->sheet_bytes;
    enum sk_error e = sk_home_identity(desk, 0, &own);

    for (uint32_t i = 0; e == SK_OK && i < b->carry.sheets; i++) {
        struct sk_sheet sheet;

        e = sk_sheet_read(&sheet, at, b->sheets[i].length);
        at += b->sheets[i].length;
        if (e == SK_OK && b->sheets[i].current && memcmp(&sheet.identity, &own, sizeof own) == 0) {
            current->serial = sheet.serial;
            current->counter = b->sheets[i].board_counter;
            *digest = sheet.digest;
            return SK_OK;
        }
    }
    return e == SK_OK ? SK_ERR_NOT_FOUND : e;
}

/* Whether this desk kept another sheet under its last serial: another copy of it issued one too. */
static enum sk_error issued_another(const struct sk_desk *desk, uint32_t serial,
                                    const struct sk_digest *digest, bool *another)
{
    char path[SK_PATH_MAX];
    struct sk_digest kept;
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_home_path(desk, path, "sheets/%u.sheet", (unsigned)serial);

    if (e == SK_OK) {
        e = sk_file_read(path, SK_SHEET_MAX, &bytes, &len);
    }
    if (e == SK_OK) {
        sk_blake2b(&kept, bytes, len);
        *another = memcmp(&kept, digest, sizeof kept) != 0;
    }
    free(bytes);
    return e == SK_ERR_NOT_FOUND ? SK_OK : e;
}

enum sk_error sk_import_own_sheet(const struct sk_desk *desk, const struct sk_bundle_file *b,
                                  struct sk_set_back *seen)
{
    struct sk_set_back current = {0};
    struct sk_digest digest;
    uint32_t serial = sk_home_serial(desk);
    bool another = false;
    enum sk_error e = sk_bundle_own_sheet(desk, b, &current, &digest);

    if (e != SK_OK) {
        return e == SK_ERR_NOT_FOUND ? SK_OK : e;
    }
    if (current.serial == serial) {
        e = issued_another(desk, serial, &digest, &another);
    }
    if (e == SK_OK &&
        (current.serial > serial || current.counter > sk_home_counter(desk) || another)) {
        *seen = current;
    }
    return e;
}
