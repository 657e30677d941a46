#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/outbox_tables.h"
#include "tests/unit/outbox_unit.h"

/* ---- making, opening ----------------------------------------------------------------------- */

static void is_created_once(void **state)
{
    struct sk_outbox *outbox = NULL;
    struct sk_organisation *all;

    assert_error(sk_outbox_open(&outbox, *state, true), SK_ERR_NOT_FOUND);
    assert_ok(sk_outbox_create(*state));
    assert_error(sk_outbox_create(*state), SK_ERR_EXISTS);
    assert_ok(sk_outbox_open(&outbox, *state, false));
    assert_int_equal(unit_organisations(outbox, &all), 0);
    free(all);
    sk_outbox_close(outbox);
    sk_outbox_close(NULL);
}

/* ---- sheets -------------------------------------------------------------------------------- */

static void sheets_are_taken_newer_ones_only(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org org;
    uint8_t *bytes, *served;
    size_t len, served_len;
    uint64_t v = unit_outbox_version(outbox);

    unit_org_new(&org);
    assert_error(unit_import_sheet(outbox, &org, NULL, 5, 4), SK_ERR_STORE_NAME);
    assert_ok(unit_import_sheet(outbox, &org, "Медична допомога", 5, 4));
    assert_true(unit_outbox_version(outbox) > v);
    assert_ok(unit_import_sheet(outbox, &org, NULL, 7, 4));
    assert_error(unit_import_sheet(outbox, &org, NULL, 6, 9), SK_ERR_SHEET_SERIAL);
    assert_error(unit_import_sheet(outbox, &org, NULL, 7, 9), SK_ERR_SHEET_SERIAL);
    v = unit_outbox_version(outbox);
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_int_equal(all[0].sheet.serial, 7);
    assert_int_equal(all[0].sheet.weeks, 4);
    assert_string_equal(all[0].name, "Медична допомога");
    assert_memory_equal(all[0].pin.b, org.pin.b, 32);
    assert_false(all[0].has_board);
    char slug[9];

    snprintf(slug, sizeof slug, "%02x%02x%02x%02x", org.pin.b[0], org.pin.b[1], org.pin.b[2],
             org.pin.b[3]);
    assert_string_equal(all[0].slug, slug);
    free(all);
    assert_int_equal(unit_outbox_version(outbox), v); /* reading and refusals change nothing */
    org.serial = 8;
    unit_sheet_make(&org, 3, &bytes, &len);
    assert_ok(sk_outbox_import_sheet(outbox, "Other", &org.pin, bytes, len, NOW));
    assert_ok(sk_outbox_import_sheet(outbox, NULL, &org.pin, bytes, len, NOW)); /* the same again */
    assert_ok(sk_outbox_sheets(outbox, &served, &served_len));
    assert_int_equal(served_len, len);
    assert_memory_equal(served, bytes, len);
    free(served);
    bytes[60] ^= 1;
    assert_error(sk_outbox_import_sheet(outbox, NULL, &org.pin, bytes, len, NOW),
                 SK_ERR_SHEET_SIGNATURE);
    bytes[60] ^= 1;
    struct sk_ed25519_pk stranger = org.desk_pk;

    assert_error(sk_outbox_import_sheet(outbox, "Third", &stranger, bytes, len, NOW),
                 SK_ERR_SHEET_PIN);
    free(bytes);
    sk_outbox_close(outbox);
}

static void a_revocation_is_taken_and_served(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org org;

    unit_org_new(&org);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_sheet(outbox, &org, NULL, 2, 0));
    assert_error(unit_import_sheet(outbox, &org, NULL, 1, 4), SK_ERR_SHEET_SERIAL);
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_int_equal(all[0].sheet.weeks, 0);
    free(all);
    sk_outbox_close(outbox);
}

#define SIXTY_FIVE "12345678901234567890123456789012345678901234567890123456789012345"

