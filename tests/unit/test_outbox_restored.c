/* A store that was put back from a backup: nothing goes for what was said to the one that died, and
 * its next bundle begins a new chain. */
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

/* Two boards in a row that say so. */
static void acknowledge_twice(struct sk_outbox *outbox, const char *folder, struct unit_org *org,
                              const struct unit_chain *chain, uint32_t serial)
{
    assert_ok(unit_acknowledge(outbox, folder, org, chain, serial));
    assert_ok(unit_acknowledge(outbox, folder, org, chain, serial));
}

/* ---- a store that was put back ------------------------------------------------------------- */

/* An outbox with one organisation, two bundles of three envelopes, the first acknowledged; and its
 * backup, opened. */
struct restored {
    struct sk_outbox *outbox;
    struct unit_chain chain, fresh;
    struct unit_org org;
    struct sk_envelope_id ids[6];
};

static void restored_open(struct restored *r, const char *folder)
{
    const char *to = unit_path(folder, "copy");
    struct sk_outbox *original = unit_outbox_new(folder);

    unit_org_new(&r->org);
    unit_chain_open(&r->chain, original);
    unit_chain_new(&r->fresh);
    assert_ok(unit_import_sheet(original, &r->org, "One", 1, 4));
    assert_ok(unit_record(original, &r->chain, 1, r->ids, 3));
    assert_ok(unit_record(original, &r->chain, 2, r->ids + 3, 3));
    acknowledge_twice(original, folder, &r->org, &r->chain, 1);
    assert_false(state_of(original).copied);
    assert_ok(sk_outbox_backup(original, to, 20123));
    assert_false(state_of(original).copied);
    assert_int_equal(safe_serial(original), 1);
    sk_outbox_close(original);
    assert_ok(sk_outbox_open(&r->outbox, to, true));
}

static void a_copy_knows_that_it_is_one(void **state)
{
    struct restored r;

    restored_open(&r, *state);
    assert_true(state_of(r.outbox).copied);
    assert_int_equal(state_of(r.outbox).copied_day, 20123);
    assert_int_equal(safe_serial(r.outbox), 0); /* nothing goes for what was said to the original */
    assert_ok(unit_acknowledge(r.outbox, *state, &r.org, &r.chain, 2));
    expect_standing(r.outbox, SK_ACK_ENDED, 0, 0);
    assert_error(unit_record(r.outbox, &r.chain, 3, NULL, 0), SK_ERR_CARRY_CHAIN);
    expect_bundle(r.outbox, 2, sk_carry_header_length(1, 3), r.ids + 3, 3);
    sk_outbox_close(r.outbox);
}

static void a_new_chain_takes_the_place_of_the_old_one(void **state)
{
    struct sk_bundle_record record = {0};
    struct sk_envelope_id again[6];
    struct restored r;

    restored_open(&r, *state);
    assert_ok(unit_record(r.outbox, &r.fresh, 1, again, 6));
    assert_false(state_of(r.outbox).copied);
    assert_memory_equal(state_of(r.outbox).chain.b, r.fresh.chain.b, 16);
    assert_int_equal(state_of(r.outbox).last, 1);
    assert_error(sk_outbox_bundle(r.outbox, 2, &record), SK_ERR_NOT_FOUND);
    for (size_t i = 0; i < 6; i++) { /* what was in bundles of the old chain is in none */
        assert_false(unit_carried(r.outbox, &r.ids[i]));
        assert_true(unit_carried(r.outbox, &again[i]));
    }
    expect_standing(r.outbox, SK_ACK_ENDED, 0, 0);
    acknowledge_twice(r.outbox, *state, &r.org, &r.chain, 2); /* of the lost chain, however often */
    expect_standing(r.outbox, SK_ACK_ENDED, 0, 0);
    assert_int_equal(safe_serial(r.outbox), 0);
    acknowledge_twice(r.outbox, *state, &r.org, &r.fresh, 1);
    assert_int_equal(safe_serial(r.outbox), 1);
    assert_ok(unit_record(r.outbox, &r.fresh, 2, NULL, 0));
    sk_outbox_close(r.outbox);
}

/* Without a backup's mark too: whoever put it back can say so. */
static void a_new_chain_can_be_asked_for(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_chain chain, fresh;
    struct sk_envelope_id ids[3];
    struct unit_org org;

    unit_org_new(&org);
    unit_chain_open(&chain, outbox);
    unit_record_empty(outbox, &chain, 2);
    assert_ok(unit_import_sheet(outbox, &org, "Late", 1, 4)); /* joined with bundle 2 */
    assert_ok(unit_record(outbox, &chain, 3, ids, 3));
    acknowledge_twice(outbox, *state, &org, &chain, 3);
    unit_chain_new(&fresh);
    assert_ok(unit_record(outbox, &fresh, 1, ids, 3));
    assert_int_equal(safe_serial(outbox), 0); /* bundle 1 of this chain is waited for */
    assert_error(unit_record(outbox, &chain, 4, NULL, 0), SK_ERR_CARRY_CHAIN);
    assert_ok(unit_acknowledge(outbox, *state, &org, &fresh, 1));
    assert_int_equal(safe_serial(outbox),
                     0); /* what the old chain's boards said is no second one */
    assert_ok(unit_acknowledge(outbox, *state, &org, &fresh, 1));
    assert_int_equal(safe_serial(outbox), 1);
    sk_outbox_close(outbox);
}

/* As new-key does it, and a begin of another chain that was cut off. */
static void an_ended_chain_takes_no_more_bundles(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_chain chain, fresh;
    struct restored r;

    unit_chain_open(&chain, outbox);
    unit_record_empty(outbox, &chain, 1);
    assert_ok(sk_outbox_end_chain(outbox));
    assert_true(state_of(outbox).copied);
    assert_int_equal(state_of(outbox).copied_day, 0);
    assert_error(unit_record(outbox, &chain, 2, NULL, 0), SK_ERR_CARRY_CHAIN);
    assert_int_equal(safe_serial(outbox), 0);
    unit_chain_new(&fresh);
    unit_record_empty(outbox, &fresh, 2);
    assert_false(state_of(outbox).copied);
    sk_outbox_close(outbox);
    restored_open(&r, unit_path(*state, "again"));
    assert_ok(sk_outbox_end_chain(r.outbox));
    assert_int_equal(state_of(r.outbox).copied_day, 20123); /* a copy stays one */
    sk_outbox_close(r.outbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_knows_that_it_is_one),
        TEST(a_new_chain_takes_the_place_of_the_old_one),
        TEST(a_new_chain_can_be_asked_for),
        TEST(an_ended_chain_takes_no_more_bundles),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
