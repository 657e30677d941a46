/* The chain of bundles: what is recorded and forgotten, and what acknowledgements are worth. Stores
 * that were put back: test_outbox_restored.c. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "storage/outbox_tables.h"
#include "tests/unit/outbox_unit.h"

static uint32_t safe_serial(struct sk_outbox *outbox)
{
    uint32_t serial = 99;

    assert_ok(sk_outbox_safe_serial(outbox, &serial));
    return serial;
}

static struct sk_chain_state state_of(struct sk_outbox *outbox)
{
    struct sk_chain_state state;

    assert_ok(sk_outbox_chain(outbox, &state));
    return state;
}

/* Of the only organisation. */
static struct sk_organisation *only(struct sk_outbox *outbox)
{
    struct sk_organisation *all;

    assert_int_equal(unit_organisations(outbox, &all), 1);
    return all;
}

static void expect_standing(struct sk_outbox *outbox, enum sk_acknowledgement kind,
                            uint32_t acknowledged, uint32_t arrived)
{
    struct sk_organisation *o = only(outbox);

    assert_int_equal(o->acknowledgement, kind);
    assert_int_equal(o->acknowledged, acknowledged);
    assert_int_equal(o->arrived, arrived);
    free(o);
}

/* ---- recording ------------------------------------------------------------------------- */

static void every_outbox_has_a_chain_of_its_own(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_outbox *other = unit_outbox_new(unit_path(*state, "other"));
    struct sk_chain_state one = state_of(outbox), two = state_of(other);

    assert_memory_not_equal(one.chain.b, two.chain.b, sizeof one.chain.b);
    assert_int_equal(one.last, 0);
    assert_true(sodium_is_zero(one.digest.b, 32));
    assert_false(one.copied);
    sk_outbox_close(other);
    sk_outbox_close(outbox);
}

static void expect_bundle(struct sk_outbox *outbox, uint32_t serial, size_t header_len,
                          const struct sk_envelope_id *ids, size_t count)
{
    struct sk_bundle_record record = {0};

    assert_ok(sk_outbox_bundle(outbox, serial, &record));
    assert_int_equal(record.header_len, header_len);
    assert_int_equal(record.count, count);
    assert_memory_equal(record.ids, ids, count * sizeof *ids);
    sk_bundle_record_free(&record);
}

/* New ones between those of a bundle are left, in their order. */
static void expect_uncarried(struct sk_outbox *outbox, const struct sk_envelope_id *ids)
{
    struct sk_envelope_info mixed[5] = {
        {.day = 1}, {.id = ids[0]}, {.day = 2}, {.id = ids[1]}, {.day = 3}};
    size_t count = 5;

    for (size_t i = 0; i < 5; i += 2) {
        sk_envelope_id_random(&mixed[i].id);
    }
    assert_ok(sk_outbox_uncarried(outbox, mixed, &count));
    assert_int_equal(count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(mixed[i].day, i + 1);
    }
}

static void bundles_are_remembered_and_forgotten(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_envelope_id *ids = calloc(9000, sizeof *ids);
    struct sk_bundle_record record = {0};
    struct unit_chain chain;

    assert_non_null(ids);
    unit_chain_open(&chain, outbox);
    assert_error(unit_record(outbox, &chain, 2, ids, 1), SK_ERR_CARRY_CHAIN);
    assert_ok(unit_record(outbox, &chain, 1, ids, 9000));
    assert_error(unit_record(outbox, &chain, 1, NULL, 0), SK_ERR_EXISTS);
    unit_chain_open(&chain, outbox); /* the refused one spoilt our digest */
    assert_ok(unit_record(outbox, &chain, 2, NULL, 0));
    assert_int_equal(state_of(outbox).last, 2);
    assert_memory_equal(state_of(outbox).digest.b, chain.digests[2].b, 32);
    expect_bundle(outbox, 1, sk_carry_header_length(0, 9000), ids, 9000);
    assert_true(unit_carried(outbox, &ids[8999]));
    expect_uncarried(outbox, ids);
    assert_ok(sk_outbox_delete_bundles(outbox, 1));
    assert_error(sk_outbox_bundle(outbox, 1, &record), SK_ERR_NOT_FOUND);
    for (size_t i = 0; i < 9000; i++) {
        assert_false(unit_carried(outbox, &ids[i]));
    }
    expect_bundle(outbox, 2, sk_carry_header_length(0, 0), NULL, 0);
    assert_ok(sk_outbox_delete_bundles(outbox, 2));
    uint64_t v = unit_outbox_version(outbox);

    assert_ok(sk_outbox_delete_bundles(outbox, 2)); /* nothing left to forget */
    assert_int_equal(unit_outbox_version(outbox), v);
    assert_ok(unit_record(outbox, &chain, 3, ids, 5)); /* the chain goes on */
    free(ids);
    sk_outbox_close(outbox);
}