static void names_are_text_and_one_organisations_own(void **state)
{
    static const char *const bad[] = {"",       "two\nlines", "tab\tbed",
                                      "bell\a", "\xff\xfe",   SIXTY_FIVE};
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org one, two;

    unit_org_new(&one);
    unit_org_new(&two);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_error(unit_import_sheet(outbox, &one, bad[i], 1, 4), SK_ERR_STORE_NAME);
    }
    assert_ok(unit_import_sheet(outbox, &one, "Zet", 1, 4));
    assert_error(unit_import_sheet(outbox, &two, "Zet", 1, 4), SK_ERR_EXISTS);
    assert_ok(unit_import_sheet(outbox, &two, "Alpha", 1, 4));
    assert_ok(unit_import_sheet(outbox, &one, "Zet", 2, 4));
    assert_error(unit_import_sheet(outbox, &one, "Alpha", 3, 4), SK_ERR_EXISTS);
    assert_int_equal(unit_organisations(outbox, &all), 2);
    assert_string_equal(all[0].name, "Alpha");
    assert_string_equal(all[1].name, "Zet");
    assert_int_equal(all[1].sheet.serial, 2);
    free(all);
    sk_outbox_close(outbox);
}

static void there_is_room_for_sixty_four(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_org org;
    char name[16];

    for (unsigned i = 0; i <= SK_ORGANISATIONS_MAX; i++) {
        unit_org_new(&org);
        snprintf(name, sizeof name, "Org %u", i);
        assert_error(unit_import_sheet(outbox, &org, name, 1, 1),
                     i < SK_ORGANISATIONS_MAX ? SK_OK : SK_ERR_TOO_LARGE);
    }
    sk_outbox_close(outbox);
}

/* ---- records of bundles --------------------------------------------------------------- */

static void expect_bundles(struct sk_outbox *outbox, uint64_t want, uint64_t want_broken)
{
    uint64_t bundles = 99, broken = 99;

    assert_ok(sk_outbox_check_bundles(outbox, &bundles, &broken));
    assert_int_equal(bundles, want);
    assert_int_equal(broken, want_broken);
}

/* Puts a value in the place of another, or with len 0 takes it away; and back. */
static void expect_found(struct sk_outbox *outbox, size_t table, struct sk_bytes key,
                         uint64_t broken)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
    uint8_t *kept;
    struct sk_bytes value;

    assert_true(sk_txn_get(txn, table, key, &value));
    kept = malloc(value.len);
    assert_non_null(kept);
    memcpy(kept, value.p, value.len);
    size_t len = value.len;

    kept[len - 1] ^= 1;
    sk_txn_put(txn, table, key, sk_bytes(kept, len));
    assert_ok(sk_txn_commit(txn));
    expect_bundles(outbox, 2, broken);
    txn = sk_kv_begin(outbox->kv, true);
    sk_txn_delete(txn, table, key);
    assert_ok(sk_txn_commit(txn));
    expect_bundles(outbox, table == SK_OUTBOX_BUNDLES ? 1 : 2, table == SK_OUTBOX_BUNDLES ? 0 : 1);
    kept[len - 1] ^= 1;
    txn = sk_kv_begin(outbox->kv, true);
    sk_txn_put(txn, table, key, sk_bytes(kept, len));
    assert_ok(sk_txn_commit(txn));
    expect_bundles(outbox, 2, 0);
    free(kept);
}

static void a_damaged_record_is_found(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    static const uint8_t serial[4] = {0, 0, 0, 2}, id[8] = {0, 0, 0, 2, 0, 0, 0, 1};
    struct unit_chain chain;
    struct sk_envelope_id ids[2];
    struct unit_org org;

    unit_org_new(&org);
    unit_chain_open(&chain, outbox);
    expect_bundles(outbox, 0, 0);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_record(outbox, &chain, 1, ids, 1));
    assert_ok(unit_record(outbox, &chain, 2, ids, 2));
    expect_bundles(outbox, 2, 0);
    expect_found(outbox, SK_OUTBOX_BUNDLES, sk_bytes(serial, 4), 1);
    expect_found(outbox, SK_OUTBOX_BUNDLE_SHEETS, sk_bytes(serial, 4), 1);
    expect_found(outbox, SK_OUTBOX_BUNDLE_IDS, sk_bytes(id, 8),
                 0); /* another id is only another id */
    expect_found(outbox, SK_OUTBOX_DIGESTS, sk_bytes(chain.digests[2].b, 32), 1);
    sk_outbox_close(outbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_created_once),
        TEST(sheets_are_taken_newer_ones_only),
        TEST(a_revocation_is_taken_and_served),
        TEST(names_are_text_and_one_organisations_own),
        TEST(there_is_room_for_sixty_four),
        TEST(a_damaged_record_is_found),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
