/* Shared by the tests of sheets, boards, carry bundles and keyrings: the known answers of
 * tests/vectors/own-formats.json, copies of them to spoil, and signing them anew. */
#ifndef SK_TESTS_UNIT_FORMATS_H
#define SK_TESTS_UNIT_FORMATS_H

#include "tests/unit/unit.h"

/* Monday 2026-11-23 00:16:40 UTC, in the week that the known answers are made for. */
#define FORMATS_NOW ((time_t)1795393000)
#define FORMATS_WEEK 2968u
#define FORMATS_MONTH 682u

struct formats {
    json_t *json;
    struct sk_ed25519_sk identity, desk, gateway;
    struct unit_bytes file; /* of the section asked for; a copy, with 64 bytes of room behind it */
};

/* Loads everything; file is field "bytes" of this section. */
void formats_open(struct formats *f, const char *section);
void formats_close(struct formats *f);

/* Hex of any length, from malloc, with 64 bytes of room behind it. */
struct unit_bytes formats_hex(const char *hex);

/* Writes the signature over label || 00 || bytes into the 64 bytes behind them. */
void formats_sign(uint8_t *bytes, size_t len, const char *label, const struct sk_ed25519_sk *sk);

/* Sets len bytes at p to a value that no test expects; then whether they still have it. */
void formats_paint(void *p, size_t len);
void formats_assert_painted(const void *p, size_t len);

#endif
