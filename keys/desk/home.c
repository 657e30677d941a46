#include "keys/desk/home.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/file.h"
#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/passphrase.h"
#include "keys/desk/erase.h"
#include "keys/desk/state_file.h"

#define TOKEN_BYTES 32u

enum sk_error sk_home_path(const struct sk_desk *desk, char out[SK_PATH_MAX], const char *format,
                           ...)
{
    va_list args;
    int n = snprintf(out, SK_PATH_MAX, "%s/", desk->home);

    if (n < 0 || n >= SK_PATH_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    va_start(args, format);
    int m = vsnprintf(out + n, SK_PATH_MAX - (size_t)n, format, args);
    va_end(args);
    return m < 0 || m >= SK_PATH_MAX - n ? SK_ERR_TOO_LARGE : SK_OK;
}

enum sk_error sk_home_lock(struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(desk, path, "lock");

    if (e != SK_OK) {
        return e;
    }
    desk->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (desk->lock < 0) {
        return errno == ENOENT || errno == ENOTDIR ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    if (flock(desk->lock, LOCK_EX | LOCK_NB) != 0) {
        e = errno == EWOULDBLOCK ? SK_ERR_LOCKED : SK_ERR_IO;
        close(desk->lock);
        desk->lock = -1;
    }
    return e;
}

enum sk_error sk_home_token(const struct sk_desk *desk, uint8_t **token)
{
    uint8_t *bytes;
    size_t len;
    enum sk_error e;

    if (desk->token_file == NULL) {
        return SK_OK;
    }
    e = sk_file_read_secret(desk->token_file, TOKEN_BYTES, &bytes, &len);
    if (e != SK_OK) {
        return e == SK_ERR_TOO_LARGE ? SK_ERR_KEYRING_TOKEN : e;
    }
    if (len != TOKEN_BYTES) {
        sk_secret_free(bytes);
        return SK_ERR_KEYRING_TOKEN;
    }
    *token = bytes;
    return SK_OK;
}

static int unlock_keyring(struct sk_desk *desk, const uint8_t *bytes, size_t len)
{
    uint8_t *passphrase = NULL, *token = NULL;
    size_t passphrase_len = 0;
    int code = SK_EXIT_OK;
    enum sk_error e = sk_home_token(desk, &token);

    if (e != SK_OK) {
        return sk_refuse_error(desk->token_file, e);
    }
    code =
        sk_passphrase_get("Passphrase: ", desk->passphrase_file, 0, &passphrase, &passphrase_len);
    if (code == SK_EXIT_OK) {
        e = sk_keyring_read(&desk->ring, bytes, len, passphrase, passphrase_len, token);
        errno = 0;
        code = e != SK_OK ? sk_refuse_error("keyring", e) : SK_EXIT_OK;
    }
    sk_secret_free(passphrase);
    sk_secret_free(token);
    return code;
}

/* A home that lost its keyring is not an empty folder. */
static int refuse_no_keyring(const struct sk_desk *desk)
{
    char path[SK_PATH_MAX];

    if (sk_home_path(desk, path, "state") != SK_OK || access(path, F_OK) != 0) {
        return sk_refuse("%s: there is no desk here; make one with `init`", desk->home);
    }
    return sk_refuse(
        "%s/keyring: it is missing, and nothing opens without it; put this desk back from "
        "a backup (see WHEN IT BREAKS in skrynka-desk(1))",
        desk->home);
}

static int load_keyring(struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_home_path(desk, path, "keyring");

    if (e == SK_OK) {
        e = sk_file_read(path, SK_KEYRING_MAX, &bytes, &len);
    }
    if (e == SK_ERR_NOT_FOUND) {
        return refuse_no_keyring(desk);
    }
    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    int code = unlock_keyring(desk, bytes, len);

    free(bytes);
    return code;
}

/* A key for a purpose, derived from the threads' index key. Wiped by the caller. */
static enum sk_error derive_key(const struct sk_desk *desk, const char *label, uint8_t out[32])
{
    size_t len = 0;
    const uint8_t *key = sk_keyring_get(desk->ring, SK_KEY_INDEX, 0, &len);

    if (key == NULL || len != 32) {
        return SK_ERR_KEYRING_RECORD;
    }
    sk_derive(out, key, label, NULL, 0);
    return SK_OK;
}

static int load_state(struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    uint8_t key[32];
    enum sk_error e = sk_home_path(desk, path, "state");

    if (e == SK_OK) {
        e = derive_key(desk, "state", key);
    }
    if (e == SK_OK) {
        e = sk_state_load(&desk->state, path, key);
        sodium_memzero(key, sizeof key);
    }
    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse(
            "%s: it is missing; put this desk back from a backup (see WHEN IT BREAKS in "
            "skrynka-desk(1))",
            path);
    }
    return e != SK_OK ? sk_refuse_error(path, e) : SK_EXIT_OK;
}

int sk_home_open(struct sk_desk *desk)
{
    enum sk_error e = sk_home_lock(desk);
    int code;

    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse("%s: there is no desk here; make one with `init`", desk->home);
    }
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    code = load_keyring(desk);
    return code == SK_EXIT_OK ? load_state(desk) : code;
}

