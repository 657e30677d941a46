/* What is kept as JSON: without memory it is not damaged. */
#include "keys/desk/json.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const char TEXT[] = "{\"digest\": \"00\", \"list\": [1, {\"n\": \"x\"}, 2.5, true]}";

static unsigned left; /* allocations until one fails; 0: none does */

void *__real_malloc(size_t len);
void *__wrap_malloc(size_t len);

/* In the place of malloc for the objects of this program (the linker's --wrap). */
void *__wrap_malloc(size_t len)
{
    return left > 0 && --left == 0 ? NULL : __real_malloc(len);
}

static void no_memory_is_not_called_damage(void **state)
{
    enum sk_error e = SK_ERR_MEMORY;
    unsigned failed = 0;
    json_t *value = NULL;

    (void)state;
    for (unsigned n = 1; e != SK_OK; n++) {
        left = n;
        e = sk_json_read(&value, (const uint8_t *)TEXT, strlen(TEXT));
        if (e != SK_OK) {
            assert_error(e, SK_ERR_MEMORY);
            failed++;
        }
    }
    left = 0;
    json_decref(value);
    assert_true(failed > 10);
}

static void what_is_no_json_is(void **state)
{
    static const char *const texts[] = {"",      "{",        "{\"a\": 1, \"a\": 2}",
                                        "[1] 2", "\"\xff\"", "nul"};
    json_t *value = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_error(sk_json_read(&value, (const uint8_t *)texts[i], strlen(texts[i])),
                     SK_ERR_CORRUPT);
    }
    assert_null(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_is_not_called_damage),
        cmocka_unit_test(what_is_no_json_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
