/* A damaged file of the storage engine, shorter than it counts. Input: the number of the snapshot,
 * then the file. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "storage/kv_lmdb_pages.h"
#include "tests/fuzz/fuzz.h"

static void look(int fd, uint8_t snapshot, uint64_t len)
{
    struct sk_pages_root root;
    enum sk_error e = sk_pages_root(fd, snapshot, &root);

    if (e == SK_OK) {
        e = sk_pages_whole(fd, &root, len);
    }
    FUZZ_MUST(e == SK_OK || e == SK_ERR_CORRUPT || e == SK_ERR_LOCKED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    int fd = memfd_create("pages", MFD_CLOEXEC);

    FUZZ_MUST(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
    look(fd, data[0], size - 1);
    look(fd, data[0], (size - 1) / 2); /* cut */
    look(fd, data[0], 2 * size);       /* a length that is not true any more */
    close(fd);
    return 0;
}
