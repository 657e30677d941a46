/*
 * The threads of a board (FORMAT section 5): one for every mailbox that wants answers, with the
 * status and day of the newest answer and the texts of all. Of several texts each follows a line
 * with its day, the newest first.
 */
#ifndef SK_KEYS_DESK_THREAD_LIST_H
#define SK_KEYS_DESK_THREAD_LIST_H

#include "keys/desk/threads.h"
#include "keys/open/board_make.h"

struct sk_thread_list {
    struct sk_thread *threads; /* guarded memory */
    size_t count;
    char **joined;                   /* joined texts, one or none per thread; guarded memory */
    const struct sk_case **left_out; /* answers whose text does not fit beside newer ones */
    size_t left_out_count;
};

/* One per mailbox, since its keys must not seal two records. The list borrows from threads. MEMORY.
 */
enum sk_error sk_thread_list_make(struct sk_thread_list *out, const struct sk_threads *threads);
void sk_thread_list_free(struct sk_thread_list *list);

/* The length of all texts of c's thread together with `text`, which with replace takes the place of
 * the earlier answers to c. More than SK_ANSWER_TEXT_MAX do not fit. MEMORY. */
enum sk_error sk_thread_list_length(const struct sk_threads *threads, const struct sk_case *c,
                                    const char *text, bool replace, size_t *len);

#endif
