#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/file.h"
#include "keys/base/plain.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/json.h"
#include "keys/desk/readers_again.h"
#include "keys/format/answer.h"
#include "keys/format/sheet.h"

static void list_peers(const struct sk_state *state)
{
    char hex[65];

    if (state->peer_count == 0) {
        printf("No other organisations are known to this desk.\n");
    }
    for (size_t i = 0; i < state->peer_count; i++) {
        sk_hex(hex, state->peers[i].identity.b, sizeof state->peers[i].identity.b);
        printf("%s  sheet %-4u %s\n", hex, (unsigned)state->peers[i].serial, state->peers[i].name);
    }
}

/* Keeps the sheet as a file, since reports of past weeks need the keys of past sheets. Sheets that
 * ran out or were revoked are kept too; only pin and serial matter. */
static enum sk_error learn(struct sk_desk *desk, const struct sk_sheet *sheet, const char *name,
                           const uint8_t *bytes, size_t len)
{
    const struct sk_known_peer *old = sk_state_peer(&desk->state, &sheet->identity);
    struct sk_known_peer peer = {
        .identity = sheet->identity, .serial = sheet->serial, .sheet = sheet->digest};
    char path[SK_PATH_MAX], hex[65];
    enum sk_error e;

    if (old != NULL && old->serial > peer.serial) {
        peer.serial = old->serial;
        peer.sheet = old->sheet;
    }
    snprintf(peer.name, sizeof peer.name, "%s", name);
    sk_hex(hex, sheet->identity.b, sizeof sheet->identity.b);
    e = sk_home_path(desk, path, "peers/%s-%u.sheet", hex, (unsigned)sheet->serial);
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_replace(path, bytes, len);
    if (e != SK_OK) {
        return e;
    }
    e = sk_state_put_peer(&desk->state, &peer);
    return e == SK_OK ? sk_home_save_state(desk) : e;
}

static int add_peer(struct sk_desk *desk, const char *name, const char *file,
                    const struct sk_ed25519_pk *pin)
{
    struct sk_sheet *sheet = calloc(1, sizeof *sheet);
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e =
        sheet == NULL ? SK_ERR_MEMORY : sk_file_read(file, SK_SHEET_MAX, &bytes, &len);

    if (e != SK_OK) {
        goto out;
    }
    e = sk_sheet_read(sheet, bytes, len);
    if (e != SK_OK) {
        goto out;
    }
    if (memcmp(&sheet->identity, pin, sizeof *pin) != 0) {
        e = SK_ERR_SHEET_PIN;
        goto out;
    }
    e = learn(desk, sheet, name, bytes, len);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_readers_again(desk, true);
    if (e == SK_OK) {
        printf("%s: sheet %u is known; reports name it, also those imported before.\n", name,
               (unsigned)sheet->serial);
    }
out:
    free(bytes);
    free(sheet);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(file, e);
}

int sk_cmd_peer(void *program, const struct sk_args *args)
{
    struct sk_desk *desk = program;
    const char *name = sk_args_text(args, "name");
    const struct sk_ed25519_pk *pin = sk_args_key(args, "fingerprint");
    bool all = name != NULL && pin != NULL && args->word_count == 1;
    int code;

    if (!all && (name != NULL || pin != NULL || args->word_count > 0)) {
        return sk_usage("peer: give --name, --fingerprint and the sheet's file, or nothing");
    }
    if (all &&
        (*name == '\0' || strlen(name) > SK_PEER_NAME_MAX || !sk_text_valid(name, strlen(name)))) {
        return sk_usage("--name takes 1 to 64 bytes of text in UTF-8");
    }
    code = sk_home_open(desk);
    if (code == SK_EXIT_OK && all) {
        return add_peer(desk, name, args->words[0], pin);
    }
    if (code == SK_EXIT_OK) {
        list_peers(&desk->state);
    }
    return code;
}
