/* The engine on LMDB: folders, and the names of data files in them. */
#ifndef SK_STORAGE_KV_LMDB_NAMES_H
#define SK_STORAGE_KV_LMDB_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/base/error.h"

#define SK_LMDB_GENERATION_MAX 99999999u

/* Makes parent/name (and parent, if only that is missing), mode 0700. out: PATH_MAX bytes, with
 * room left for a file name of 32 bytes. Present already is no error. USAGE, NOT_FOUND, FULL, IO.
 */
enum sk_error sk_lmdb_folder_make(const char *parent, const char *name, char *out);
/* Waits; close(*fd) unlocks. It excludes other callers of this, in any process and thread. */
enum sk_error sk_lmdb_folder_lock(const char *folder, int *fd);

/* out: PATH_MAX bytes. suffix: "" or "-lock". USAGE when too long. */
enum sk_error sk_lmdb_path(const char *folder, uint32_t generation, const char *suffix, char *out);
enum sk_error sk_lmdb_lowest(const char *folder, uint32_t *generation); /* NOT_FOUND, IO */
void sk_lmdb_remove(const char *folder, uint32_t generation);           /* keeps errno */
/* Removes all that are lower than `keep`; with higher, all others. */
void sk_lmdb_remove_others(const char *folder, uint32_t keep, bool higher);
/* The times of the file say the day, not the moment. */
void sk_lmdb_hide_times(const char *path);

#endif
