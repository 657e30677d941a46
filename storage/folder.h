/* Folders of the store, and files that appear under their name only when they are whole. */
#ifndef SK_STORAGE_FOLDER_H
#define SK_STORAGE_FOLDER_H

#include "storage/engine.h"

/* Makes parent/name (and parent, if only that is missing), mode 0700. out: PATH_MAX bytes, with
 * room left for a file name of 32 bytes. Present already is no error. USAGE, NOT_FOUND, FULL, IO.
 */
enum sk_error sk_folder_make(const char *parent, const char *name, char *out);
enum sk_error sk_folder_sync(const char *folder);
/* Waits; close(*fd) unlocks. The lock excludes other callers of this, in any process. */
enum sk_error sk_folder_lock(const char *folder, int *fd);

struct sk_new_file {
    uint64_t size;
    bool preallocate;
    const char *const *tables;
    size_t table_count;
    enum sk_error (*fill)(struct sk_engine *engine, void *ctx);
    void *ctx;
};

/* Makes folder's file `path` (which must leave room for a suffix): builds it beside, then renames.
 * Under the folder's lock. EXISTS, or what the engine or fill says; then nothing is left. */
enum sk_error sk_file_make(const char *folder, const char *path, const struct sk_new_file *file);

#endif
