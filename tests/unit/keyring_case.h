/* Shared by the tests of the keyring: the known answers, spoiling and sealing them anew. */
#ifndef SK_TESTS_UNIT_KEYRING_CASE_H
#define SK_TESTS_UNIT_KEYRING_CASE_H

#include "keys/open/keyring_file.h"
#include "tests/unit/formats.h"

enum { KEYRING_RECORDS = 7, KEYRING_LEN = 96 + 4096 + 16 };

struct keyring_case {
    json_t *json;
    const json_t *known[2]; /* without and with a token */
    struct unit_bytes file, passphrase;
    uint8_t token[32];       /* of the known keyring with a token */
    uint8_t enc[32];         /* the key of file */
    struct sk_keyring *ring; /* what a refusal must not touch */
};

int keyring_set_up(void **state);
int keyring_tear_down(void **state);
#define KEYRING_TEST(name) cmocka_unit_test_setup_teardown(name, keyring_set_up, keyring_tear_down)

/* Reads file into ring. token may be NULL. */
enum sk_error keyring_case_read(struct keyring_case *x, const uint8_t *token);
void keyring_expect_refused(struct keyring_case *x, const uint8_t *token, enum sk_error error);

/* The records of file, in clear. */
void keyring_case_seal(struct keyring_case *x, const uint8_t plain[4096]);
void keyring_case_unseal(const struct keyring_case *x, uint8_t plain[4096]);

/* Writes the head of a record whose data are the zeros behind it; returns where the next goes. */
size_t keyring_put_head(uint8_t *plain, size_t at, uint8_t type, uint16_t len, uint32_t id);

#endif
