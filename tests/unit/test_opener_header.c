/*
 * Headers that were altered: by anybody, who is caught by the commitment, and by a writer or a
 * co-recipient, who holds the file key and can make a commitment that fits (FORMAT section 1).
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/format/slots.h"
#include "tests/unit/unit_open.h"

/* ---- by anybody ----------------------------------------------------------- */

static void test_suite_zero(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.p[0] = 0;
    unit_expect_refused(f, SK_ERR_ENVELOPE_SUITE);
}

static void test_suite_two(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.p[0] = 2;
    unit_expect_refused(f, SK_ERR_ENVELOPE_SUITE);
}

static void test_each_reserved_byte_of_the_envelope(void **state)
{
    struct unit_fixture *f = *state;

    for (size_t i = 1; i <= 3; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            f->envelope.p[i] = (uint8_t)(1u << bit);
            unit_expect_refused(f, SK_ERR_ENVELOPE_RESERVED);
        }
        f->envelope.p[i] = 0;
    }
}

static void test_epoch_changed(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.p[4] ^= 1;
    unit_expect_refused(f, SK_ERR_ENVELOPE_COMMITMENT);
}

static void test_commitment_flipped(void **state)
{
    struct unit_fixture *f = *state;

    for (size_t i = 648; i < 680; i++) {
        f->envelope.p[i] ^= 0x10;
        unit_expect_refused(f, SK_ERR_ENVELOPE_COMMITMENT);
        f->envelope.p[i] ^= 0x10;
    }
}

/* The place of the slot that this secret key opens. */
static size_t place_of(struct unit_fixture *f, uint8_t sk_byte)
{
    struct sk_x25519_sk sk = unit_sk(sk_byte);
    struct sk_x25519_pk pk = unit_pk(sk_byte);
    uint8_t file_key[32];

    for (size_t i = 0; i < 8; i++) {
        if (crypto_box_seal_open(file_key, f->envelope.p + 8 + 80 * i, 80, pk.b, sk.b) == 0) {
            return i;
        }
    }
    fail_msg("no slot");
    return 8;
}

static void test_own_slot_flipped(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.p[8 + 80 * place_of(f, 0x40) + 50] ^= 1;
    assert_error(unit_open(f->envelope, 0x40, NULL, 0, NULL, NULL), SK_ERR_ENVELOPE_NOT_OURS);
    assert_error(unit_open(f->envelope, 0x41, NULL, 0, NULL, NULL), SK_ERR_ENVELOPE_COMMITMENT);
}

static void test_any_slot_flipped(void **state)
{
    struct unit_fixture *f = *state;
    size_t own = place_of(f, 0x40);

    for (size_t i = 0; i < 8; i++) {
        f->envelope.p[8 + 80 * i + 79] ^= 1;
        assert_error(unit_open(f->envelope, 0x40, NULL, 0, NULL, NULL),
                     i == own ? SK_ERR_ENVELOPE_NOT_OURS : SK_ERR_ENVELOPE_COMMITMENT);
        f->envelope.p[8 + 80 * i + 79] ^= 1;
    }
}

static void test_swapped_slots(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t slot[80];

    memcpy(slot, f->envelope.p + 8, 80);
    memcpy(f->envelope.p + 8, f->envelope.p + 88, 80);
    memcpy(f->envelope.p + 88, slot, 80);
    unit_expect_refused(f, SK_ERR_ENVELOPE_COMMITMENT);
}

static void test_duplicate_slot(void **state)
{
    struct unit_fixture *f = *state;
    size_t mine = place_of(f, 0x40), other = place_of(f, 0x41);

    for (size_t i = 0; i < 8; i++) {
        if (i != mine && i != other) {
            memcpy(f->envelope.p + 8 + 80 * i, f->envelope.p + 8 + 80 * mine, 80);
            break;
        }
    }
    unit_expect_refused(f, SK_ERR_ENVELOPE_COMMITMENT);
}

static void test_header_of_another_envelope(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_address address = f->address;

    address.seed = NULL;
    struct unit_bytes other = unit_seal(&address, f->body.p, UNIT_BODY, 0);

    memcpy(f->envelope.p, other.p, SK_HEADER_BYTES);
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
    free(other.p);
}

static void test_not_for_this_desk(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_sk none;
    struct sk_opener *opener = NULL;

    assert_error(unit_open(f->envelope, 0x42, NULL, 0, NULL, NULL), SK_ERR_ENVELOPE_NOT_OURS);
    assert_error(sk_opener_new(&opener, f->envelope.p, f->envelope.len, &none, 0),
                 SK_ERR_ENVELOPE_NOT_OURS);
    assert_null(opener);
}

