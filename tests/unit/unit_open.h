/* Opening whole envelopes in memory, for the tests that may link the opening code. */
#ifndef SK_TESTS_UNIT_UNIT_OPEN_H
#define SK_TESTS_UNIT_UNIT_OPEN_H

#include "tests/unit/unit.h"

#include "keys/open/opener.h"

/* A report of three full chunks and a bit, in a class of four, for sk 0x40 and 0x41. */
enum { UNIT_BODY = 3 * SK_CHUNK_CONTENT - 100 };

struct unit_fixture {
    struct sk_address address;
    struct sk_file_key file_key; /* of the envelope */
    struct unit_bytes body, envelope;
};

int unit_set_up(void **state);
int unit_tear_down(void **state);
#define UNIT_TEST(name) cmocka_unit_test_setup_teardown(name, unit_set_up, unit_tear_down)

uint8_t *unit_chunk_at(struct unit_fixture *f, size_t i);

/* Opens with the secret key `sk` ... `sk`, and returns the first refusal. content, if not NULL,
 * receives the whole content, from malloc, on success. opened may be NULL. Fails the test when a
 * refusal touched the result. */
enum sk_error unit_open(struct unit_bytes envelope, uint8_t sk, const struct sk_x25519_pk *known,
                        size_t known_count, struct sk_opened *opened, struct unit_bytes *content);

/* The fixture's envelope is refused with this error, by both recipients. */
void unit_expect_refused(struct unit_fixture *f, enum sk_error error);

#endif
