#include "keys/desk/import_keyless.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/number.h"
#include "keys/desk/import_batch.h"
#include "keys/desk/import_bundle.h"
#include "keys/desk/import_envelope.h"
#include "keys/desk/json.h"
#include "keys/format/class.h"

void sk_keyless_name(char out[SK_KEYLESS_NAME], uint32_t epoch, uint32_t day,
                     const struct sk_digest *digest)
{
    char hex[2 * sizeof digest->b + 1];

    sk_hex(hex, digest->b, sizeof digest->b);
    snprintf(out, SK_KEYLESS_NAME, "%08x-%u-%s.keyless", (unsigned)epoch, (unsigned)day, hex);
}

/* Only a name exactly as sk_keyless_name() writes it. */
static bool read_name(const char *name, uint32_t *epoch, struct sk_carry_entry *entry)
{
    enum { DAY = 9 }; /* behind eight digits and a hyphen */
    struct sk_digest *digest = &entry->envelope;
    char same[SK_KEYLESS_NAME];
    uint64_t day;
    size_t digits, n = 0;

    if (!sk_hex_u32_read(name, epoch) || name[DAY - 1] != '-') {
        return false;
    }
    digits = strspn(name + DAY, "0123456789");
    if (!sk_number_read(name + DAY, digits, 0, UINT32_MAX, &day) || name[DAY + digits] != '-') {
        return false;
    }
    const char *hex = name + DAY + digits + 1;

    if (sodium_hex2bin(digest->b, sizeof digest->b, hex, strnlen(hex, 2 * sizeof digest->b), NULL,
                       &n, NULL) != 0 ||
        n != sizeof digest->b) {
        return false;
    }
    entry->day = (uint32_t)day;
    sk_keyless_name(same, *epoch, entry->day, digest);
    return strcmp(same, name) == 0;
}

void sk_keyless_count(struct sk_import_counts *counts, uint32_t epoch)
{
    counts->keyless++;
    for (unsigned i = 0; i < counts->epoch_count; i++) {
        if (counts->epochs[i].epoch == epoch) {
            counts->epochs[i].count++;
            return;
        }
    }
    if (counts->epoch_count < SK_IMPORT_EPOCHS) {
        counts->epochs[counts->epoch_count].epoch = epoch;
        counts->epochs[counts->epoch_count++].count = 1;
    }
}

/* "week from 2026-11-23", "month 2026-11". */
static void epoch_text(uint32_t epoch, char out[40])
{
    uint32_t number = epoch & ~SK_EPOCH_MONTH;
    char day[11] = "";

    if ((epoch & SK_EPOCH_MONTH) != 0) {
        snprintf(out, 40, "month %u-%02u", 1970 + (unsigned)number / 12, (unsigned)number % 12 + 1);
    } else if (number < 100000 && sk_day_format(sk_week_first_day(number), day)) {
        snprintf(out, 40, "week from %s", day);
    } else {
        snprintf(out, 40, "week %u", (unsigned)number);
    }
}

void sk_keyless_tell(struct sk_bundle_file *b)
{
    const struct sk_import_counts *c = &b->counts;

    for (unsigned i = 0; i < c->epoch_count; i++) {
        char text[40];

        epoch_text(c->epochs[i].epoch, text);
        sk_import_say(b,
                      "%s: %u of the %s, whose key this desk does not hold; kept in quarantine and "
                      "tried again with every import",
                      b->path, c->epochs[i].count, text);
    }
}

/* ---- trying again --------------------------------------------------------------- */

/* Imports the envelope as if it came with a bundle. */
static enum sk_error import_file(struct sk_import *im, const char *path,
                                 struct sk_carry_entry *entry)
{
    struct sk_bundle_file b = {.path = path, .from_quarantine = true, .number = 1};
    struct stat st;
    enum sk_error e = SK_ERR_IO;

    b.carry.count = 1;
    b.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (b.fd < 0) {
        return e;
    }
    if (fstat(b.fd, &st) != 0) {
        goto out;
    }
    entry->chunks = sk_class_of_length((uint64_t)st.st_size);
    e = entry->chunks == 0 ? SK_ERR_CORRUPT : sk_import_envelope(im, &b, entry);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_import_flush(im);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_home_save_state(im->desk);
    if (e == SK_OK && !b.waits_on && !b.transfer_failed) {
        printf("An envelope that waited for its key: %s.\n", b.counts.fresh > 0   ? "a new report"
                                                             : b.counts.known > 0 ? "it was known"
                                                             : b.counts.damaged > 0
                                                                 ? "damaged"
                                                                 : "not for this desk");
        e = unlink(path) == 0 ? SK_OK : SK_ERR_IO;
    }
out:
    close(b.fd);
    return e;
}

/* An envelope that was damaged in the quarantine does not stop the others. */
static enum sk_error try_one(struct sk_import *im, const char *name)
{
    struct sk_carry_entry entry = {.day = 0};
    struct sk_x25519_sk own;
    char path[SK_PATH_MAX];
    uint32_t epoch = 0;
    enum sk_error e;

    if (!read_name(name, &epoch, &entry)) {
        return SK_OK;
    }
    e = sk_keyset_own(&own, im->desk, epoch);
    sodium_memzero(&own, sizeof own);
    if (e != SK_OK) {
        return SK_OK;
    }
    e = sk_home_path(im->desk, path, "quarantine/%s", name);
    if (e == SK_OK) {
        e = import_file(im, path, &entry);
    }
    return e == SK_ERR_CORRUPT || e == SK_ERR_CARRY_LENGTH ? SK_OK : e;
}

enum sk_error sk_keyless_retry(struct sk_import *im)
{
    char path[SK_PATH_MAX];
    struct dirent **names = NULL;
    enum sk_error e = sk_home_path(im->desk, path, "quarantine");
    int n;

    if (e != SK_OK) {
        return e;
    }
    /* All names first: a damaged envelope is written to the same folder. */
    n = scandir(path, &names, NULL, alphasort);
    if (n < 0) {
        return errno == ENOENT ? SK_OK : errno == ENOMEM ? SK_ERR_MEMORY : SK_ERR_IO;
    }
    for (int i = 0; i < n; i++) {
        if (e == SK_OK) {
            e = try_one(im, names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
    return e;
}
