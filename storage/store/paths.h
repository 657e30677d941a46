/* The files of a store, DIR/name each. */
#ifndef SK_STORAGE_STORE_PATHS_H
#define SK_STORAGE_STORE_PATHS_H

#include <limits.h>
#include <stdbool.h>

#include "keys/base/error.h"

/* TOO_LARGE when that is no path any more. */
enum sk_error sk_store_path(char out[PATH_MAX], const char *dir, const char *name);
bool sk_store_exists(const char *path);
bool sk_store_has(const char *dir, const char *name); /* whether DIR/name exists */

#endif
