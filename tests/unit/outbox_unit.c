#include "tests/unit/outbox_unit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    struct sk_board plan = {.issued_day = sk_day_of(NOW),
                            .stale_day = sk_day_of(NOW) + 30,
                            .carry_serial = carry,
                            .sheet_serial = org->serial,
                            .counter = org->counter + 1,
                            .identity = org->pin,
                            .previous = org->last_board};

    if (carry != 0) {
        plan.carry_digest = org->bundle;
        if (sodium_is_zero(org->bundle.b, 32)) {
            plan.carry_digest.b[0] = 1; /* some digest or other */
        }
    }
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
    struct sk_board_file *file;
    enum sk_error e = sk_board_file_open(&file, path);

    if (e == SK_OK) {
        e = sk_outbox_import_board(outbox, file, NULL, NULL, NULL);
        sk_board_file_close(file);
    }
    return e;
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

/* ---- bundles ---------------------------------------------------------------------------- */

void unit_chain_new(struct unit_chain *chain)
{
    memset(chain, 0, sizeof *chain);
    crypto_sign_keypair(chain->gateway.b, chain->key.b);
    randombytes_buf(chain->chain.b, sizeof chain->chain.b);
}

void unit_chain_open(struct unit_chain *chain, struct sk_outbox *outbox)
{
    struct sk_chain_state state;

    unit_chain_new(chain);
    assert_ok(sk_outbox_chain(outbox, &state));
    chain->chain = state.chain;
    chain->last = state.last;
    chain->digests[state.last] = state.digest;
}

enum sk_error unit_record(struct sk_outbox *outbox, struct unit_chain *chain, uint32_t serial,
                          struct sk_envelope_id *ids, size_t count)
{
    struct sk_carry carry = {.serial = serial,
                             .count = (uint32_t)count,
                             .gateway = chain->gateway,
                             .chain = chain->chain};
    struct sk_bundle_record record = {.ids = ids, .count = count};
    struct sk_carry_sheet *sheets;
    struct sk_carry_entry *entries = calloc(count + 1, sizeof *entries);

    assert_non_null(entries);
    assert_true(serial > 0 && serial < 16);
    carry.previous = chain->digests[serial - 1];
    for (size_t i = 0; i < count; i++) {
        sk_envelope_id_random(&ids[i]);
        entries[i].chunks = 1;
    }
    assert_ok(
        sk_outbox_offered(outbox, &sheets, &carry.sheets, &record.sheets, &record.sheets_len));
    record.header_len = sk_carry_header_length(carry.sheets, carry.count);
    record.header = malloc(record.header_len);
    assert_non_null(record.header);
    assert_ok(sk_carry_write(record.header, &carry, sheets, entries, &chain->key,
                             &chain->digests[serial]));
    enum sk_error e = sk_outbox_record_bundle(outbox, &record);

    chain->last = e == SK_OK ? serial : chain->last;
    free(record.header);
    free(record.sheets);
    free(sheets);
    free(entries);
    return e;
}

void unit_record_empty(struct sk_outbox *outbox, struct unit_chain *chain, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        assert_ok(unit_record(outbox, chain, chain->last + 1, NULL, 0));
    }
}

enum sk_error unit_acknowledge(struct sk_outbox *outbox, const char *folder, struct unit_org *org,
                               const struct unit_chain *chain, uint32_t serial)
{
    org->bundle = chain->digests[serial];
    return unit_import_board(outbox, folder, org, "acknowledging", 1, serial);
}

struct sk_outbox *unit_outbox_new(const char *folder)
{
    struct sk_outbox *outbox = NULL;

    (void)mkdir(folder, 0700); /* boards are put beside it */
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

bool unit_carried(struct sk_outbox *outbox, const struct sk_envelope_id *id)
{
    struct sk_envelope_info one = {.id = *id};
    size_t count = 1;

    assert_ok(sk_outbox_uncarried(outbox, &one, &count));
    return count == 0;
}
