/*
 * Who wrote and what was answered: the part of the index that outlives the key of a report's
 * week, so that answers can go on. One log, index/threads-<generation>.log, under a key of its
 * own. `destroy` writes what is still needed into a log of the next generation and destroys the
 * key of this one. Generation 0 is a home of before: index/threads.log under the index key 0.
 *
 * A thread is all reports with the same mailbox. A mailbox is the digest of its keys (FORMAT
 * section 3), so all of them come from the holder of the code.
 */
#ifndef SK_KEYS_DESK_THREADS_H
#define SK_KEYS_DESK_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/desk/home.h"

struct sk_said { /* one text that was answered */
    char *text;
    uint32_t day;
    uint64_t order; /* as answer_order */
};

struct sk_case { /* one report */
    struct sk_digest digest;
    uint32_t day;  /* of arrival */
    uint8_t flags; /* SK_FLAG_... */
    struct sk_mailbox mailbox;
    struct sk_x25519_pk reply_pk;
    struct sk_ed25519_pk sign_pk;
    uint8_t status;        /* enum sk_status */
    uint32_t answer_day;   /* 0: none */
    uint64_t answer_order; /* the newest answer of a thread has the highest; 0: none */
    struct sk_said *said;  /* the oldest first */
    size_t said_count;
    size_t next_of_thread; /* the next case with this mailbox; SIZE_MAX: none */
};

struct sk_threads;

/* CORRUPT, MEMORY, IO. */
enum sk_error sk_threads_open(struct sk_threads **out, struct sk_desk *desk);
void sk_threads_close(struct sk_threads *threads); /* NULL is a no-op */

/* The generation whose key the keyring holds; the file of one. */
uint32_t sk_threads_generation(const struct sk_desk *desk);
enum sk_error sk_threads_path(const struct sk_desk *desk, uint32_t generation,
                              char out[SK_PATH_MAX]);
/* The segment id under which the state counts its records. */
uint32_t sk_threads_segment(uint32_t generation);

/* A new, empty log of that generation; what a crash left there is replaced. */
enum sk_error sk_threads_create(struct sk_threads **out, const struct sk_desk *desk,
                                uint32_t generation, const uint8_t key[32]);

size_t sk_threads_count(const struct sk_threads *threads);
const struct sk_case *sk_threads_at(const struct sk_threads *threads, size_t i);
const struct sk_case *sk_threads_find(const struct sk_threads *threads,
                                      const struct sk_digest *digest);
/* The one case whose id begins with prefix. NOT_FOUND; EXISTS when several do. */
enum sk_error sk_threads_find_id(const struct sk_threads *threads, const char *prefix,
                                 const struct sk_case **out);

/* The first case of that mailbox, or NULL. */
const struct sk_case *sk_threads_first(const struct sk_threads *threads,
                                       const struct sk_mailbox *mailbox);

/* A new report: digest, day, flags and keys of c. A known digest is left as it is. */
enum sk_error sk_threads_add(struct sk_threads *threads, const struct sk_case *c);

/* A status; text, if not NULL, is said beside what was said before, or with replace in place of
 * all that was said about this report ("": then nothing is). NOT_FOUND. */
enum sk_error sk_threads_answer(struct sk_threads *threads, const struct sk_digest *digest,
                                uint8_t status, uint32_t day, const char *text, bool replace);

/* On disk; then the state counts the records as committed (the caller saves the state). */
enum sk_error sk_threads_sync(struct sk_threads *threads, struct sk_state *state);

#endif