static void a_bundle_must_follow_the_last_one(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_bundle_record record = {0};
    struct unit_chain chain;
    uint8_t noise[300] = {0};

    unit_chain_open(&chain, outbox);
    unit_record_empty(outbox, &chain, 2);
    chain.digests[2].b[0] ^= 1;
    assert_error(unit_record(outbox, &chain, 3, NULL, 0), SK_ERR_CARRY_CHAIN);
    chain.chain.b[0] ^= 1; /* another chain, but not from its beginning */
    assert_error(unit_record(outbox, &chain, 3, NULL, 0), SK_ERR_CARRY_CHAIN);
    record.header = noise;
    record.header_len = sizeof noise;
    assert_error(sk_outbox_record_bundle(outbox, &record), SK_ERR_USAGE);
    assert_int_equal(state_of(outbox).last, 2);
    sk_outbox_close(outbox);
}

/* ---- sheets ------------------------------------------------------------------------------- */

struct offered {
    struct sk_carry_sheet *sheets;
    uint8_t *bytes;
    size_t len;
    uint32_t count;
};

static struct offered offered(struct sk_outbox *outbox)
{
    struct offered o;

    assert_ok(sk_outbox_offered(outbox, &o.sheets, &o.count, &o.bytes, &o.len));
    assert_error(sk_carry_sheets_check(o.sheets, o.count, o.bytes, o.len), SK_OK);
    return o;
}

static void offered_free(struct offered *o)
{
    free(o->sheets);
    free(o->bytes);
}

static void expect_offered(struct sk_outbox *outbox, uint32_t count, uint64_t counter)
{
    struct offered o = offered(outbox);

    assert_int_equal(o.count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(o.sheets[i].board_counter, counter);
    }
    offered_free(&o);
}

static void a_bundle_carries_the_sheets_since_the_last_one(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_bundle_record record = {0};
    struct unit_chain chain;
    struct unit_org org;

    unit_org_new(&org);
    unit_chain_open(&chain, outbox);
    expect_offered(outbox, 0, 0);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    expect_offered(outbox, 1, 0);
    assert_ok(unit_import_sheet(outbox, &org, NULL, 3, 4)); /* over a gap */
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 1, 0));
    struct offered before = offered(outbox);

    assert_int_equal(before.count, 2);
    assert_int_equal(before.sheets[0].board_counter, 1);
    assert_int_equal(before.sheets[1].board_counter, 1);
    assert_ok(unit_record(outbox, &chain, 1, NULL, 0));
    expect_offered(outbox, 1, 1); /* the first was said once; the current one is said again */
    assert_ok(unit_import_sheet(outbox, &org, NULL, 4, 0)); /* revoked: current all the same */
    expect_offered(outbox, 2, 1);
    assert_ok(sk_outbox_bundle(outbox, 1, &record)); /* and bundle 1 is what it was */
    assert_int_equal(record.sheets_len, before.len);
    assert_memory_equal(record.sheets, before.bytes, before.len);
    sk_bundle_record_free(&record);
    offered_free(&before);
    sk_outbox_close(outbox);
}

static void expect_entries(struct sk_outbox *outbox, enum sk_outbox_table table, uint64_t count)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);

    assert_int_equal(sk_txn_count(txn, table), count);
    sk_txn_abort(txn);
}

