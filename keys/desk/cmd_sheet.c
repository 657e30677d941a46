#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/base/hash.h"
#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "keys/desk/commands.h"
#include "keys/desk/identity.h"
#include "keys/desk/issue.h"
#include "keys/desk/sheets.h"
#include "keys/open/sheet_make.h"

struct wanted {
    uint8_t weeks, months, keep_weeks;
    const char *out;
};

/* The public key for an epoch; a key that the keyring does not hold yet is drawn. */
static enum sk_error key_for(struct sk_desk *desk, enum sk_keyring_type type, uint32_t id,
                             struct sk_x25519_pk *out)
{
    struct sk_x25519_sk sk;
    size_t len = 0;
    const uint8_t *held = sk_keyring_get(desk->ring, type, id, &len);
    enum sk_error e = SK_OK;

    if (held != NULL && len != sizeof sk) {
        return SK_ERR_KEYRING_RECORD;
    }
    if (held != NULL) {
        memcpy(sk.b, held, sizeof sk.b);
    } else {
        randombytes_buf(sk.b, sizeof sk.b);
        e = sk_keyring_put(desk->ring, type, id, sk.b, sizeof sk.b);
    }
    if (e == SK_OK) {
        crypto_scalarmult_base(out->b, sk.b);
    }
    sodium_memzero(&sk, sizeof sk);
    return e;
}

static enum sk_error fill_keys(struct sk_desk *desk, struct sk_sheet *sheet)
{
    enum sk_error e = SK_OK;

    for (uint32_t i = 0; e == SK_OK && i < sheet->weeks; i++) {
        e = key_for(desk, SK_KEY_WEEK, sheet->first_week + i, &sheet->keys[i]);
    }
    for (uint32_t i = 0; e == SK_OK && i < sheet->months; i++) {
        e = key_for(desk, SK_KEY_MONTH, sheet->first_month + i, &sheet->keys[sheet->weeks + i]);
    }
    return e;
}

static enum sk_error fill_head(const struct sk_desk *desk, const struct wanted *wanted,
                               struct sk_sheet *sheet, const struct sk_keyring *identity)
{
    time_t now = time(NULL);
    struct sk_ed25519_pk next;
    enum sk_error e = sk_home_identity(desk, 0, &sheet->identity);

    if (e != SK_OK) {
        return e;
    }
    e = sk_home_desk_pk(desk, &sheet->desk);
    if (e != SK_OK) {
        return e;
    }
    e = sk_identity_pk(identity, 1, &next);
    if (e != SK_OK) {
        return e;
    }
    sk_blake2b(&sheet->next_identity, next.b, sizeof next.b);
    sheet->weeks = wanted->weeks;
    sheet->months = wanted->months;
    sheet->keep_weeks = wanted->keep_weeks;
    sheet->serial = sk_home_serial(desk) + 1;
    sheet->first_week = sheet->issued_week = sk_week_of(now);
    sheet->first_month = sk_month_of(now);
    sheet->board_floor = sk_home_counter(desk);
    return SK_OK;
}

static void kept_name(uint32_t serial, char name[40])
{
    snprintf(name, 40, "sheets/%u.sheet", (unsigned)serial);
}

static enum sk_error sign(const struct sk_keyring *keyring, const struct sk_sheet *sheet,
                          uint8_t **bytes, size_t *bytes_len)
{
    size_t len = 0;
    const uint8_t *held = sk_keyring_get(keyring, SK_KEY_IDENTITY, 0, &len);
    struct sk_ed25519_sk identity;
    enum sk_error e;

    if (held == NULL || len != sizeof identity) {
        return SK_ERR_KEYRING_RECORD;
    }
    memcpy(identity.b, held, sizeof identity.b);
    e = sk_sheet_make(sheet, &identity, bytes, bytes_len);
    sodium_memzero(&identity, sizeof identity);
    return e;
}

/* Serial and keys are in the keyring on disk before anybody can seal to them. */
static enum sk_error spend_serial(struct sk_desk *desk, const struct sk_sheet *sheet)
{
    uint8_t serial[4];
    enum sk_error e;

    sk_put_u32(serial, sheet->serial);
    e = sk_keyring_put(desk->ring, SK_KEY_SHEET_SERIAL, 0, serial, sizeof serial);
    return e == SK_OK ? sk_home_save_keyring(desk) : e;
}

enum reached { NOTHING, SPENT, KEPT }; /* the last step done: serial spent, file kept */

/* As with a board: room at both ends, then the serial, then the home's copy, then the one outside.
 */