void sk_home_close(struct sk_desk *desk)
{
    sk_state_free(&desk->state);
    sk_keyring_free(desk->ring);
    desk->ring = NULL;
    if (desk->lock >= 0) {
        close(desk->lock);
        desk->lock = -1;
    }
}

enum sk_error sk_home_save_keyring(struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_home_path(desk, path, "keyring");

    if (e == SK_OK) {
        e = sk_keyring_write(desk->ring, &bytes, &len);
    }
    if (e == SK_OK) {
        e = sk_erase_replace(path, bytes, len);
    }
    free(bytes);
    return e;
}

enum sk_error sk_home_save_state(struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    uint8_t key[32];
    enum sk_error e = sk_home_path(desk, path, "state");

    if (e == SK_OK) {
        e = derive_key(desk, "state", key);
    }
    if (e == SK_OK) {
        e = sk_state_save(&desk->state, path, key);
        sodium_memzero(key, sizeof key);
    }
    return e;
}

enum sk_error sk_home_folder(const struct sk_desk *desk, const char *name)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(desk, path, "%s", name);

    if (e == SK_OK && mkdir(path, 0700) != 0 && errno != EEXIST) {
        e = errno == ENOSPC || errno == EDQUOT ? SK_ERR_FULL : SK_ERR_IO;
    }
    return e;
}

enum sk_error sk_home_sync_folder(const struct sk_desk *desk, const char *name)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(desk, path, "%s", name);
    int fd;

    if (e != SK_OK) {
        return e;
    }
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return SK_ERR_IO;
    }
    if (fsync(fd) != 0) {
        e = SK_ERR_IO;
    }
    close(fd);
    return e;
}

static enum sk_error signing_pk(const struct sk_desk *desk, enum sk_keyring_type type, uint32_t id,
                                struct sk_ed25519_pk *out)
{
    size_t len = 0;
    const uint8_t *sk = sk_keyring_get(desk->ring, type, id, &len);

    if (sk == NULL) {
        return SK_ERR_NOT_FOUND;
    }
    if (len != crypto_sign_SECRETKEYBYTES) {
        return SK_ERR_KEYRING_RECORD;
    }
    crypto_sign_ed25519_sk_to_pk(out->b, sk);
    return SK_OK;
}

enum sk_error sk_home_identity(const struct sk_desk *desk, uint32_t id, struct sk_ed25519_pk *out)
{
    size_t len = 0;
    const uint8_t *pk = sk_keyring_get(desk->ring, SK_KEY_IDENTITY_PK, id, &len);

    if (pk != NULL && len == sizeof out->b) {
        memcpy(out->b, pk, sizeof out->b);
        return SK_OK;
    }
    return signing_pk(desk, SK_KEY_IDENTITY, id, out);
}

enum sk_error sk_home_desk_pk(const struct sk_desk *desk, struct sk_ed25519_pk *out)
{
    return signing_pk(desk, SK_KEY_DESK, 0, out);
}

uint32_t sk_home_serial(const struct sk_desk *desk)
{
    size_t len = 0;
    const uint8_t *p = sk_keyring_get(desk->ring, SK_KEY_SHEET_SERIAL, 0, &len);

    return p != NULL && len == 4 ? sk_get_u32(p) : 0;
}

uint64_t sk_home_counter(const struct sk_desk *desk)
{
    size_t len = 0;
    const uint8_t *p = sk_keyring_get(desk->ring, SK_KEY_BOARD_COUNTER, 0, &len);

    return p != NULL && len == 8 ? sk_get_u64(p) : 0;
}
