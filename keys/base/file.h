/* Whole files: read with a bound, write so that a crash leaves the old or the new, never half. */
#ifndef SK_KEYS_BASE_FILE_H
#define SK_KEYS_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* What errno means to us: NOT_FOUND, FULL, MEMORY, or IO. */
enum sk_error sk_error_of_errno(int e);

/* Reads a regular file of at most max bytes into *out (malloc; the caller frees).
 * NOT_FOUND, TOO_LARGE, MEMORY, IO. */
enum sk_error sk_file_read(const char *path, size_t max, uint8_t **out, size_t *len);

/* Same into guarded memory (sk_secret_free). For passphrases, keyrings and tokens. */
enum sk_error sk_file_read_secret(const char *path, size_t max, uint8_t **out, size_t *len);

/* Exactly len bytes, through interruptions and short counts; at_end when there are fewer. IO. */
enum sk_error sk_fd_read(int fd, void *out, size_t len, enum sk_error at_end);
enum sk_error sk_fd_read_at(int fd, uint64_t offset, void *out, size_t len, enum sk_error at_end);

/* All of it. FULL, IO. */
enum sk_error sk_fd_write(int fd, const void *data, size_t len);

/* Writes path.tmp with mode 0600, fsyncs, renames over path, fsyncs the folder. IO or FULL. */
enum sk_error sk_file_replace(const char *path, const uint8_t *data, size_t len);

/* Makes names that were given or taken in this folder last. IO or FULL. */
enum sk_error sk_folder_sync(const char *folder);
enum sk_error sk_parent_sync(const char *path); /* of the folder that path is in */

/* The same, in steps, for what does not fit in memory. All take and return the one object;
 * an unfinished one leaves no file behind. */
struct sk_file_writer;
enum sk_error sk_file_writer_open(struct sk_file_writer **out, const char *path);
enum sk_error sk_file_writer_put(struct sk_file_writer *w, const void *data, size_t len);
enum sk_error sk_file_writer_rewind(struct sk_file_writer *w, uint64_t offset); /* next put here */
enum sk_error sk_file_writer_sync(struct sk_file_writer *w); /* contents on disk, not yet named */
/* Syncs, renames, syncs the folder; releases w either way. */
enum sk_error sk_file_writer_commit(struct sk_file_writer *w);
void sk_file_writer_discard(struct sk_file_writer *w); /* removes it; NULL is a no-op */

#endif
