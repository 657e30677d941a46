/*
 * The desk's folder on disk:
 *     lock            held while a command runs
 *     keyring         all secrets but the identity (FORMAT section 7)
 *     identity.keyring  the identity, unless it lies elsewhere (identity.h)
 *     state           encrypted; what this desk knows of bundles, boards and peers
 *     index/          one encrypted log per epoch, and the log of threads
 *     reports/        sealed originals, <id>.sealed
 *     quarantine/     <digest>.sealed: damaged envelopes; copy-<digest>.sealed: damaged on the way
 *                     from the gateway; *.keyless: waiting for their key
 *     boards/         issued boards, <counter>.board
 *     sheets/         issued key sheets, <serial>.sheet
 *     peers/          key sheets of other organisations
 *     offered/        key sheets that the gateway offered, <digest>.sheet
 *     destroyed/      files that `destroy` is about to erase
 */
#ifndef SK_KEYS_DESK_HOME_H
#define SK_KEYS_DESK_HOME_H

#include <limits.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/desk/state.h"
#include "keys/open/keyring_file.h"

struct sk_desk {
    const char *home; /* as given on the command line */
    const char *passphrase_file, *token_file;
    const char *identity_file, *identity_passphrase_file; /* NULL: in the home; the desk's */
    int lock;                                             /* descriptor, -1 when not held */
    struct sk_keyring *ring;
    struct sk_state state;
};

#define SK_PATH_MAX PATH_MAX

/* home/..., printf-like. TOO_LARGE when the path does not fit. */
enum sk_error sk_home_path(const struct sk_desk *desk, char out[SK_PATH_MAX], const char *format,
                           ...) __attribute__((format(printf, 3, 4)));

/* Takes the lock. NOT_FOUND (no such home), LOCKED, IO. */
enum sk_error sk_home_lock(struct sk_desk *desk);

/* Lock, keyring, state. Prints why it failed; returns an exit code. */
int sk_home_open(struct sk_desk *desk);
void sk_home_close(struct sk_desk *desk);

/* Reads the token file into guarded memory; *token stays NULL without --token-file. IO,
 * NOT_FOUND, KEYRING_TOKEN (not 32 bytes). */
enum sk_error sk_home_token(const struct sk_desk *desk, uint8_t **token);

/* sk_home_save_keyring() erases the old file (erase.h), and with it keys that were removed. */
enum sk_error sk_home_save_keyring(struct sk_desk *desk);
enum sk_error sk_home_save_state(struct sk_desk *desk);

/* Makes a folder that homes of earlier versions do not have. IO, FULL. */
enum sk_error sk_home_folder(const struct sk_desk *desk, const char *name);

/* fsyncs a folder of the home, after files were made or renamed in it. */
enum sk_error sk_home_sync_folder(const struct sk_desk *desk, const char *name);

/* Public keys. NOT_FOUND when there is none, KEYRING_RECORD when it is malformed. Identity 0 is
 * this desk's; 1, the next one, is here only in a home of an earlier version that is not converted
 * yet. */
enum sk_error sk_home_identity(const struct sk_desk *desk, uint32_t id, struct sk_ed25519_pk *out);
enum sk_error sk_home_desk_pk(const struct sk_desk *desk, struct sk_ed25519_pk *out);

uint32_t sk_home_serial(const struct sk_desk *desk);  /* of the last sheet; 0: none */
uint64_t sk_home_counter(const struct sk_desk *desk); /* of the last board; 0: none */

#endif
