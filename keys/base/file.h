/* Whole files: read with a bound, write so that a crash leaves the old or the new, never half. */
#ifndef SK_KEYS_BASE_FILE_H
#define SK_KEYS_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* The error for a value of errno: NOT_FOUND, FULL, MEMORY or IO. */
enum sk_error sk_error_of_errno(int number);

/* Reads a regular file of at most max bytes into *out (malloc; the caller frees).
 * NOT_FOUND, TOO_LARGE, MEMORY, IO. */
enum sk_error sk_file_read(const char *path, size_t max, uint8_t **out, size_t *len);

/* The same into guarded memory (sk_secret_free). For passphrases, keyrings and tokens. */
enum sk_error sk_file_read_secret(const char *path, size_t max, uint8_t **out, size_t *len);

/* Exactly len bytes, through interruptions and short counts; at_end when there are fewer. IO. */
enum sk_error sk_fd_read(int fd, void *out, size_t len, enum sk_error at_end);
enum sk_error sk_fd_read_at(int fd, uint64_t offset, void *out, size_t len, enum sk_error at_end);

/* Exactly len bytes, through interruptions and short counts. FULL, IO. */
enum sk_error sk_fd_write(int fd, const void *data, size_t len);

/* Writes path.tmp with mode 0600, fsyncs, renames over path, fsyncs the folder. IO or FULL. */
enum sk_error sk_file_replace(const char *path, const uint8_t *data, size_t len);

/* fsync of a folder, so that names added or removed in it survive a crash; sk_parent_sync() of the
 * folder that path is in. IO or FULL. */
enum sk_error sk_folder_sync(const char *folder);
enum sk_error sk_parent_sync(const char *path);

/* sk_file_replace() in steps, for a file larger than memory. A writer that is discarded leaves no
 * file behind. */
struct sk_file_writer;
enum sk_error sk_file_writer_open(struct sk_file_writer **out, const char *path);
enum sk_error sk_file_writer_put(struct sk_file_writer *w, const void *data, size_t len);
enum sk_error sk_file_writer_rewind(struct sk_file_writer *w,
                                    uint64_t offset);        /* the next put writes here */
enum sk_error sk_file_writer_sync(struct sk_file_writer *w); /* fsync, before the rename */
/* fsync, rename, fsync of the folder; releases w, also on failure. */
enum sk_error sk_file_writer_commit(struct sk_file_writer *w);
void sk_file_writer_discard(struct sk_file_writer *w); /* removes the file; NULL is a no-op */

#endif