static void a_retired_organisation_is_in_the_next_bundle_only(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_org org, other;

    unit_org_new(&org);
    unit_org_new(&other);
    assert_ok(unit_import_sheet(outbox, &org, "One", 5, 4));
    assert_ok(unit_import_sheet(outbox, &other, "Other", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 40, 0));
    assert_ok(unit_import_board(outbox, *state, &org, "b2", 40, 0));
    expect_entries(outbox, SK_OUTBOX_BOARDS, 2);
    assert_ok(sk_outbox_retire(outbox, &org.pin));
    assert_error(sk_outbox_retire(outbox, &org.pin), SK_ERR_NOT_FOUND);
    expect_entries(outbox, SK_OUTBOX_ORGANISATIONS, 1);
    expect_entries(outbox, SK_OUTBOX_SHEETS, 1);
    expect_entries(outbox, SK_OUTBOX_BOARDS, 0);
    expect_entries(outbox, SK_OUTBOX_BUCKETS, 0);
    expect_offered(outbox, 2, 0);
    assert_ok(
        unit_import_sheet(outbox, &org, "One", 4, 4)); /* back: the serials in a bundle rise */
    expect_offered(outbox, 2, 0);
    sk_outbox_close(outbox);
}

static void the_same_sheet_again_is_offered_once(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_org org;
    uint8_t *bytes;
    size_t len;

    unit_org_new(&org);
    org.serial = 5;
    unit_sheet_make(&org, 3, &bytes, &len);
    for (int i = 0; i < 3; i++) {
        assert_ok(sk_outbox_import_sheet(outbox, "One", &org.pin, bytes, len, NOW));
    }
    expect_offered(outbox, 1, 0);
    free(bytes);
    sk_outbox_close(outbox);
}

/* However many sheets organisations issue: at most SK_CARRY_SHEETS_MAX in one bundle. */
static void of_many_sheets_the_newest_eight_are_carried(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_org many, few;
    struct sk_sheet *sheet = calloc(1, sizeof *sheet);

    assert_non_null(sheet);
    unit_org_new(&many);
    unit_org_new(&few);
    assert_ok(unit_import_sheet(outbox, &few, "Few", 1, 4));
    assert_ok(unit_import_sheet(outbox, &few, "Few", 2, 4));
    for (uint32_t i = 1; i <= 20; i++) {
        assert_ok(unit_import_sheet(outbox, &many, "Many", i, 4));
    }
    struct offered o = offered(outbox);
    const uint8_t *at = o.bytes;
    uint32_t want = 13;

    assert_int_equal(o.count, 8 + 2);
    for (uint32_t i = 0; i < o.count; i++) {
        assert_error(sk_sheet_read(sheet, at, o.sheets[i].length), SK_OK);
        at += o.sheets[i].length;
        if (memcmp(sheet->identity.b, many.pin.b, 32) == 0) {
            assert_int_equal(sheet->serial, want++);
        }
    }
    assert_int_equal(want, 21);
    offered_free(&o);
    free(sheet);
    sk_outbox_close(outbox);
}

/* ---- acknowledgements ------------------------------------------------------------------------ */

static void an_acknowledgement_counts_by_the_digest(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_chain chain, foreign;
    struct unit_org org;

    unit_org_new(&org);
    unit_chain_open(&chain, outbox);
    unit_chain_new(&foreign);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    unit_record_empty(outbox, &chain, 5);
    expect_standing(outbox, SK_ACK_NONE, 0, 0);
    randombytes_buf(&foreign.digests, sizeof foreign.digests);
    for (int i = 0; i < 3; i++) { /* numbers that exist here, of bundles that do not */
        assert_ok(unit_acknowledge(outbox, *state, &org, &foreign, 3));
        expect_standing(outbox, SK_ACK_UNKNOWN, 0, 0);
        assert_int_equal(safe_serial(outbox), 0);
    }
    org.bundle = chain.digests[2]; /* a number that is wrong beside a digest that is right */
    assert_ok(unit_import_board(outbox, *state, &org, "b", 1, 5));
    expect_standing(outbox, SK_ACK_BUNDLE, 2, 0);
    assert_ok(unit_import_board(outbox, *state, &org, "c", 1, 900));
    expect_standing(outbox, SK_ACK_BUNDLE, 2, 2);
    assert_int_equal(safe_serial(outbox), 2);
    sk_outbox_close(outbox);
}

