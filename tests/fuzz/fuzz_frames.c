/* What a captured child may send to the desk. Input: u32 length of the body | frames. */
#include "keys/base/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/listener.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_listener l;

    if (size < 4) {
        return 0;
    }
    (void)fuzz_listen(&l, data + 4, size - 4, SK_PARSE_FULL, sk_get_u32(data));
    (void)fuzz_listen(&l, data + 4, size - 4, SK_PARSE_LIST, sk_get_u32(data));
    return 0;
}
