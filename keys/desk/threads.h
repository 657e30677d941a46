/*
 * Who wrote and what was answered: the part of the index that outlives the key of a report's
 * week, so that answers can go on. One log, under the index key with id 0.
 *
 * A thread is all reports with the same mailbox. The first report of a mailbox owns it: a later
 * one with other keys was not written by the holder of the code (a co-recipient knows the
 * mailbox, not the code) and is marked as foreign.
 */
#ifndef SK_KEYS_DESK_THREADS_H
#define SK_KEYS_DESK_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/desk/home.h"

struct sk_case { /* one report */
    struct sk_digest digest;
    uint32_t day;  /* of arrival */
    uint8_t flags; /* SK_FLAG_... */
    struct sk_mailbox mailbox;
    struct sk_x25519_pk reply_pk;
    struct sk_ed25519_pk sign_pk;
    bool foreign;          /* its keys are not those of the mailbox's first report */
    uint8_t status;        /* enum sk_status */
    uint32_t answer_day;   /* 0: none */
    uint64_t answer_order; /* the newest answer of a thread has the highest; 0: none */
    char *text;            /* of the answer; NULL: none */
    size_t next_of_thread; /* the next case with this mailbox; SIZE_MAX: none */
};

struct sk_threads;

/* CORRUPT, MEMORY, IO. */
enum sk_error sk_threads_open(struct sk_threads **out, struct sk_desk *desk);
void sk_threads_close(struct sk_threads *threads); /* NULL is a no-op */

size_t sk_threads_count(const struct sk_threads *threads);
const struct sk_case *sk_threads_at(const struct sk_threads *threads, size_t i);
const struct sk_case *sk_threads_find(const struct sk_threads *threads,
                                      const struct sk_digest *digest);
/* The first case of that mailbox, or NULL. */
const struct sk_case *sk_threads_first(const struct sk_threads *threads,
                                       const struct sk_mailbox *mailbox);

/* A new report: digest, day, flags and keys of c. A known digest is left as it is. */
enum sk_error sk_threads_add(struct sk_threads *threads, const struct sk_case *c);

/* text may be NULL: the answer before stays without one. NOT_FOUND. */
enum sk_error sk_threads_answer(struct sk_threads *threads, const struct sk_digest *digest,
                                uint8_t status, uint32_t day, const char *text);

/* On disk; then the state counts the records as committed (the caller saves the state). */
enum sk_error sk_threads_sync(struct sk_threads *threads, struct sk_state *state);

#endif
