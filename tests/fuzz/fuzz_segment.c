/* Index logs, with the key that the seeds are sealed with (bytes 44 44 ... 44). Input: u8 records
 * that must be there | file. What is not taken stays as it was; what is taken opens again. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/desk/segment.h"
#include "tests/fuzz/fuzz.h"

enum { ID = 2968 };

/* Every run has guarded pages for the largest record. */
extern const unsigned fuzz_few;
const unsigned fuzz_few = 256;

static char path[64];

static void forget(void)
{
    unlink(path);
}

static void path_make(void)
{
    /* Cutting a torn tail waits for the disk, which in memory is nothing to wait for. */
    snprintf(path, sizeof path, "%s/fuzz_segment.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    int fd = mkstemp(path);

    FUZZ_MUST(fd >= 0 && atexit(forget) == 0);
    close(fd);
}

static void put(const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    FUZZ_MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

static void must_hold(const uint8_t *data, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *now = malloc(size + 1);

    FUZZ_MUST(fd >= 0 && now != NULL && read(fd, now, size + 1) == (ssize_t)size);
    FUZZ_MUST(memcmp(now, data, size) == 0);
    free(now);
    close(fd);
}

static enum sk_error count(void *ctx, const uint8_t *payload, size_t len)
{
    uint64_t *records = ctx;

    FUZZ_MUST(payload != NULL && len <= SK_SEGMENT_PAYLOAD_MAX);
    ++*records;
    return SK_OK;
}

static enum sk_error open_log(uint64_t committed, uint64_t *records, bool *cut)
{
    struct sk_segment *s = NULL;
    uint8_t key[32];

    memset(key, 0x44, sizeof key);
    *records = 0;
    *cut = false;
    enum sk_error e = sk_segment_open(&s, path, ID, key, committed, count, records, cut);

    FUZZ_MUST(e == SK_OK || e == SK_ERR_CORRUPT);
    FUZZ_MUST(e != SK_OK || (sk_segment_count(s) == *records && *records >= committed));
    sk_segment_close(s);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t records, again;
    bool cut;

    if (size < 1) {
        return 0;
    }
    if (path[0] == '\0') {
        path_make();
    }
    put(data + 1, size - 1);
    if (open_log(data[0], &records, &cut) != SK_OK) {
        must_hold(data + 1, size - 1);
        return 0;
    }
    FUZZ_MUST(open_log(records, &again, &cut) == SK_OK);
    FUZZ_MUST(again == records && !cut);
    return 0;
}
