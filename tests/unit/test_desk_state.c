/* What a desk acknowledges, and the file that remembers it. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/desk/digests.h"
#include "keys/desk/state_file.h"
#include "keys/desk/vault.h"
#include "tests/unit/unit.h"

static unsigned left; /* allocations until one fails; 0: none does */

void *__real_malloc(size_t len);
void *__wrap_malloc(size_t len);

/* In the place of malloc for the objects of this program (the linker's --wrap). */
void *__wrap_malloc(size_t len)
{
    return left > 0 && --left == 0 ? NULL : __real_malloc(len);
}

static char path[] = "test_desk_state.XXXXXX";

static const struct sk_ed25519_pk gateway = {{[31] = 4}}, other_gateway = {{[31] = 5}};
static const struct sk_chain chain = {{7}}, other_chain = {{8}};

static void add(struct sk_series *s, uint32_t serial)
{
    struct sk_known_bundle b = {.serial = serial};

    b.digest.b[0] = (uint8_t)serial;
    assert_error(sk_series_add(s, &b), SK_OK);
}

static void lose(struct sk_series *s, uint32_t serial)
{
    struct sk_known_bundle b = {.serial = serial, .lost = true};

    assert_error(sk_series_add(s, &b), SK_OK);
}

/* The serial that would be acknowledged; 0: none. What is acknowledged was imported. */
static uint32_t arrived(const struct sk_series *s)
{
    const struct sk_known_bundle *b = sk_series_arrived(s);

    if (b == NULL) {
        return 0;
    }
    assert_false(b->lost);
    assert_int_equal(b->digest.b[0], (uint8_t)b->serial);
    return b->serial;
}

static void begin(struct sk_state *s)
{
    sk_state_init(s);
    s->gateway_known = true;
    s->gateway = gateway;
    assert_error(sk_state_add_series(s, &gateway, &chain), SK_OK);
}

static void acknowledges_no_gap(void **state)
{
    struct sk_state s;
    struct sk_series *series;
    uint32_t first = 0, last = 0;

    (void)state;
    begin(&s);
    series = sk_state_current(&s);
    assert_int_equal(arrived(series), 0);
    assert_false(sk_series_gap(series, 1, &first, &last));
    add(series, 5);
    assert_int_equal(arrived(series), 0);
    assert_true(sk_series_gap(series, 1, &first, &last));
    assert_int_equal(first, 1);
    assert_int_equal(last, 4);
    add(series, 1);
    assert_int_equal(arrived(series), 1);
    add(series, 3);
    assert_int_equal(arrived(series), 1);
    add(series, 2);
    assert_int_equal(arrived(series), 3);
    assert_true(sk_series_gap(series, 1, &first, &last));
    assert_int_equal(first, 4);
    assert_int_equal(last, 4);
    add(series, 4);
    assert_int_equal(arrived(series), 5);
    assert_false(sk_series_gap(series, 1, &first, &last));
    sk_state_free(&s);
}

static void joined_later(void **state)
{
    struct sk_state s;
    struct sk_series *series;

    (void)state;
    begin(&s);
    series = sk_state_current(&s);
    add(series, 7);
    add(series, 8);
    add(series, 10);
    assert_int_equal(arrived(series), 0);
    series->start = 7;
    assert_int_equal(arrived(series), 8);
    add(series, 2); /* an old one changes nothing */
    assert_int_equal(arrived(series), 8);
    sk_state_free(&s);
}

/* What is lost is passed over, but a board names only what arrived: the lost one's digest is not
 * known. */
static void passes_the_lost(void **state)
{
    struct sk_state s;
    struct sk_series *series;
    uint32_t first = 0, last = 0;

    (void)state;
    begin(&s);
    series = sk_state_current(&s);
    lose(series, 1);
    assert_int_equal(arrived(series), 0);
    add(series, 2);
    assert_int_equal(arrived(series), 2);
    lose(series, 3);
    assert_int_equal(arrived(series), 2);
    add(series, 5);
    assert_int_equal(arrived(series), 2);
    assert_true(sk_series_gap(series, 1, &first, &last));
    assert_int_equal(first, 4);
    lose(series, 4);
    assert_int_equal(arrived(series), 5);
    add(series, 4); /* found after all */
    assert_false(sk_series_bundle(series, 4)->lost);
    assert_int_equal(series->bundle_count, 5);
    sk_state_free(&s);
}

