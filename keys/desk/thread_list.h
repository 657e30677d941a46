/*
 * What a board says to each writer (FORMAT section 5): one record for every mailbox that wants
 * answers, with the status and day of the newest answer and the texts of all of them. Of several
 * texts each stands under a line with its day, the newest first.
 */
#ifndef SK_KEYS_DESK_THREAD_LIST_H
#define SK_KEYS_DESK_THREAD_LIST_H

#include "keys/desk/threads.h"
#include "keys/open/board_make.h"

struct sk_thread_list {
    struct sk_thread *threads; /* guarded memory */
    size_t count;
    char **joined; /* texts that were put together; guarded memory, one or none a thread */
    const struct sk_case **left_out; /* answers whose text found no room beside newer ones */
    size_t left_out_count;
};

/* One per mailbox: a second record under its keys would repeat them. The list borrows from
 * threads. MEMORY. */
enum sk_error sk_thread_list_make(struct sk_thread_list *out, const struct sk_threads *threads);
void sk_thread_list_free(struct sk_thread_list *list);

/* How many bytes the texts of c's thread need together once `text` is said too, with replace in
 * place of what was said about c. More than SK_ANSWER_TEXT_MAX do not fit. MEMORY. */
enum sk_error sk_thread_list_length(const struct sk_threads *threads, const struct sk_case *c,
                                    const char *text, bool replace, size_t *len);

#endif
