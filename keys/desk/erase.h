/*
 * Files whose bytes are not simply left on the disk. Overwriting in place reaches the blocks of
 * common file systems; it does not reach what a journal, a copy-on-write file system, a snapshot,
 * a backup or the spare blocks of flash memory still hold.
 */
#ifndef SK_KEYS_DESK_ERASE_H
#define SK_KEYS_DESK_ERASE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* Overwrites, then removes. A missing file is no error; one that has another name too (a backup
 * by hard links) only loses this name. IO, FULL. */
enum sk_error sk_erase_file(const char *path);

/* sk_file_replace(), and the file that stood there is erased, under the name path.old meanwhile:
 * a crash leaves the old file or the new one whole, and what is left of the other is erased at the
 * next call. IO, FULL, MEMORY. */
enum sk_error sk_erase_replace(const char *path, const uint8_t *data, size_t len);

/* Erases what a replacement of path that was cut off left behind. IO, FULL. */
enum sk_error sk_erase_leftovers(const char *path);

#endif
