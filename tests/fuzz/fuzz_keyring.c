/* Keyrings. Argon2 takes most of the time, so only what passes the structural checks gets there;
 * the replay keeps its seeds small in number for the same reason. */
#include "keys/open/keyring_file.h"
#include "tests/fuzz/fuzz.h"

extern const unsigned fuzz_few;
const unsigned fuzz_few = 24;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t passphrase[] = "seed";
    struct sk_keyring *ring;

    if (sk_keyring_read(&ring, data, size, passphrase, sizeof passphrase - 1, NULL) == SK_OK) {
        sk_keyring_free(ring);
    }
    return 0;
}
