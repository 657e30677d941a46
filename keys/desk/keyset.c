#include "keys/desk/keyset.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"

static const struct sk_peer *peer_of(const struct sk_desk *desk, const struct sk_ed25519_pk *id)
{
    for (size_t i = 0; i < desk->state.peer_count; i++) {
        if (memcmp(&desk->state.peers[i].identity, id, sizeof *id) == 0) {
            return &desk->state.peers[i];
        }
    }
    return NULL;
}

static enum sk_error load_one(struct sk_peer_sheets *out, const struct sk_desk *desk,
                              const char *name)
{
    char path[SK_PATH_MAX];
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct sk_sheet *more;
    enum sk_error e = sk_home_path(desk, path, "peers/%s", name);

    if (e == SK_OK) {
        e = sk_file_read(path, SK_SHEET_MAX, &bytes, &len);
    }
    if (e != SK_OK) {
        return e;
    }
    more = reallocarray(out->sheets, out->count + 1, sizeof *more);
    if (more != NULL) {
        out->sheets = more;
        e = sk_sheet_read(&more[out->count], bytes, len);
        if (e == SK_OK && peer_of(desk, &more[out->count].identity) != NULL) {
            out->count++;
        }
    }
    free(bytes);
    return more == NULL ? SK_ERR_MEMORY : e;
}

enum sk_error sk_peer_sheets_load(struct sk_peer_sheets *out, const struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    struct dirent *entry;
    DIR *folder;
    enum sk_error e = sk_home_path(desk, path, "peers");

    if (e != SK_OK) {
        return e;
    }
    folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT ? SK_OK : SK_ERR_IO;
    }
    while (e == SK_OK && (entry = readdir(folder)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');

        if (dot != NULL && strcmp(dot, ".sheet") == 0) {
            e = load_one(out, desk, entry->d_name);
        }
    }
    closedir(folder);
    return e;
}

void sk_peer_sheets_free(struct sk_peer_sheets *sheets)
{
    free(sheets->sheets);
    memset(sheets, 0, sizeof *sheets);
}

static void add_known(struct sk_keyset *set, const struct sk_x25519_pk *pk, const char *name)
{
    for (size_t i = 0; i < set->known_count; i++) {
        if (memcmp(&set->known[i], pk, sizeof *pk) == 0) {
            return; /* the same key in two sheets of a peer */
        }
    }
    if (set->known_count < SK_KEYSET_MAX) {
        set->known[set->known_count] = *pk;
        set->names[set->known_count++] = name;
    }
}

enum sk_error sk_keyset_get(struct sk_keyset *out, const struct sk_desk *desk,
                            const struct sk_peer_sheets *peers, uint32_t epoch)
{
    bool month = (epoch & SK_EPOCH_MONTH) != 0;
    size_t len = 0;
    const uint8_t *sk = sk_keyring_get(desk->ring, month ? SK_KEY_MONTH : SK_KEY_WEEK,
                                       epoch & ~SK_EPOCH_MONTH, &len);
    struct sk_x25519_pk pk;

    if (sk == NULL || len != sizeof out->own) {
        return SK_ERR_ENVELOPE_EPOCH;
    }
    memcpy(out->own.b, sk, sizeof out->own);
    crypto_scalarmult_base(pk.b, out->own.b);
    out->known_count = 0;
    add_known(out, &pk, "this desk");
    for (size_t i = 0; i < peers->count; i++) {
        const struct sk_peer *peer = peer_of(desk, &peers->sheets[i].identity);
        const struct sk_x25519_pk *key = sk_sheet_key(&peers->sheets[i], epoch);

        if (peer != NULL && key != NULL) {
            add_known(out, key, peer->name);
        }
    }
    return SK_OK;
}
