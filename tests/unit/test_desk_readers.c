/* Whose key a desk knows for a week, who can read a report, and with which sheets it was sealed. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/desk/readers.h"
#include "keys/format/slots.h"
#include "tests/unit/unit.h"

enum { WEEK = 2968, ROOM = 600 };

struct world {
    struct sk_desk desk;
    struct sk_known_sheets sheets;
    struct sk_keyset *keyset;
    uint8_t header[SK_HEADER_BYTES];
};

static struct sk_x25519_sk own_sk(void)
{
    struct sk_x25519_sk sk;

    memset(&sk, 0x31, sizeof sk);
    return sk;
}

static struct sk_x25519_pk own_pk(void)
{
    struct sk_x25519_sk sk = own_sk();
    struct sk_x25519_pk pk;

    crypto_scalarmult_base(pk.b, sk.b);
    return pk;
}

static int set_up(void **state)
{
    static const struct sk_keyring_cost cheapest = {3, 65536};
    static const uint8_t passphrase[] = "p";
    struct world *w = calloc(1, sizeof *w);
    struct sk_x25519_sk own = own_sk();
    struct sk_ed25519_pk pk;
    struct sk_ed25519_sk sk;

    assert_non_null(w);
    w->desk.home = "/nowhere";
    assert_error(sk_keyring_new(&w->desk.ring, passphrase, 1, NULL, cheapest), SK_OK);
    crypto_sign_keypair(pk.b, sk.b);
    assert_error(sk_keyring_put(w->desk.ring, SK_KEY_IDENTITY, 0, sk.b, sizeof sk.b), SK_OK);
    assert_error(sk_keyring_put(w->desk.ring, SK_KEY_WEEK, WEEK, own.b, sizeof own.b), SK_OK);
    w->sheets.list = calloc(ROOM, sizeof *w->sheets.list);
    w->keyset = sk_secret_new(sizeof *w->keyset);
    assert_non_null(w->sheets.list);
    assert_non_null(w->keyset);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    sk_keyset_free(w->keyset);
    sk_known_sheets_free(&w->sheets);
    sk_keyring_free(w->desk.ring);
    free(w);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static struct sk_x25519_pk pk_of(unsigned n)
{
    struct sk_x25519_sk sk;
    struct sk_x25519_pk pk;

    memset(&sk, 0x55, sizeof sk);
    sk.b[1] = (uint8_t)n;
    sk.b[2] = (uint8_t)(n >> 8);
    crypto_scalarmult_base(pk.b, sk.b);
    return pk;
}

static struct sk_digest digest_of(unsigned n)
{
    struct sk_digest d = {{1, (uint8_t)n, (uint8_t)(n >> 8)}};

    return d;
}

/* A sheet of organisation `who` (0: this desk) with one key; its digest is its place in the list.
 */
static void add_sheet(struct world *w, unsigned who, const char *name, struct sk_x25519_pk key)
{
    struct sk_known_sheet *s = &w->sheets.list[w->sheets.count];

    assert_true(w->sheets.count < ROOM);
    s->sheet.weeks = 1;
    s->sheet.first_week = WEEK;
    s->sheet.keys[0] = key;
    s->sheet.digest = digest_of((unsigned)w->sheets.count++);
    s->name = name;
    if (who == 0) {
        assert_error(sk_home_identity(&w->desk, 0, &s->sheet.identity), SK_OK);
    } else {
        s->sheet.identity.b[0] = (uint8_t)who;
        s->sheet.identity.b[1] = (uint8_t)(who >> 8);
    }
}

/* Seals to these keys and judges; digest of these sheets (places in the list). */
static enum sk_error judge(struct world *w, const struct sk_x25519_pk *to, size_t count,
                           const struct sk_digest *digest, struct sk_readers *out)
{
    static const struct sk_file_key file_key = {{9, 8, 7}};
    struct sk_opener *opener = NULL;
    enum sk_error e;

    assert_error(sk_keyset_get(w->keyset, &w->desk, &w->sheets, WEEK), SK_OK);
    assert_error(sk_header_make(w->header, WEEK, &file_key, to, count), SK_OK);
    e = sk_opener_new(&opener, w->header, sk_envelope_length(1), &w->keyset->own, 1);
    assert_error(e, SK_OK);
    e = sk_readers_find(out, opener, w->keyset, &w->sheets, digest);
    sk_opener_free(opener);
    return e;
}

static struct sk_digest used(const unsigned *places, size_t count)
{
    struct sk_digest digests[SK_SLOTS], out;

    for (size_t i = 0; i < count; i++) {
        digests[i] = digest_of(places[i]);
    }
    assert_error(sk_sheets_digest(&out, digests, count), SK_OK);
    return out;
}

static void keys_of_a_week(void **state)
{
    struct world *w = *state;

    assert_error(sk_keyset_get(w->keyset, &w->desk, &w->sheets, WEEK + 1), SK_ERR_ENVELOPE_EPOCH);
    assert_error(sk_keyset_get(w->keyset, &w->desk, &w->sheets, WEEK | 0x80000000),
                 SK_ERR_ENVELOPE_EPOCH);
    add_sheet(w, 0, sk_this_desk, own_pk());
    add_sheet(w, 1, "one", pk_of(1));
    add_sheet(w, 1, "one", pk_of(1)); /* a later sheet with the same key */
    add_sheet(w, 2, NULL, pk_of(2));
    assert_error(sk_keyset_get(w->keyset, &w->desk, &w->sheets, WEEK), SK_OK);
    assert_int_equal(w->keyset->known_count, 3);
    assert_string_equal(w->keyset->known[0].name, sk_this_desk);
    assert_string_equal(w->keyset->known[1].name, "one");
    assert_null(w->keyset->known[2].name);
    assert_false(w->keyset->reissued);
    add_sheet(w, 0, sk_this_desk, pk_of(99)); /* issued by a copy that is lost */
    assert_error(sk_keyset_get(w->keyset, &w->desk, &w->sheets, WEEK), SK_OK);
    assert_true(w->keyset->reissued);
}