static void deleting_stays_one_board_behind(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_chain chain;
    struct unit_org org;

    unit_org_new(&org);
    unit_chain_open(&chain, outbox);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    unit_record_empty(outbox, &chain, 5);
    assert_ok(unit_acknowledge(outbox, *state, &org, &chain, 3));
    assert_int_equal(safe_serial(outbox), 0);
    expect_standing(outbox, SK_ACK_BUNDLE, 3, 0);
    assert_ok(unit_acknowledge(outbox, *state, &org, &chain, 5));
    assert_int_equal(safe_serial(outbox), 3);
    expect_standing(outbox, SK_ACK_BUNDLE, 5, 3);
    assert_ok(unit_acknowledge(outbox, *state, &org, &chain, 2)); /* set back: it lost 3 to 5 */
    assert_int_equal(safe_serial(outbox), 2);
    assert_ok(unit_acknowledge(outbox, *state, &org, &chain, 5));
    assert_int_equal(safe_serial(outbox), 2);
    assert_ok(
        unit_acknowledge(outbox, *state, &org, &chain, 0)); /* a desk that acknowledges nothing */
    assert_int_equal(safe_serial(outbox), 0);
    assert_ok(unit_acknowledge(outbox, *state, &org, &chain, 5));
    assert_ok(unit_acknowledge(outbox, *state, &org, &chain, 5));
    assert_int_equal(safe_serial(outbox), 5);
    sk_outbox_close(outbox);
}

/* Two boards in a row that say so. */
static void acknowledge_twice(struct sk_outbox *outbox, const char *folder, struct unit_org *org,
                              const struct unit_chain *chain, uint32_t serial)
{
    assert_ok(unit_acknowledge(outbox, folder, org, chain, serial));
    assert_ok(unit_acknowledge(outbox, folder, org, chain, serial));
}

static void the_slowest_organisation_holds_back(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_org early, late;
    struct unit_chain chain;

    unit_org_new(&early);
    unit_org_new(&late);
    unit_chain_open(&chain, outbox);
    assert_int_equal(safe_serial(outbox), 0); /* nobody who could hold anything */
    assert_ok(unit_import_sheet(outbox, &early, "Early", 1, 4));
    unit_record_empty(outbox, &chain, 5);
    assert_int_equal(safe_serial(outbox), 0); /* no board: nothing has arrived */
    acknowledge_twice(outbox, *state, &early, &chain, 5);
    assert_ok(unit_import_sheet(outbox, &late, "Late", 1, 4));
    assert_int_equal(safe_serial(outbox), 5); /* what came before it joined is not its */
    unit_record_empty(outbox, &chain, 3);
    acknowledge_twice(outbox, *state, &early, &chain, 8);
    assert_int_equal(safe_serial(outbox), 5);
    acknowledge_twice(outbox, *state, &late, &chain, 2);
    assert_int_equal(safe_serial(outbox), 5); /* below where it joined counts as that */
    acknowledge_twice(outbox, *state, &late, &chain, 7);
    assert_int_equal(safe_serial(outbox), 7);
    assert_ok(unit_import_sheet(outbox, &early, NULL, 2, 4)); /* a newer sheet changes nothing */
    assert_int_equal(safe_serial(outbox), 7);
    assert_ok(unit_import_sheet(outbox, &late, NULL, 2, 0)); /* revoked: not waited for */
    assert_int_equal(safe_serial(outbox), 8);
    assert_ok(unit_import_sheet(outbox, &early, NULL, 3, 0));
    assert_int_equal(safe_serial(outbox), 0); /* nobody left who could have read anything */
    sk_outbox_close(outbox);
}

static void digests_stay_known_after_a_purge(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_chain chain;
    struct unit_org org;

    unit_org_new(&org);
    unit_chain_open(&chain, outbox);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    unit_record_empty(outbox, &chain, 4);
    acknowledge_twice(outbox, *state, &org, &chain, 3);
    assert_ok(sk_outbox_delete_bundles(outbox, 3));
    acknowledge_twice(outbox, *state, &org, &chain, 3);
    expect_standing(outbox, SK_ACK_BUNDLE, 3, 3);
    sk_outbox_close(outbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_outbox_has_a_chain_of_its_own),
        TEST(bundles_are_remembered_and_forgotten),
        TEST(a_bundle_must_follow_the_last_one),
        TEST(a_bundle_carries_the_sheets_since_the_last_one),
        TEST(a_retired_organisation_is_in_the_next_bundle_only),
        TEST(the_same_sheet_again_is_offered_once),
        TEST(of_many_sheets_the_newest_eight_are_carried),
        TEST(an_acknowledgement_counts_by_the_digest),
        TEST(deleting_stays_one_board_behind),
        TEST(the_slowest_organisation_holds_back),
        TEST(digests_stay_known_after_a_purge),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
