/* Size classes and lengths against the known answers, and their borders (FORMAT section 1). */
#include "tests/unit/unit.h"

static void test_classes_are_the_known_ones(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    const json_t *classes = json_object_get(vectors, "classes");
    size_t next = 0;

    (void)state;
    assert_int_equal(json_array_size(classes), 43);
    for (uint32_t n = 0; n <= SK_CHUNKS_MAX + 1; n++) {
        bool known =
            next < 43 && json_integer_value(json_array_get(classes, next)) == (json_int_t)n;

        if (sk_class_valid(n) != known) {
            fail_msg("%u chunks: valid %d, known %d", n, sk_class_valid(n), known);
        }
        next += known;
    }
    assert_int_equal(next, 43);
    json_decref(vectors);
}

static void test_class_for_fills_each_class_to_the_last_byte(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    const json_t *classes = json_object_get(vectors, "classes");
    size_t i;
    const json_t *value;

    (void)state;
    json_array_foreach(classes, i, value)
    {
        uint32_t chunks = (uint32_t)json_integer_value(value);
        uint32_t above = (uint32_t)json_integer_value(json_array_get(classes, i + 1));
        uint64_t full = (uint64_t)chunks * SK_CHUNK_CONTENT;

        assert_int_equal(sk_class_for(full), chunks);
        assert_int_equal(sk_class_for(full - 1), chunks);
        assert_int_equal(sk_class_for(full + 1), above); /* 0 above the largest */
    }
    json_decref(vectors);
}

static void test_class_for_small_and_impossible(void **state)
{
    (void)state;
    assert_int_equal(sk_class_for(0), 1);
    assert_int_equal(sk_class_for(1), 1);
    assert_int_equal(sk_class_for(SK_CONTENT_MAX), SK_CHUNKS_MAX);
    assert_int_equal(sk_class_for(SK_CONTENT_MAX + 1), 0);
    assert_int_equal(sk_class_for(UINT64_MAX), 0);
}

static void test_length_and_back(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= SK_CHUNKS_MAX; n++) {
        uint64_t length = sk_envelope_length(n);
        uint32_t expected = sk_class_valid(n) ? n : 0;

        if (length != 680 + UINT64_C(16400) * n || sk_class_of_length(length) != expected) {
            fail_msg("%u chunks", n);
        }
        if (expected != 0) {
            assert_int_equal(sk_class_of_length(length - 1), 0);
            assert_int_equal(sk_class_of_length(length + 1), 0);
        }
    }
}

static void test_length_of_no_envelope(void **state)
{
    (void)state;
    assert_int_equal(sk_class_of_length(0), 0);
    assert_int_equal(sk_class_of_length(679), 0);
    assert_int_equal(sk_class_of_length(680), 0);
    assert_int_equal(sk_class_of_length(16400), 0);
    assert_int_equal(sk_class_of_length(sk_envelope_length(3)), 0);
    assert_int_equal(sk_class_of_length(sk_envelope_length(SK_CHUNKS_MAX + 1)), 0);
    /* 2^32 + 1 chunks: one, if a cast cut it off */
    assert_int_equal(sk_class_of_length(680 + UINT64_C(16400) * ((UINT64_C(1) << 32) + 1)), 0);
    assert_int_equal(sk_class_of_length(UINT64_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_are_the_known_ones),
        cmocka_unit_test(test_class_for_fills_each_class_to_the_last_byte),
        cmocka_unit_test(test_class_for_small_and_impossible),
        cmocka_unit_test(test_length_and_back),
        cmocka_unit_test(test_length_of_no_envelope),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
