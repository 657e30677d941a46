/* The file beside the data in which LMDB keeps its readers and its writers' lock. */
#ifndef SK_STORAGE_KV_LMDB_READERS_H
#define SK_STORAGE_KV_LMDB_READERS_H

#include <stddef.h>

#include "keys/base/error.h"

/* Makes the lock file of the data file `path`, or fills up the one that is there, with blocks on
 * the disk for so many readers. LMDB only stretches the file and writes to it through a map, so
 * that on a full disk the process that opens it would die of SIGBUS. To be called before LMDB opens
 * the file, never while this process has it open: closing any descriptor of it drops LMDB's lock.
 * FULL, USAGE; what else may be wrong with the file LMDB finds out for itself. */
enum sk_error sk_lock_file_reserve(const char *path, size_t readers);

#endif
