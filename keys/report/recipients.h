/* The recipients of a report: the keys of one epoch from the key sheets given. */
#ifndef SK_KEYS_REPORT_RECIPIENTS_H
#define SK_KEYS_REPORT_RECIPIENTS_H

#include <time.h>

#include "keys/cli/option.h"
#include "keys/format/class.h"

struct sk_recipient_keys {
    uint32_t epoch;
    struct sk_x25519_pk keys[SK_SLOTS];
    struct sk_ed25519_pk identities[SK_SLOTS]; /* of the keys' organisations */
    size_t count;
    struct sk_digest sheets; /* sk_sheets_digest() of those used */
};

/* Reads and checks the key sheets of --sheet and takes the month's keys, or this week's where a
 * sheet has no monthly key. No identity is pinned; with --fingerprint every sheet must have one of
 * those given. A sheet that ran out or was revoked is left out, with a message, if its file holds
 * several, and refused if it is alone. Prints what is wrong; returns an exit code. */
int sk_recipients_choose(struct sk_recipient_keys *out, const struct sk_args *args, time_t now);

/* Prints the recipients' fingerprints on standard error, for the writer to compare. */
void sk_recipients_show(const struct sk_recipient_keys *recipients);

#endif
