/* Heads of parts. Input twice: as header lines, which must be taken without harm, and as a name,
 * which must come back when it is written as browsers write it. */
#include <string.h>

#include "keys/parse/head.h"
#include "tests/fuzz/fuzz.h"

static struct sk_part_head head;

static void must_be_bounded(const struct sk_name *name, const uint8_t *data, size_t size)
{
    uint8_t sum = 0;

    FUZZ_MUST(name->len <= SK_PARSE_NAME_MAX);
    for (size_t i = 0; i < name->len; i++) {
        sum = (uint8_t)(sum ^ name->bytes[i]); /* a sanitizer sees every byte being read */
    }
    (void)sum;
    /* Nothing stands in a name that did not stand in the lines, but for what an escape means. */
    for (size_t i = 0; i < name->len; i++) {
        FUZZ_MUST(memchr("\"\r\n", name->bytes[i], 3) != NULL ||
                  memchr(data, name->bytes[i], size) != NULL);
    }
}

static void as_lines(const uint8_t *data, size_t size)
{
    sk_part_head_read(&head, data, size);
    must_be_bounded(&head.field, data, size);
    must_be_bounded(&head.file, data, size);
    FUZZ_MUST(head.is_file || head.file.len == 0);
}

static size_t put(uint8_t *out, const char *text)
{
    size_t len = strlen(text);

    memcpy(out, text, len);
    return len;
}

static size_t put_escaped(uint8_t *out, const uint8_t *name, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        const char *code = name[i] == '"'    ? "%22"
                           : name[i] == '\r' ? "%0D"
                           : name[i] == '\n' ? "%0A"
                                             : NULL;

        if (code != NULL) {
            n += put(out + n, code);
        } else {
            out[n++] = name[i];
        }
    }
    return n;
}

/* A name that holds an escape by itself cannot be told from one that was escaped. */
static bool ambiguous(const uint8_t *name, size_t size)
{
    return memmem(name, size, "%22", 3) != NULL || memmem(name, size, "%0D", 3) != NULL ||
           memmem(name, size, "%0A", 3) != NULL;
}

static void as_name(const uint8_t *name, size_t size)
{
    uint8_t *lines = malloc(6 * size + 200);
    size_t n;

    FUZZ_MUST(lines != NULL);
    n = put(lines, "Content-Disposition: form-data; name=\"");
    n += put_escaped(lines + n, name, size);
    n += put(lines + n, "\"; filename=\"");
    n += put_escaped(lines + n, name, size);
    n += put(lines + n, "\"\r\nContent-Type: a/b\r\n");
    sk_part_head_read(&head, lines, n);
    FUZZ_MUST(head.is_file && head.file.len == size && head.field.len == size);
    FUZZ_MUST(size == 0 || (memcmp(head.file.bytes, name, size) == 0 &&
                            memcmp(head.field.bytes, name, size) == 0));
    FUZZ_MUST(head.type.len == 3 && memcmp(head.type.bytes, "a/b", 3) == 0);
    free(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    as_lines(data, size);
    if (size <= SK_PARSE_NAME_MAX && !ambiguous(data, size)) {
        as_name(data, size);
    }
    return 0;
}