static enum sk_error let_out(struct sk_desk *desk, const struct sk_sheet *sheet,
                             const uint8_t *bytes, size_t len, const char *out,
                             enum reached *reached, bool *at_home)
{
    struct sk_issue o = {.at_home = true};
    char name[40];
    enum sk_error e = sk_home_folder(desk, "sheets");

    kept_name(sheet->serial, name);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_issue_prepare(&o, desk, name, out, SK_SHEET_MAGIC, len);
    if (e != SK_OK) {
        goto out;
    }
    e = spend_serial(desk, sheet);
    if (e != SK_OK) {
        goto out;
    }
    *reached = SPENT;
    e = sk_issue_keep(&o, bytes, len);
    if (e != SK_OK) {
        goto out;
    }
    *reached = KEPT;
    desk->state.keep_weeks = sheet->keep_weeks;
    e = sk_home_save_state(desk);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_issue_send(&o, bytes, len);
out:
    sk_issue_end(&o);
    *at_home = o.at_home;
    return e;
}

/* path: the file outside, or the desk's home, where another stick would not help. */
static int refuse_sheet(const char *path, enum sk_error e, enum reached reached, uint32_t serial)
{
    sk_place_refuse(path, e);
    switch (reached) {
    case NOTHING:
        return sk_refuse("no sheet was made and none is lost");
    case SPENT:
        return sk_refuse("sheet %u is lost, its number is spent: run `sheet` again for the next",
                         (unsigned)serial);
    default:
        return sk_refuse("sheet %u is made and kept: write it with `sheet --again %u --out FILE`",
                         (unsigned)serial, (unsigned)serial);
    }
}

static int issue(struct sk_desk *desk, const struct wanted *wanted,
                 const struct sk_keyring *identity)
{
    struct sk_sheet *sheet = calloc(1, sizeof *sheet);
    enum reached reached = NOTHING;
    bool at_home = true;
    uint8_t *bytes = NULL;
    uint32_t serial = 0;
    size_t len = 0;
    char last[11] = "";
    enum sk_error e = sheet == NULL ? SK_ERR_MEMORY : fill_head(desk, wanted, sheet, identity);

    if (e != SK_OK) {
        goto out;
    }
    serial = sheet->serial;
    e = fill_keys(desk, sheet);
    if (e != SK_OK) {
        goto out;
    }
    e = sign(identity, sheet, &bytes, &len);
    if (e != SK_OK) {
        goto out;
    }
    e = let_out(desk, sheet, bytes, len, wanted->out, &reached, &at_home);
    if (e != SK_OK) {
        goto out;
    }
    sk_day_format(sk_week_first_day(sheet->first_week + sheet->weeks) - 1, last);
    printf("Sheet %u, %u weeks and %u months, is good until %s. Carry it to the gateway.\n",
           (unsigned)sheet->serial, (unsigned)sheet->weeks, (unsigned)sheet->months, last);
out:
    free(bytes);
    free(sheet);
    return e == SK_OK ? SK_EXIT_OK
                      : refuse_sheet(at_home ? desk->home : wanted->out, e, reached, serial);
}

static int again(const struct sk_desk *desk, uint32_t serial, const char *out)
{
    char name[40];
    bool missing = false;
    enum sk_error e;

    kept_name(serial, name);
    e = sk_issue_again(desk, name, out, SK_SHEET_MAGIC, &missing);
    if (missing) {
        return sk_refuse("this desk keeps no sheet %u", (unsigned)serial);
    }
    if (e != SK_OK) {
        return sk_place_refuse(out, e);
    }
    printf("Sheet %u, as it was made.\n", (unsigned)serial);
    return SK_EXIT_OK;
}

int sk_cmd_sheet(void *program, const struct sk_args *args)
{
    struct sk_desk *desk = program;
    struct wanted wanted = {.weeks = (uint8_t)sk_args_number(args, "weeks", 13),
                            .months = (uint8_t)sk_args_number(args, "months", 6),
                            .keep_weeks = (uint8_t)sk_args_number(args, "keep-weeks", 8),
                            .out = sk_args_text(args, "out")};
    uint32_t serial = (uint32_t)sk_args_number(args, "again", 0);
    struct sk_keyring *identity = NULL;
    int code = sk_home_open(desk);

    if (code != SK_EXIT_OK) {
        return code;
    }
    if (serial > 0) {
        return again(desk, serial, wanted.out);
    }
    if (sk_state_is_set_back(&desk->state)) {
        return sk_tell_set_back(desk);
    }
    code = sk_identity_open(desk, &identity);
    if (code == SK_EXIT_OK) {
        code = issue(desk, &wanted, identity);
    }
    sk_keyring_free(identity);
    return code;
}