/* Boards speak of the newest chain of the trusted gateway; the others stay. */
static void one_chain_is_current(void **state)
{
    struct sk_state s;

    (void)state;
    begin(&s);
    add(sk_state_current(&s), 1);
    assert_null(sk_state_series(&s, &gateway, &other_chain));
    assert_null(sk_state_series(&s, &other_gateway, &chain));
    assert_error(sk_state_add_series(&s, &gateway, &other_chain), SK_OK);
    assert_ptr_equal(sk_state_current(&s), sk_state_series(&s, &gateway, &other_chain));
    assert_int_equal(arrived(sk_state_current(&s)), 0);
    assert_int_equal(arrived(sk_state_series(&s, &gateway, &chain)), 1);
    sk_state_turn_to(&s, sk_state_series(&s, &gateway, &chain));
    assert_int_equal(arrived(sk_state_current(&s)), 1);
    assert_non_null(sk_state_series(&s, &gateway, &other_chain));
    s.gateway = other_gateway; /* a new key */
    assert_null(sk_state_current(&s));
    assert_error(sk_state_add_series(&s, &other_gateway, &chain), SK_OK);
    assert_int_equal(arrived(sk_state_current(&s)), 0);
    s.gateway = gateway;
    assert_int_equal(arrived(sk_state_current(&s)), 1);
    s.gateway_known = false;
    assert_null(sk_state_current(&s));
    sk_state_free(&s);
}

static void fill(struct sk_state *s)
{
    struct sk_known_peer peer = {.name = "\xd0\x9e\xd1\x80\xd0\xb3", .serial = 9};
    struct sk_digest sheet = {{3}};

    begin(s);
    add(sk_state_current(s), 2);
    add(sk_state_current(s), 1);
    lose(sk_state_current(s), 3);
    sk_state_current(s)->start = 2;
    assert_error(sk_state_add_series(s, &gateway, &other_chain), SK_OK);
    add(sk_state_current(s), 1);
    s->judged.b[0] = 7;
    s->keep_weeks = 8;
    s->set_back = (struct sk_set_back){.serial = 4, .counter = 1u << 31};
    peer.identity.b[0] = 6;
    assert_error(sk_state_put_peer(s, &peer), SK_OK);
    assert_error(sk_state_add_offered(s, &sheet), SK_OK);
    assert_error(sk_state_add_offered(s, &sheet), SK_OK);
    assert_error(sk_state_commit(s, 0x800002aa, 1u << 31), SK_OK);
    assert_error(sk_state_commit(s, 0, 3), SK_OK);
    assert_error(sk_state_commit(s, 0, 4), SK_OK);
}

static void check_chains(const struct sk_state *s)
{
    const struct sk_series *first = sk_state_series(s, &gateway, &chain);

    assert_int_equal(s->series_count, 2);
    assert_int_equal(first->start, 2);
    assert_int_equal(arrived(first), 2);
    assert_true(sk_series_bundle(first, 3)->lost);
    assert_false(sk_series_bundle(first, 2)->lost);
    assert_null(sk_series_bundle(first, 4));
    assert_ptr_equal(sk_state_current(s), sk_state_series(s, &gateway, &other_chain));
    assert_int_equal(arrived(sk_state_current(s)), 1);
}

static void comes_back(void **state)
{
    static const uint8_t key[32] = {1}, other[32] = {2};
    struct sk_state s, t;

    (void)state;
    fill(&s);
    sk_state_init(&t);
    assert_error(sk_state_save(&s, path, key), SK_OK);
    assert_error(sk_state_load(&t, path, other), SK_ERR_CORRUPT);
    assert_error(sk_state_load(&t, path, key), SK_OK);
    assert_true(t.gateway_known);
    assert_memory_equal(&t.gateway, &s.gateway, sizeof s.gateway);
    assert_memory_equal(&t.judged, &s.judged, sizeof s.judged);
    assert_int_equal(t.keep_weeks, 8);
    assert_true(sk_state_is_set_back(&t));
    assert_int_equal(t.set_back.serial, 4);
    assert_true(t.set_back.counter == 1u << 31);
    check_chains(&t);
    assert_int_equal(t.offered_count, 1);
    assert_true(sk_state_offered(&t, &s.offered[0]));
    assert_true(sk_state_committed(&t, 0x800002aa) == 1u << 31);
    assert_int_equal(sk_state_committed(&t, 0), 4);
    assert_int_equal(sk_state_committed(&t, 1), 0);
    assert_int_equal(t.peer_count, 1);
    assert_string_equal(t.peers[0].name, s.peers[0].name);
    assert_ptr_equal(sk_state_peer(&t, &s.peers[0].identity), &t.peers[0]);
    sk_state_free(&s);
    sk_state_free(&t);
}

