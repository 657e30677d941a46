/* Listen addresses: loopback and Unix sockets, nothing that the network could reach. */
#include "tests/unit/unit.h"

#include <netinet/in.h>
#include <string.h>

#include "gateway/http/listen.h"

static void test_unix(void **state)
{
    struct sk_listen_address address;
    char path[sizeof address.address.local.sun_path + 8];

    (void)state;
    assert_true(sk_listen_parse("unix:/run/x.sock", &address));
    assert_int_equal(address.kind, SK_LISTEN_UNIX);
    assert_int_equal(address.address.any.sa_family, AF_UNIX);
    assert_string_equal(address.address.local.sun_path, "/run/x.sock");
    memset(path, 'a', sizeof path);
    memcpy(path, "unix:/", 6);
    path[5 + sizeof address.address.local.sun_path - 1] = '\0';
    assert_true(sk_listen_parse(path, &address)); /* the longest that fits with its NUL */
    path[5 + sizeof address.address.local.sun_path - 1] = 'a';
    path[5 + sizeof address.address.local.sun_path] = '\0';
    assert_false(sk_listen_parse(path, &address));
}

static void test_tcp(void **state)
{
    struct sk_listen_address address;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    (void)state;
    assert_true(sk_listen_parse("127.0.0.1:8080", &address));
    assert_int_equal(address.kind, SK_LISTEN_TCP);
    memcpy(&in, &address.address, sizeof in);
    assert_int_equal(in.sin_family, AF_INET);
    assert_int_equal(ntohs(in.sin_port), 8080);
    assert_int_equal(ntohl(in.sin_addr.s_addr), 0x7f000001);
    assert_true(sk_listen_parse("127.255.0.3:0", &address));
    assert_true(sk_listen_parse("[::1]:65535", &address));
    memcpy(&in6, &address.address, sizeof in6);
    assert_int_equal(in6.sin6_family, AF_INET6);
    assert_int_equal(ntohs(in6.sin6_port), 65535);
}

static void test_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "8080",
                                      ":8080",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:99999999",
                                      "127.0.0.1:8x",
                                      "127.0.0.1:-1",
                                      "127.0.0.1: 80",
                                      "0.0.0.0:80",
                                      "128.0.0.1:80",
                                      "126.255.255.255:80",
                                      "10.0.0.1:80",
                                      "localhost:80",
                                      "[::]:80",
                                      "[::2]:80",
                                      "::1:80",
                                      "[::1]",
                                      "[::1]:",
                                      "unix:",
                                      "unix:/",
                                      "unix:x",
                                      "unix:@x",
                                      "/run/x",
                                      "127.1:80",
                                      "127.0.0.1.127.0.0.1.127.0.0.1:80"};
    struct sk_listen_address address;

    (void)state;
    memset(&address, 0x5a, sizeof address);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(sk_listen_parse(bad[i], &address));
    }
    assert_int_equal(address.len, 0x5a5a5a5a); /* untouched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unix),
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
