/* What a desk acknowledges, and the file that remembers it. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/desk/digests.h"
#include "keys/desk/state.h"
#include "tests/unit/unit.h"

static char path[] = "test_desk_state.XXXXXX";

static void add(struct sk_state *s, uint32_t serial)
{
    struct sk_bundle b = {.serial = serial};

    b.digest.b[0] = (uint8_t)serial;
    assert_error(sk_state_add_bundle(s, &b), SK_OK);
}

static void acknowledges_no_gap(void **state)
{
    struct sk_state s;
    uint32_t first = 0, last = 0;

    (void)state;
    sk_state_init(&s);
    assert_int_equal(sk_state_acknowledged(&s), 0);
    assert_false(sk_state_gap(&s, 1, &first, &last));
    add(&s, 5);
    assert_int_equal(sk_state_acknowledged(&s), 0);
    assert_true(sk_state_gap(&s, 1, &first, &last));
    assert_int_equal(first, 1);
    assert_int_equal(last, 4);
    add(&s, 1);
    assert_int_equal(sk_state_acknowledged(&s), 1);
    add(&s, 3);
    assert_int_equal(sk_state_acknowledged(&s), 1);
    add(&s, 2);
    assert_int_equal(sk_state_acknowledged(&s), 3);
    assert_true(sk_state_gap(&s, 1, &first, &last));
    assert_int_equal(first, 4);
    assert_int_equal(last, 4);
    add(&s, 4);
    assert_int_equal(sk_state_acknowledged(&s), 5);
    assert_false(sk_state_gap(&s, 1, &first, &last));
    sk_state_free(&s);
}

static void joined_later(void **state)
{
    struct sk_state s;

    (void)state;
    sk_state_init(&s);
    add(&s, 7);
    add(&s, 8);
    add(&s, 10);
    assert_int_equal(sk_state_acknowledged(&s), 0);
    s.start = 7;
    assert_int_equal(sk_state_acknowledged(&s), 8);
    add(&s, 2); /* an old one changes nothing */
    assert_int_equal(sk_state_acknowledged(&s), 8);
    sk_state_free(&s);
}

static void comes_back(void **state)
{
    static const uint8_t key[32] = {1}, other[32] = {2};
    struct sk_state s, t;
    struct sk_peer peer = {.name = "\xd0\x9e\xd1\x80\xd0\xb3", .serial = 9};

    (void)state;
    sk_state_init(&s);
    sk_state_init(&t);
    add(&s, 2);
    add(&s, 1);
    s.gateway_known = true;
    s.gateway.b[31] = 4;
    s.last_board.b[0] = 5;
    s.keep_weeks = 8;
    s.start = 2;
    peer.identity.b[0] = 6;
    assert_error(sk_state_put_peer(&s, &peer), SK_OK);
    assert_error(sk_state_commit(&s, 0x800002aa, 1u << 31), SK_OK);
    assert_error(sk_state_commit(&s, 0, 3), SK_OK);
    assert_error(sk_state_commit(&s, 0, 4), SK_OK);
    assert_error(sk_state_save(&s, path, key), SK_OK);
    assert_error(sk_state_load(&t, path, other), SK_ERR_CORRUPT);
    assert_error(sk_state_load(&t, path, key), SK_OK);
    assert_true(t.gateway_known);
    assert_memory_equal(&t.gateway, &s.gateway, sizeof s.gateway);
    assert_memory_equal(&t.last_board, &s.last_board, sizeof s.last_board);
    assert_int_equal(t.keep_weeks, 8);
    assert_int_equal(t.start, 2);
    assert_int_equal(sk_state_acknowledged(&t), 2);
    assert_int_equal(sk_state_bundle(&t, 2)->digest.b[0], 2);
    assert_null(sk_state_bundle(&t, 3));
    assert_true(sk_state_committed(&t, 0x800002aa) == 1u << 31);
    assert_int_equal(sk_state_committed(&t, 0), 4);
    assert_int_equal(sk_state_committed(&t, 1), 0);
    assert_int_equal(t.peer_count, 1);
    assert_string_equal(t.peers[0].name, peer.name);
    sk_state_free(&s);
    sk_state_free(&t);
}

static void every_bit_counts(void **state)
{
    static const uint8_t key[32] = {1};
    struct sk_state s;
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)state;
    sk_state_init(&s);
    assert_error(sk_state_save(&s, path, key), SK_OK);
    assert_error(sk_file_read(path, 1u << 20, &bytes, &len), SK_OK);
    for (size_t i = 0; i < len; i += 7) {
        bytes[i] ^= 1;
        assert_error(sk_file_replace(path, bytes, len), SK_OK);
        assert_error(sk_state_load(&s, path, key), SK_ERR_CORRUPT);
        bytes[i] ^= 1;
    }
    assert_error(sk_file_replace(path, bytes, len - 1), SK_OK);
    assert_error(sk_state_load(&s, path, key), SK_ERR_CORRUPT);
    free(bytes);
    sk_state_free(&s);
}

static void digests(void **state)
{
    struct sk_digests set = {.room = 0};
    struct sk_digest d;
    size_t value = 0;

    (void)state;
    memset(&d, 0, sizeof d);
    assert_false(sk_digests_find(&set, &d, &value));
    assert_null(sk_digests_same_id(&set, &d));
    for (unsigned i = 0; i < 3000; i++) { /* all in one place of the table, all with one id */
        d.b[30] = (uint8_t)(i >> 8);
        d.b[31] = (uint8_t)i;
        assert_error(sk_digests_add(&set, &d, i), SK_OK);
        assert_error(sk_digests_add(&set, &d, 77777), SK_OK);
    }
    assert_int_equal(set.count, 3000);
    for (unsigned i = 0; i < 3000; i++) {
        d.b[30] = (uint8_t)(i >> 8);
        d.b[31] = (uint8_t)i;
        assert_true(sk_digests_find(&set, &d, &value));
        assert_int_equal(value, i);
    }
    d.b[31] = 0xEE;
    assert_false(sk_digests_find(&set, &d, NULL));
    assert_non_null(sk_digests_same_id(&set, &d));
    d.b[0] = 1;
    assert_null(sk_digests_same_id(&set, &d));
    sk_digests_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledges_no_gap),
        cmocka_unit_test(joined_later),
        cmocka_unit_test(comes_back),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(digests),
    };
    int failed, fd;

    if (sodium_init() < 0) {
        return 1;
    }
    fd = mkstemp(path);
    if (fd < 0) {
        return 1;
    }
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