static void test_outputs_of_the_visible_part_are_untouched_when_refused(void **state)
{
    struct unit_fixture *f = *state;
    uint32_t epoch = 77, chunks = 78;

    assert_error(sk_envelope_epoch(f->envelope.p, 679, &epoch, &chunks), SK_ERR_ENVELOPE_LENGTH);
    f->envelope.p[1] = 1;
    assert_error(sk_envelope_epoch(f->envelope.p, f->envelope.len, &epoch, &chunks),
                 SK_ERR_ENVELOPE_RESERVED);
    assert_int_equal(epoch, 77);
    assert_int_equal(chunks, 78);
}

/* ---- by somebody who holds the file key and signs anew -------------------- */

static uint8_t *slot_at(struct unit_fixture *f, size_t i)
{
    return f->envelope.p + 8 + 80 * i;
}

/* Makes the fixture's altered header a valid one, around a small signed content. */
static void seal_altered(struct unit_fixture *f)
{
    uint8_t header[SK_HEADER_BYTES];

    memcpy(header, f->envelope.p, sizeof header);
    sk_header_commitment(header + 648, &f->file_key, header);
    struct unit_bytes content = unit_content(&f->address, header, 100);

    free(f->envelope.p);
    f->envelope = unit_envelope(&f->file_key, header, content, 1);
    free(content.p);
}

/* Both recipients known, as sk 0x40 sees it. */
static enum sk_error open_knowing_both(struct unit_fixture *f, struct sk_opened *opened)
{
    return unit_open(f->envelope, 0x40, f->address.recipients, 2, opened, NULL);
}

static void test_unaltered_header_sealed_again_opens(void **state)
{
    struct sk_opened opened;

    seal_altered(*state);
    assert_error(open_knowing_both(*state, &opened), SK_OK);
    assert_int_equal(opened.known, 3);
    assert_int_equal(opened.dummies, 6);
    assert_int_equal(opened.unknown, 0);
}

static void test_rogue_slot_is_counted(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_pk rogue = unit_pk(0x66);
    size_t a = place_of(f, 0x40), b = place_of(f, 0x41), rogues = 0;
    struct sk_opened opened;

    for (size_t i = 0; i < 8; i++) {
        if (i == a || i == b) {
            continue;
        }
        uint8_t saved[80];

        memcpy(saved, slot_at(f, i), 80);
        assert_error(sk_slot_make(slot_at(f, i), &f->file_key, &rogue), SK_OK);
        seal_altered(f);
        assert_error(open_knowing_both(f, &opened), SK_OK);
        assert_int_equal(opened.known, 3);
        assert_int_equal(opened.dummies, 5);
        assert_int_equal(opened.unknown, 1);
        assert_error(unit_open(f->envelope, 0x66, NULL, 0, NULL, NULL), SK_OK);
        memcpy(slot_at(f, i), saved, 80);
        rogues++;
    }
    assert_int_equal(rogues, 6);
}

static void test_slots_of_random_ephemeral_are_counted(void **state)
{
    struct unit_fixture *f = *state;
    size_t a = place_of(f, 0x40), made = 0;
    struct sk_x25519_pk other = unit_pk(0x41);
    struct sk_opened opened;

    for (size_t i = 0; i < 8; i++) {
        if (i != a) {
            crypto_box_seal(slot_at(f, i), f->file_key.b, 32, other.b);
            made++;
        }
    }
    assert_int_equal(made, 7);
    seal_altered(f);
    assert_error(open_knowing_both(f, &opened), SK_OK);
    assert_int_equal(opened.known, 1);
    assert_int_equal(opened.dummies, 0);
    assert_int_equal(opened.unknown, 7);
}

static void test_recipients_that_a_desk_does_not_know_are_counted(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_pk known[2] = {unit_pk(0x55), unit_pk(0x40)};
    struct sk_opened opened;

    assert_error(unit_open(f->envelope, 0x40, known, 2, &opened, NULL), SK_OK);
    assert_int_equal(opened.known, 2);
    assert_int_equal(opened.dummies, 6);
    assert_int_equal(opened.unknown, 1);
    assert_error(unit_open(f->envelope, 0x40, NULL, 0, &opened, NULL), SK_OK);
    assert_int_equal(opened.known, 0);
    assert_int_equal(opened.dummies, 6);
    assert_int_equal(opened.unknown, 2);
}

static void test_any_two_slots_swapped_by_a_key_holder(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t right[8 * 80];
    struct sk_opened opened;

    memcpy(right, slot_at(f, 0), sizeof right);
    for (size_t i = 0; i < 8; i++) {
        for (size_t j = 0; j < i; j++) {
            memcpy(slot_at(f, i), right + 80 * j, 80);
            memcpy(slot_at(f, j), right + 80 * i, 80);
            seal_altered(f);
            assert_error(open_knowing_both(f, &opened), SK_ERR_RECIPIENTS_SLOTS);
            memcpy(slot_at(f, 0), right, sizeof right);
        }
    }
}

