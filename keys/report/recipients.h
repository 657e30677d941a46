/* For whom a report is sealed: the keys of one epoch out of the key sheets given. */
#ifndef SK_KEYS_REPORT_RECIPIENTS_H
#define SK_KEYS_REPORT_RECIPIENTS_H

#include <time.h>

#include "keys/format/class.h"
#include "keys/report/program.h"

struct sk_recipient_keys {
    uint32_t epoch;
    struct sk_x25519_pk keys[SK_SLOTS];
    struct sk_ed25519_pk identities[SK_SLOTS]; /* whose keys they are */
    size_t count;
    struct sk_digest sheets; /* sk_sheets_digest() of those used */
};

/* Reads and judges the key sheets of --sheet and takes the month's keys, or this week's where a
 * sheet has no monthly one. Nobody has pinned an identity here: with fingerprints given every sheet
 * must bear one of them. A sheet out of a file of several that has run out or was revoked is left
 * out, and said; one that was chosen by itself is refused. Returns an exit code; says what is
 * wrong. */
int sk_recipients_choose(struct sk_recipient_keys *out, const struct sk_args *args, time_t now);

/* Shows on stderr the fingerprints that can open the report, for the writer to compare. */
void sk_recipients_show(const struct sk_recipient_keys *recipients);

#endif
