/* What libFuzzer's own main() does not know: libsodium is set up before the first input. */
#include <sodium.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    FUZZ_MUST(sodium_init() >= 0);
    return 0;
}
