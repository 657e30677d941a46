/* Shared by the tests of storage/: stores in temporary folders, envelopes, faults of the disk. */
#ifndef SK_TESTS_UNIT_STORAGE_UNIT_H
#define SK_TESTS_UNIT_STORAGE_UNIT_H

/* cmocka.h wants these four before it, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "storage/inbox.h"

#define assert_error(got, want) assert_string_equal(sk_error_name(got), sk_error_name(want))
#define assert_ok(got) assert_error(got, SK_OK)

#define SMALL_INBOX (UINT64_C(1) << 20)

/* ---- folders ------------------------------------------------------------------ */

/* Setup and teardown of a test that gets a fresh folder as its state (a char *). */
int unit_folder_make(void **state);
int unit_folder_remove(void **state);
/* state/name; valid until the next but seven calls. */
const char *unit_path(const char *folder, const char *name);
bool unit_is_in_file(const char *path, const void *bytes, size_t len);
/* How often the bytes occur in the file. offset: of the last one, may be NULL. */
size_t unit_count_in_file(const char *path, const void *bytes, size_t len, size_t *offset);

/* ---- envelopes ------------------------------------------------------------------ */

struct unit_envelope {
    struct sk_envelope_id id;
    uint32_t chunks;
    struct sk_row row;
};

/* Random id and row. The bytes of an envelope are 16 bytes made from its id, again and again. */
void unit_envelope_new(struct unit_envelope *out, uint32_t chunks);
void unit_marker(uint8_t out[16], const struct sk_envelope_id *id);
uint32_t unit_pieces(uint32_t chunks);
size_t unit_piece(uint8_t *out, const struct unit_envelope *envelope, uint32_t piece);

/* One request, waited for; sets its done and context. */
enum sk_error unit_wait_for(struct sk_inbox *inbox, struct sk_write *write);
/* A PIECE, not the last one and the last one. */
enum sk_error unit_write(struct sk_inbox *inbox, const struct unit_envelope *envelope,
                         uint32_t piece, const uint8_t *data, size_t len);
enum sk_error unit_write_last(struct sk_inbox *inbox, const struct unit_envelope *envelope,
                              uint32_t piece, const uint8_t *data, size_t len);
enum sk_error unit_drop(struct sk_inbox *inbox, const struct unit_envelope *envelope);
/* A PIECE with the right bytes, not the last one. */
enum sk_error unit_put_piece(struct sk_inbox *inbox, const struct unit_envelope *envelope,
                             uint32_t piece);
/* All of it; day 20000. */
enum sk_error unit_put(struct sk_inbox *inbox, const struct unit_envelope *envelope);
/* Fails the test unless the envelope is there, byte for byte. */
void unit_assert_whole(struct sk_inbox *inbox, const struct unit_envelope *envelope);
void unit_assert_absent(struct sk_inbox *inbox, const struct unit_envelope *envelope);

/* Has the running writer publish, and waits for it; gives the publication's number. */
uint32_t unit_publish(struct sk_inbox *inbox);
/* Whether a publication may have added so many rows: a power of two that holds these reports. */
bool unit_is_batch(size_t added, size_t reports);
enum sk_row_state unit_row(struct sk_inbox *inbox, const struct sk_row *row);

/* Else a row that is not published yet does not outlive the process. */
bool unit_kernel_keeps_keys(void);

/* Many requests at once, in their own memory, each with its result. */
struct unit_batch;
struct unit_batch *unit_batch_new(size_t count);
void unit_batch_add(struct unit_batch *batch, struct sk_inbox *inbox,
                    const struct unit_envelope *one_chunk);
void unit_batch_wait(struct unit_batch *batch);
enum sk_error unit_batch_result(const struct unit_batch *batch, size_t i);
void unit_batch_free(struct unit_batch *batch);

/* ---- the disk -------------------------------------------------------------------- */

enum unit_fault { UNIT_NO_FAULT, UNIT_EIO_SYNC, UNIT_ENOSPC_WRITE, UNIT_ENOSPC_ALLOCATE, UNIT_DIE };

/* EIO_SYNC: the next fdatasync fails. ENOSPC_WRITE: the next `after` writes fail. ENOSPC_ALLOCATE:
 * the next fallocate fails. DIE: the process ends with status 7 before its call number `after`
 * (from 1) that changes the disk. */
void unit_fault_set(enum unit_fault fault, unsigned after);

#endif
