#include "keys/base/secret.h"

#include <malloc.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum sk_error sk_secret_setup(void)
{
    const struct rlimit none = {0, 0};

    if (sodium_init() < 0) {
        return SK_ERR_MEMORY;
    }
    mallopt(M_PERTURB, 0xA5);
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return SK_ERR_IO;
    }
    return SK_OK;
}

static bool locked_only;

void sk_secret_require_locked(void)
{
    locked_only = true;
}

/* sodium_malloc() does not report that its mlock() failed. */
void *sk_secret_new(size_t len)
{
    void *p = sodium_malloc(len);

    if (p != NULL && locked_only && len > 0 && mlock(p, len) != 0) {
        sodium_free(p);
        return NULL;
    }
    if (p != NULL) {
        memset(p, 0, len);
    }
    return p;
}

void sk_secret_free(void *p)
{
    sodium_free(p);
}
