/*
 * What the gateway learns from a report's body while it streams past into the seal: to whom it
 * goes, the code of a follow-up, whether a receipt is wanted, and whether there is anything in it.
 * No other byte is kept. Holds a code: lives in memory from sk_secret_new().
 */
#ifndef SK_GATEWAY_INTAKE_FIELDS_H
#define SK_GATEWAY_INTAKE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/http/problem.h"
#include "gateway/read/directory.h"
#include "keys/format/class.h"
#include "keys/format/form.h"

#define SK_FIELD_TO_MAX 256
#define SK_FIELD_CODE_MAX 128

enum sk_field {
    SK_FIELD_OTHER,
    SK_FIELD_TO,
    SK_FIELD_CODE,
    SK_FIELD_RECEIPT,
    SK_FIELD_TEXT,
    SK_FIELD_FILE
};

struct sk_fields {
    struct sk_form form;        /* reads what the desk will read */
    uint8_t name[16];           /* of the field in hand: longer than any that is known */
    const struct sk_view *view; /* borrowed */
    enum sk_field current;
    bool addressed; /* `to` and `code` come too late now */
    char value[SK_FIELD_TO_MAX + 1];
    size_t value_len;

    const struct sk_organisation *to[SK_SLOTS];
    size_t to_count;
    char code[SK_FIELD_CODE_MAX + 1];
    size_t code_len; /* 0: none */
    bool no_receipt;
    bool substance; /* a text of more than blanks, or a file that is not empty */

    bool refused;
    enum sk_problem problem;
};

/* fields is zeroed, and stays where it is. boundary: 1 to SK_BOUNDARY_MAX bytes. */
void sk_fields_start(struct sk_fields *fields, const char *boundary, const struct sk_view *view);

/* The next bytes of the body. false: `problem` says why the report is refused. */
bool sk_fields_scan(struct sk_fields *fields, const uint8_t *bytes, size_t len);

/* Recipients and code are used now. whole: the body was at its end, too. false: see `problem`. */
bool sk_fields_address(struct sk_fields *fields, bool whole);

/* The body is at its end: was it a whole form, with something in it? */
bool sk_fields_end(struct sk_fields *fields);

#endif
