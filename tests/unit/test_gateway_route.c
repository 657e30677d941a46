/* One test per row of the route table, written without looking at the table: two rows that were
 * swapped would show. The endpoints here are names only. */
#include "tests/unit/unit.h"

#include <string.h>

#include "gateway/routes.h"

#define PROTOCOL(path, protocol) const struct sk_protocol sk_protocol_##protocol;
#define ROUTE(method, path, endpoint) const struct sk_endpoint sk_endpoint_##endpoint;
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE

#define UPLOAD "/uploads/00112233445566778899aabbccddeeff"

struct expected {
    const char *method, *path;
    const struct sk_endpoint *endpoint;
};

static const struct expected EXPECTED[] = {
    {"GET", "/", &sk_endpoint_home},
    {"GET", "/uk", &sk_endpoint_home},
    {"GET", "/crh/", &sk_endpoint_home},
    {"GET", "/ru/help", &sk_endpoint_help},
    {"GET", "/form.js", &sk_endpoint_form_script},
    {"GET", "/status.js", &sk_endpoint_status_script},
    {"GET", "/courier.js", &sk_endpoint_courier_script},
    {"GET", "/offline/ru.html", &sk_endpoint_offline},
    {"POST", "/en/report", &sk_endpoint_report},
    {"GET", "/uk/status", &sk_endpoint_status_form},
    {"POST", "/uk/status", &sk_endpoint_status},
    {"GET", "/uk/courier", &sk_endpoint_courier_form},
    {"POST", "/uk/courier", &sk_endpoint_courier},
    {"GET", "/sheets", &sk_endpoint_sheets},
    {"GET", "/boards/0a1b2c3d", &sk_endpoint_board},
    {"GET", "/receipts", &sk_endpoint_receipts},
    {"GET", "/receipts/0f", &sk_endpoint_receipts},
    {"OPTIONS", "/uploads", &sk_endpoint_upload_options},
    {"POST", "/uploads", &sk_endpoint_upload_create},
    {"OPTIONS", UPLOAD, &sk_endpoint_upload_options},
    {"HEAD", UPLOAD, &sk_endpoint_upload_ask},
    {"PATCH", UPLOAD, &sk_endpoint_upload_patch},
    {"DELETE", UPLOAD, &sk_endpoint_upload_drop},
};
#define EXPECTED_COUNT (sizeof EXPECTED / sizeof EXPECTED[0])

static void test_row(void **state)
{
    const struct expected *row = *state;
    struct sk_match match;

    sk_route_find(&sk_routes, &match, row->method, row->path);
    assert_non_null(match.route);
    assert_ptr_equal(match.route->endpoint, row->endpoint);
    sk_route_find(&sk_routes, &match, strcmp(row->method, "GET") == 0 ? "HEAD" : "PUT", row->path);
    if (strcmp(row->method, "GET") == 0) {
        assert_ptr_equal(match.route->endpoint, row->endpoint);
    } else {
        assert_null(match.route);
        assert_true(match.known);
        assert_non_null(strstr(match.allow, row->method));
    }
}

/* Every row of the table is expected by somebody. */
static void test_no_other_rows(void **state)
{
    static const char *const rows[] = {
#define PROTOCOL(path, protocol)
#define ROUTE(method, path, endpoint) path,
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE
    };
    const struct sk_route *found[EXPECTED_COUNT];

    (void)state;
    assert_int_equal(sizeof rows / sizeof rows[0], EXPECTED_COUNT);
    for (size_t i = 0; i < EXPECTED_COUNT; i++) {
        struct sk_match match;

        sk_route_find(&sk_routes, &match, EXPECTED[i].method, EXPECTED[i].path);
        found[i] = match.route;
        for (size_t k = 0; k < i; k++) {
            assert_ptr_not_equal(found[k], found[i]);
        }
    }
}

