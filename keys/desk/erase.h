/*
 * Erasing files by overwriting them in place. That reaches the blocks of common file systems, but
 * not the copies in a journal, a copy-on-write file system, a snapshot, a backup or the spare
 * blocks of flash memory.
 */
#ifndef SK_KEYS_DESK_ERASE_H
#define SK_KEYS_DESK_ERASE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* Overwrites and removes a file. A missing file is no error; a file with another hard link (a
 * backup) only loses this name. IO, FULL. */
enum sk_error sk_erase_file(const char *path);

/* sk_file_replace() that erases the old file, which is called path.old meanwhile. A crash leaves
 * the old file or the new one whole, and the next call erases what is left of the other. IO, FULL,
 * MEMORY. */
enum sk_error sk_erase_replace(const char *path, const uint8_t *data, size_t len);

/* Erases what an interrupted replacement of path left behind. IO, FULL. */
enum sk_error sk_erase_leftovers(const char *path);

#endif
