/* Addresses to listen on, sizes, numbers and fingerprints of the command line: nothing but loopback
 * and absolute paths, nothing out of range. */
#include <netinet/in.h>
#include <string.h>

#include "gateway/http/listen.h"
#include "keys/base/number.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static void check_tcp(const struct sk_listen_address *a)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (a->address.any.sa_family == AF_INET) {
        memcpy(&in, &a->address, sizeof in);
        FUZZ_MUST(a->len == sizeof in && ntohl(in.sin_addr.s_addr) >> 24 == 127);
    } else {
        memcpy(&in6, &a->address, sizeof in6);
        FUZZ_MUST(in6.sin6_family == AF_INET6 && a->len == sizeof in6);
        FUZZ_MUST(IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr));
    }
}

static void check_address(const char *text)
{
    struct sk_listen_address a;

    if (!sk_listen_parse(text, &a)) {
        return;
    }
    if (a.kind == SK_LISTEN_TCP) {
        check_tcp(&a);
        return;
    }
    FUZZ_MUST(a.kind == SK_LISTEN_UNIX && a.address.any.sa_family == AF_UNIX);
    FUZZ_MUST(a.len == sizeof a.address.local && a.address.local.sun_path[0] == '/');
    FUZZ_MUST(strcmp(a.address.local.sun_path, text + 5) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    uint64_t bytes = 0, number = 0;
    struct sk_ed25519_pk key, again;

    check_address(text);
    if (sk_size_read(text, 1, UINT64_C(4) << 30, &bytes)) {
        FUZZ_MUST(bytes > 0 && bytes <= UINT64_C(4) << 30);
        FUZZ_MUST(bytes % strtoull(text, NULL, 10) == 0);
    }
    if (sk_number_read(text, strlen(text), 8, 65536, &number)) {
        FUZZ_MUST(number >= 8 && number <= 65536 && strtoull(text, NULL, 10) == number);
    }
    if (sk_fingerprint_read(text, &key)) {
        char back[SK_HEX_TEXT];

        sk_fingerprint_text(back, &key);
        FUZZ_MUST(sk_fingerprint_read(back, &again) && memcmp(&key, &again, sizeof key) == 0);
    }
    free(text);
    return 0;
}