static void test_unknown(void **state)
{
    static const char *const paths[] = {"",
                                        "x",
                                        "*",
                                        "//",
                                        "/x",
                                        "/xx/",
                                        "/UK/",
                                        "/uk//",
                                        "/uk/x",
                                        "/uk/report/",
                                        "/uk/reports",
                                        "/sheets/",
                                        "/sheet",
                                        "/boards",
                                        "/boards/",
                                        "/boards/0a1b2c3",
                                        "/boards/0a1b2c3dd",
                                        "/boards/0A1B2C3D",
                                        "/boards/0a1b2c3g",
                                        "/boards/0a1b2c3d/",
                                        "/boards/../sheets",
                                        "/{lang}/",
                                        "/uploads/",
                                        "/upload",
                                        "/uploads/00112233445566778899aabbccddeef",
                                        "/uploads/00112233445566778899aabbccddeeff0",
                                        "/uploads/00112233445566778899AABBCCDDEEFF",
                                        "/uploads/00112233445566778899aabbccddeefg",
                                        UPLOAD "/",
                                        "/receipts/",
                                        "/receipts/a",
                                        "/receipts/AB",
                                        "/receipts/abc",
                                        "/receipts/ag",
                                        "/offline/",
                                        "/offline/uk",
                                        "/offline/uk.htm",
                                        "/offline/uk.html/",
                                        "/offline/uk.html.html",
                                        "/offline/de.html",
                                        "/offline/.html",
                                        "/uk/client",
                                        "/en/status?x",
                                        "/%65n/"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct sk_match match;
        sk_route_find(&sk_routes, &match, "GET", paths[i]);
        assert_null(match.route);
        assert_false(match.known);
    }
}

static void test_what_the_path_says(void **state)
{
    struct sk_match match;

    (void)state;
    sk_route_find(&sk_routes, &match, "GET", "/boards/0a1b2c3d");
    assert_string_equal(match.org, "0a1b2c3d");
    assert_false(match.has_lang);
    sk_route_find(&sk_routes, &match, "GET", "/receipts");
    assert_string_equal(match.prefix, "");
    sk_route_find(&sk_routes, &match, "GET", "/receipts/0f");
    assert_string_equal(match.prefix, "0f");
    sk_route_find(&sk_routes, &match, "HEAD", UPLOAD);
    assert_string_equal(match.token, "00112233445566778899aabbccddeeff");
    assert_string_equal(match.org, "");
    sk_route_find(&sk_routes, &match, "GET", UPLOAD);
    assert_null(match.route);
    assert_string_equal(match.allow, "OPTIONS, HEAD, PATCH, DELETE");
    sk_route_find(&sk_routes, &match, "PATCH", "/uploads");
    assert_string_equal(match.allow, "OPTIONS, POST");
    sk_route_find(&sk_routes, &match, "GET", "/boards/0a1b2c3d");
    sk_route_find(&sk_routes, &match, "GET", "/crh/nowhere");
    assert_true(match.has_lang);
    assert_int_equal(match.lang, SK_LANG_CRH);
    sk_route_find(&sk_routes, &match, "DELETE", "/ru/status");
    assert_null(match.route);
    assert_true(match.known);
    assert_string_equal(match.allow, "GET, HEAD, POST");
    assert_int_equal(match.lang, SK_LANG_RU);
    sk_route_find(&sk_routes, &match, "HEAD", "/ru/report");
    assert_null(match.route);
    assert_string_equal(match.allow, "POST");
    sk_route_find(&sk_routes, &match, "get", "/ru/");
    assert_null(match.route);
}

static void test_protocols(void **state)
{
    static const char *const programs[] = {"/uploads", "/uploads/", UPLOAD, "/uploads/x/y"};
    static const char *const people[] = {"",          "/",           "/upload",
                                         "/uploadsx", "/uk/uploads", "x/uploads"};

    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        assert_ptr_equal(sk_route_protocol(&sk_routes, programs[i]), &sk_protocol_tus);
    }
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        assert_ptr_equal(sk_route_protocol(&sk_routes, people[i]), &sk_protocol_page);
    }
}

int main(void)
{
    struct CMUnitTest tests[EXPECTED_COUNT + 4] = {
        cmocka_unit_test(test_no_other_rows),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_what_the_path_says),
        cmocka_unit_test(test_protocols),
    };

    for (size_t i = 0; i < EXPECTED_COUNT; i++) {
        tests[4 + i].name = EXPECTED[i].path;
        tests[4 + i].test_func = test_row;
        tests[4 + i].initial_state = (void *)(uintptr_t)&EXPECTED[i];
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