static void test_any_slot_duplicated_by_a_key_holder(void **state)
{
    struct unit_fixture *f = *state;
    size_t own = place_of(f, 0x40);
    uint8_t right[8 * 80];
    struct sk_opened opened;

    memcpy(right, slot_at(f, 0), sizeof right);
    for (size_t from = 0; from < 8; from++) {
        for (size_t to = 0; to < 8; to++) {
            if (to == from || to == own) {
                continue;
            }
            memcpy(slot_at(f, to), right + 80 * from, 80);
            seal_altered(f);
            assert_error(open_knowing_both(f, &opened), SK_ERR_RECIPIENTS_SLOTS);
            memcpy(slot_at(f, 0), right, sizeof right);
        }
    }
}

static void test_unknown_slot_duplicated(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_pk rogue = unit_pk(0x66);
    size_t own = place_of(f, 0x40);
    struct sk_opened opened;

    assert_error(sk_slot_make(slot_at(f, (own + 1) % 8), &f->file_key, &rogue), SK_OK);
    memcpy(slot_at(f, (own + 5) % 8), slot_at(f, (own + 1) % 8), 80);
    seal_altered(f);
    assert_error(open_knowing_both(f, &opened), SK_ERR_RECIPIENTS_SLOTS);
}

static void test_recipient_dropped_by_a_co_recipient(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t header[SK_HEADER_BYTES];
    struct unit_bytes content, forged;

    /* the content with its signature, as the co-recipient has read it, under a new header */
    assert_error(unit_open(f->envelope, 0x41, NULL, 0, NULL, &content), SK_OK);
    assert_error(sk_header_make(header, 2900, &f->file_key, f->address.recipients, 1), SK_OK);
    forged = unit_envelope(&f->file_key, header, content, 4);
    assert_error(unit_open(forged, 0x40, NULL, 0, NULL, NULL), SK_ERR_CONTENT_SIGNATURE);
    free(content.p);
    free(forged.p);
}

static void test_low_order_known_key_has_no_slot(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_pk known[3] = {f->address.recipients[0], {{0}}, f->address.recipients[1]};
    struct sk_opened opened;

    assert_error(unit_open(f->envelope, 0x40, known, 3, &opened, NULL), SK_OK);
    assert_int_equal(opened.known, 5);
    assert_int_equal(opened.unknown, 0);
}

static void test_thirty_two_known_keys_and_no_more(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_pk known[33];
    struct sk_opened opened;

    for (uint8_t i = 0; i < 33; i++) {
        known[i] = unit_pk((uint8_t)(0x80 + i));
    }
    known[31] = unit_pk(0x40);
    assert_error(unit_open(f->envelope, 0x40, known, 32, &opened, NULL), SK_OK);
    assert_int_equal(opened.known, UINT32_C(1) << 31);
    assert_int_equal(opened.unknown, 1);
    assert_error(unit_open(f->envelope, 0x40, known, 33, &opened, NULL), SK_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_suite_zero),
        UNIT_TEST(test_suite_two),
        UNIT_TEST(test_each_reserved_byte_of_the_envelope),
        UNIT_TEST(test_epoch_changed),
        UNIT_TEST(test_commitment_flipped),
        UNIT_TEST(test_own_slot_flipped),
        UNIT_TEST(test_any_slot_flipped),
        UNIT_TEST(test_swapped_slots),
        UNIT_TEST(test_duplicate_slot),
        UNIT_TEST(test_header_of_another_envelope),
        UNIT_TEST(test_not_for_this_desk),
        UNIT_TEST(test_outputs_of_the_visible_part_are_untouched_when_refused),
        UNIT_TEST(test_unaltered_header_sealed_again_opens),
        UNIT_TEST(test_rogue_slot_is_counted),
        UNIT_TEST(test_slots_of_random_ephemeral_are_counted),
        UNIT_TEST(test_recipients_that_a_desk_does_not_know_are_counted),
        UNIT_TEST(test_any_two_slots_swapped_by_a_key_holder),
        UNIT_TEST(test_any_slot_duplicated_by_a_key_holder),
        UNIT_TEST(test_unknown_slot_duplicated),
        UNIT_TEST(test_recipient_dropped_by_a_co_recipient),
        UNIT_TEST(test_low_order_known_key_has_no_slot),
        UNIT_TEST(test_thirty_two_known_keys_and_no_more),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
