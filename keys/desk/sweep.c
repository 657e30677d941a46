#include "keys/desk/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/number.h"
#include "keys/desk/destroy.h"
#include "keys/desk/erase.h"
#include "keys/format/board.h"
#include "keys/format/slots.h"

#define BOARDS_KEPT 2u

struct sweep {
    struct sk_desk *desk;
    uint32_t first_week;
};

typedef enum sk_error (*each_fn)(struct sweep *s, const char *folder, const char *name);

static enum sk_error each_file(struct sweep *s, const char *folder, each_fn fn)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(s->desk, path, "%s", folder);
    DIR *list = e == SK_OK ? opendir(path) : NULL;
    const struct dirent *entry;

    if (list == NULL) {
        return e == SK_OK && errno == ENOENT ? SK_OK : SK_ERR_IO;
    }
    while (e == SK_OK && (entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            e = fn(s, folder, entry->d_name);
        }
    }
    closedir(list);
    return e;
}

static enum sk_error set_aside(struct sweep *s, const char *folder, const char *name)
{
    char from[SK_PATH_MAX], to[SK_PATH_MAX];
    enum sk_error e = sk_home_path(s->desk, from, "%s/%s", folder, name);

    if (e != SK_OK) {
        return e;
    }
    e = sk_home_path(s->desk, to, "destroyed/%s", name);
    if (e != SK_OK) {
        return e;
    }
    return rename(from, to) == 0 ? SK_OK : SK_ERR_IO;
}

static enum sk_error erase(struct sweep *s, const char *folder, const char *name)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(s->desk, path, "%s/%s", folder, name);

    return e == SK_OK ? sk_erase_file(path) : e;
}

/* The first bytes of a file; false for one that is too short. */
static bool first_bytes(struct sweep *s, const char *folder, const char *name, uint8_t *bytes,
                        size_t len)
{
    char path[SK_PATH_MAX];
    int fd = sk_home_path(s->desk, path, "%s/%s", folder, name) == SK_OK
                 ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                 : -1;
    bool read = fd >= 0 && sk_fd_read(fd, bytes, len, SK_ERR_CORRUPT) == SK_OK;

    if (fd >= 0) {
        close(fd);
    }
    return read;
}

/* ---- what is swept -------------------------------------------------------------- */

/* In reports/ and quarantine/. `incoming` is left over from an import that was cut off, which is
 * run again. */
static enum sk_error sweep_envelope(struct sweep *s, const char *folder, const char *name)
{
    uint8_t visible[SK_VISIBLE_BYTES];
    bool expired = strncmp(name, "incoming", 8) == 0;

    if (!expired && first_bytes(s, folder, name, visible, sizeof visible)) {
        expired = sk_destroyed(s->desk, sk_envelope_claimed_epoch(visible));
    }
    return expired ? set_aside(s, folder, name) : SK_OK;
}

static enum sk_error sweep_log(struct sweep *s, const char *folder, const char *name)
{
    static const char threads[] = "threads";
    uint32_t generation = sk_threads_generation(s->desk);
    char current[SK_PATH_MAX];
    uint32_t epoch;

    if (strncmp(name, threads, sizeof threads - 1) == 0) {
        if (sk_threads_path(s->desk, generation, current) != SK_OK) {
            return SK_ERR_TOO_LARGE;
        }
        return strcmp(strrchr(current, '/') + 1, name) == 0 ? SK_OK : set_aside(s, folder, name);
    }
    if (!sk_hex_u32_read(name, &epoch) || strcmp(name + 8, ".log") != 0 ||
        !sk_destroyed(s->desk, epoch)) {
        return SK_OK;
    }
    return set_aside(s, folder, name);
}

/* The last boards stay: the gateway may lack them, and `board --again` writes them. */
static enum sk_error sweep_board(struct sweep *s, const char *folder, const char *name)
{
    size_t digits = strspn(name, "0123456789");
    uint64_t counter = 0;
    uint8_t fixed[SK_BOARD_FIXED];
    struct sk_board board;

    if (strcmp(name + digits, ".board") != 0 ||
        !sk_number_read(name, digits, 0, INT64_MAX, &counter) ||
        counter + BOARDS_KEPT > sk_home_counter(s->desk) ||
        !first_bytes(s, folder, name, fixed, sizeof fixed) ||
        sk_board_peek(&board, fixed, sizeof fixed) != SK_OK ||
        sk_week_of((time_t)board.issued_day * 86400) >= s->first_week) {
        return SK_OK;
    }
    return set_aside(s, folder, name);
}

/* ---- the state ------------------------------------------------------------------- */

static void forget_epoch(void *ctx, uint32_t id, const uint8_t *data, size_t len)
{
    struct sk_state *state = ctx;

    (void)data;
    (void)len;
    sk_state_forget(state, id);
}

static enum sk_error forget(struct sk_desk *desk)
{
    uint32_t generation = sk_threads_generation(desk);
    size_t before = desk->state.committed_count;

    sk_keyring_each(desk->ring, SK_KEY_DESTROYED, forget_epoch, &desk->state);
    for (uint32_t g = 0; g < generation; g++) {
        sk_state_forget(&desk->state, sk_threads_segment(g));
    }
    return desk->state.committed_count != before ? sk_home_save_state(desk) : SK_OK;
}

/* Erases what a crash may have left of the keyring with the keys, and makes the folder. */
static enum sk_error prepare(const struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(desk, path, "keyring");

    if (e != SK_OK) {
        return e;
    }
    e = sk_erase_leftovers(path);
    if (e != SK_OK) {
        return e;
    }
    e = sk_home_path(desk, path, "destroyed");
    if (e != SK_OK) {
        return e;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? SK_OK : SK_ERR_IO;
}

enum sk_error sk_destroy_sweep(struct sk_desk *desk, uint32_t first_week)
{
    static const struct {
        const char *folder;
        each_fn fn;
    } steps[] = {{"destroyed", erase}, {"reports", sweep_envelope}, {"quarantine", sweep_envelope},
                 {"index", sweep_log}, {"boards", sweep_board},     {"destroyed", erase}};
    struct sweep s = {desk, first_week};
    enum sk_error e = prepare(desk);

    for (size_t i = 0; e == SK_OK && i < sizeof steps / sizeof steps[0]; i++) {
        e = each_file(&s, steps[i].folder, steps[i].fn);
        if (e == SK_OK) {
            e = sk_home_sync_folder(desk, steps[i].folder);
        }
    }
    return e == SK_OK ? forget(desk) : e;
}
