/* Shared by the tests of resumable uploads. */
#ifndef SK_TESTS_UNIT_UPLOAD_UNIT_H
#define SK_TESTS_UNIT_UPLOAD_UNIT_H

#include "storage/announced.h"
#include "storage/collect.h"
#include "storage/inbox_private.h"
#include "storage/partial.h"
#include "storage/upload.h"
#include "tests/unit/storage_unit.h"

struct unit_upload {
    struct sk_upload_token token;
    struct unit_envelope e;
    uint64_t length;
    uint32_t day; /* today, unless a test changes it */
    bool has_row;
};

struct sk_inbox *unit_upload_start(const char *folder, uint64_t size); /* size 0: it is there */
uint32_t unit_today(void);

/* Random token, id and row. */
void unit_upload_new(struct unit_upload *out, uint32_t chunks);
enum sk_error unit_upload_open(struct sk_inbox *inbox, const struct unit_upload *u);
/* Stores piece number `piece`, its first len bytes. */
enum sk_error unit_upload_piece(struct sk_inbox *inbox, const struct unit_upload *u, uint32_t piece,
                                size_t len);
/* Goes on from where it stands, with what is stored of the tail, until `offset` bytes are there. */
enum sk_error unit_upload_to(struct sk_inbox *inbox, const struct unit_upload *u, uint64_t offset);
enum sk_error unit_upload_drop(struct sk_inbox *inbox, const struct unit_upload *u);

/* Fails the test unless it stands there, under way. */
void unit_assert_stands(struct sk_inbox *inbox, const struct unit_upload *u, uint64_t offset);
void unit_assert_finished(struct sk_inbox *inbox, const struct unit_upload *u);
void unit_assert_no_upload(struct sk_inbox *inbox, const struct unit_upload *u);
void unit_assert_row(struct sk_inbox *inbox, const struct unit_upload *u, enum sk_row_state state);
uint64_t unit_entries(struct sk_inbox *inbox, enum sk_inbox_table table);
/* Lets everything expire whose last day is before today, and collects it. */
void unit_expire(struct sk_inbox *inbox, uint32_t today);
/* The writer collects beside its work: looks until the table has so many entries. */
void unit_wait_for_entries(struct sk_inbox *inbox, enum sk_inbox_table table, uint64_t n);

#endif