/* jansson may leave out what it has no memory for, and say nothing. */
static void without_memory_no_lesser_state_is_written(void **state)
{
    static const uint8_t key[32] = {1};
    enum sk_error e = SK_ERR_MEMORY;
    struct sk_state s, t;
    unsigned failed = 0;

    (void)state;
    fill(&s);
    sk_state_init(&t);
    assert_error(sk_state_save(&s, path, key), SK_OK);
    assert_error(sk_state_load(&t, path, key), SK_OK); /* from here on jansson asks our malloc */
    s.keep_weeks = 9;
    for (unsigned n = 1; e != SK_OK; n++) {
        left = n;
        e = sk_state_save(&s, path, key);
        left = 0;
        failed += e != SK_OK ? 1 : 0;
        assert_true(e == SK_OK || e == SK_ERR_MEMORY);
        assert_error(sk_state_load(&t, path, key), SK_OK);
        assert_int_equal(t.keep_weeks, e == SK_OK ? 9 : 8);
        check_chains(&t);
        assert_int_equal(t.peer_count, 1);
        assert_int_equal(t.offered_count, 1);
    }
    assert_true(failed > 20);
    sk_state_free(&s);
    sk_state_free(&t);
}

/* A state as it was written before chains had names: nothing of it is lost, and the first bundle
 * with a name is a question. */
static void takes_over_the_state_of_before(void **state)
{
    static const uint8_t key[32] = {1}, label[] = "skrynka desk state 1";
    static const struct sk_chain nameless;
    static const char before[] =
        "{\"gateway_known\": true, \"gateway\": \""
        "0000000000000000000000000000000000000000000000000000000000000004\", \"start\": 2, "
        "\"last_board\": \"0500000000000000000000000000000000000000000000000000000000000000\", "
        "\"keep_weeks\": 8, \"bundles\": [{\"serial\": 2, \"digest\": \""
        "0200000000000000000000000000000000000000000000000000000000000000\", \"previous\": \""
        "0100000000000000000000000000000000000000000000000000000000000000\"}], \"committed\": "
        "[{\"segment\": 0, \"records\": 3}], \"peers\": []}";
    uint8_t sealed[sizeof before + SK_VAULT_EXTRA];
    struct sk_state s;

    (void)state;
    sk_state_init(&s);
    sk_vault_seal(sealed, key, label, sizeof label, (const uint8_t *)before, sizeof before - 1);
    assert_error(sk_file_replace(path, sealed, sizeof before - 1 + SK_VAULT_EXTRA), SK_OK);
    assert_error(sk_state_load(&s, path, key), SK_OK);
    assert_memory_equal(&s.gateway, &gateway, sizeof gateway);
    assert_int_equal(sk_state_committed(&s, 0), 3);
    assert_false(sk_state_is_set_back(&s));
    assert_ptr_equal(sk_state_current(&s), sk_state_series(&s, &gateway, &nameless));
    assert_int_equal(sk_state_current(&s)->start, 2);
    assert_int_equal(arrived(sk_state_current(&s)), 2);
    assert_error(sk_state_save(&s, path, key), SK_OK);
    assert_error(sk_state_load(&s, path, key), SK_OK);
    assert_int_equal(arrived(sk_state_current(&s)), 2);
    sk_state_free(&s);
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
        cmocka_unit_test(passes_the_lost),
        cmocka_unit_test(one_chain_is_current),
        cmocka_unit_test(comes_back),
        cmocka_unit_test(without_memory_no_lesser_state_is_written),
        cmocka_unit_test(takes_over_the_state_of_before),
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