static void three_levels(void **state)
{
    struct world *w = *state;
    const struct sk_x25519_pk to[] = {own_pk(), pk_of(1), pk_of(2), pk_of(3)};
    const struct sk_digest any = digest_of(77);
    struct sk_readers j;
    json_t *entry = json_object();

    add_sheet(w, 0, sk_this_desk, own_pk());
    add_sheet(w, 1, "one", pk_of(1));
    add_sheet(w, 2, NULL, pk_of(2));
    assert_error(judge(w, to, 4, &any, &j), SK_OK);
    assert_int_equal(j.reader_count, 3);
    assert_int_equal(j.unknown, 1);
    assert_int_equal(j.dummies, 4);
    assert_false(j.sheets_known);
    assert_error(sk_readers_note(&j, w->keyset, entry), SK_OK);
    assert_int_equal(json_array_size(json_object_get(entry, "recipients")), 2);
    assert_int_equal(json_array_size(json_object_get(entry, "offered")), 1);
    assert_int_equal(json_integer_value(json_object_get(entry, "unknown")), 1);
    json_decref(entry);
    assert_error(judge(w, to, 1, &any, &j), SK_OK);
    assert_int_equal(j.reader_count, 1);
    assert_int_equal(j.unknown, 0);
    assert_int_equal(j.dummies, 7);
}

/* Far more keys than one question takes, and eight readers among them. */
static void many_organisations(void **state)
{
    struct world *w = *state;
    const unsigned chosen[] = {1, 30, 31, 32, 63, 64, 199};
    struct sk_x25519_pk to[SK_SLOTS];
    unsigned places[SK_SLOTS] = {0};
    struct sk_readers j;

    add_sheet(w, 0, sk_this_desk, own_pk());
    for (unsigned i = 1; i < 200; i++) {
        add_sheet(w, i, NULL, pk_of(i));
    }
    to[0] = own_pk();
    for (size_t i = 0; i < 7; i++) {
        to[i + 1] = pk_of(chosen[i]);
        places[i + 1] = chosen[i];
    }
    const struct sk_digest digest = used(places, 8);

    assert_error(judge(w, to, 8, &digest, &j), SK_OK);
    assert_int_equal(j.reader_count, 8);
    assert_int_equal(j.unknown, 0);
    assert_int_equal(j.dummies, 0);
    assert_true(j.sheets_known);
}

/* Ours in 3 versions, theirs in 4: each combination of one and one, and nothing else. */
static void any_version_of_the_sheets(void **state)
{
    struct world *w = *state;
    const struct sk_x25519_pk to[] = {own_pk(), pk_of(1)};
    struct sk_readers j;

    for (unsigned i = 0; i < 7; i++) {
        add_sheet(w, i < 3 ? 0 : 1, i < 3 ? sk_this_desk : NULL, i < 3 ? own_pk() : pk_of(1));
    }
    add_sheet(w, 2, NULL, pk_of(1)); /* the same key under another identity explains nothing */
    for (unsigned a = 0; a < 8; a++) {
        for (unsigned b = 0; b < 8; b++) {
            const unsigned places[] = {a, b};
            const struct sk_digest digest = used(places, 2);
            bool one_of_each = (a < 3 && b >= 3 && b < 7) || (b < 3 && a >= 3 && a < 7);

            assert_error(judge(w, to, 2, &digest, &j), SK_OK);
            assert_int_equal(j.reader_count, 2);
            assert_int_equal(j.sheets_known, one_of_each);
        }
    }
    const unsigned both[] = {0, 3, 4};
    const struct sk_digest too_many = used(both, 3), one = used(both, 1);

    assert_error(judge(w, to, 2, &too_many, &j), SK_OK);
    assert_false(j.sheets_known);
    assert_error(judge(w, to, 2, &one, &j), SK_OK);
    assert_false(j.sheets_known);
}

/* So many versions that not all combinations are tried: it ends all the same. */
static void bounded(void **state)
{
    struct world *w = *state;
    struct sk_x25519_pk to[SK_SLOTS];
    const struct sk_digest none = digest_of(7777);
    unsigned first[SK_SLOTS];
    struct sk_readers j;

    for (unsigned who = 0; who < SK_SLOTS; who++) {
        to[who] = who == 0 ? own_pk() : pk_of(who);
        first[who] = (unsigned)w->sheets.count;
        for (unsigned i = 0; i < 10; i++) {
            add_sheet(w, who, who == 0 ? sk_this_desk : NULL, to[who]);
        }
    }
    assert_error(judge(w, to, 8, &none, &j), SK_OK);
    assert_false(j.sheets_known);
    const struct sk_digest newest = used(first, 8);

    assert_error(judge(w, to, 8, &newest, &j), SK_OK);
    assert_true(j.sheets_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_of_a_week),
        TEST(three_levels),
        TEST(many_organisations),
        TEST(any_version_of_the_sheets),
        TEST(bounded),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
