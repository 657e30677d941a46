#include "tests/unit/outbox_unit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/open/board_make.h"
#include "keys/open/sheet_make.h"

void unit_org_new(struct unit_org *org)
{
    memset(org, 0, sizeof *org);
    crypto_sign_keypair(org->pin.b, org->identity.b);
    crypto_sign_keypair(org->desk_pk.b, org->desk.b);
}

void unit_sheet_make(const struct unit_org *org, uint8_t weeks, uint8_t **bytes, size_t *len)
{
    struct sk_sheet *sheet = calloc(1, sizeof *sheet);

    assert_non_null(sheet);
    sheet->weeks = weeks;
    sheet->months = 0;
    sheet->keep_weeks = 4;
    sheet->serial = org->serial;
    sheet->first_week = sk_week_of(NOW);
    sheet->first_month = sk_month_of(NOW);
    sheet->issued_week = sk_week_of(NOW);
    sheet->identity = org->pin;
    sheet->desk = org->desk_pk;
    for (size_t i = 0; i < weeks; i++) {
        uint8_t sk[32];

        randombytes_buf(sk, sizeof sk);
        crypto_scalarmult_base(sheet->keys[i].b, sk);
    }
    assert_ok(sk_sheet_make(sheet, &org->identity, bytes, len));
    free(sheet);
}

enum sk_error unit_import_sheet(struct sk_outbox *outbox, struct unit_org *org, const char *name,
                                uint32_t serial, uint8_t weeks)
{
    uint8_t *bytes;
    size_t len;

    org->serial = serial;
    unit_sheet_make(org, weeks, &bytes, &len);
    enum sk_error e = sk_outbox_import_sheet(outbox, name, &org->pin, bytes, len, NOW);

    free(bytes);
    return e;
}

static enum sk_error emit(void *ctx, const uint8_t *bytes, size_t len)
{
    return fwrite(bytes, 1, len, ctx) == len ? SK_OK : SK_ERR_IO;
}

void unit_board_make(const struct unit_org *org, const char *path, size_t threads, uint32_t carry,
                     struct sk_digest *digest)
{
    struct sk_board_plan plan = {.issued_day = sk_day_of(NOW),
                                 .stale_day = sk_day_of(NOW) + 30,
                                 .carry_serial = carry,
                                 .sheet_serial = org->serial,
                                 .counter = org->counter + 1,
                                 .identity = org->pin,
                                 .previous = org->last_board};

    memset(plan.carry_digest.b, carry == 0 ? 0 : 0xCA, 32);
    struct sk_thread *all = calloc(threads + 1, sizeof *all);
    FILE *file = fopen(path, "w");

    assert_non_null(all);
    assert_non_null(file);
    for (size_t i = 0; i < threads; i++) {
        uint8_t sk[32];

        randombytes_buf(all[i].mailbox.b, 32);
        randombytes_buf(sk, sizeof sk);
        crypto_scalarmult_base(all[i].reply_pk.b, sk);
        all[i].status = 1;
        all[i].day = sk_day_of(NOW);
    }
    assert_ok(sk_board_make(&plan, &org->desk, all, threads, emit, file, digest));
    assert_int_equal(fclose(file), 0);
    free(all);
}

enum sk_error unit_import_file(struct sk_outbox *outbox, const char *path)
{
    return sk_outbox_import_board(outbox, path, NOW, NULL, NULL, NULL);
}

enum sk_error unit_import_board(struct sk_outbox *outbox, const char *folder, struct unit_org *org,
                                const char *name, size_t threads, uint32_t carry)
{
    struct sk_digest digest;

    unit_board_make(org, unit_path(folder, name), threads, carry, &digest);
    enum sk_error e = unit_import_file(outbox, unit_path(folder, name));

    if (e == SK_OK) {
        org->counter++;
        org->last_board = digest;
    }
    return e;
}

struct sk_outbox *unit_outbox_new(const char *folder)
{
    struct sk_outbox *outbox = NULL;

    assert_ok(sk_outbox_create(folder));
    assert_ok(sk_outbox_open(&outbox, folder, true));
    return outbox;
}

uint64_t unit_outbox_version(struct sk_outbox *outbox)
{
    uint64_t v = 0;

    assert_ok(sk_outbox_version(outbox, &v));
    return v;
}

size_t unit_organisations(struct sk_outbox *outbox, struct sk_organisation **out)
{
    size_t count = 99;

    assert_ok(sk_outbox_organisations(outbox, out, &count));
    return count;
}
