/* What the index says of a report: every string in it was written by a stranger. */
#include <string.h>

#include "keys/base/category.h"
#include "keys/desk/entry.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static void check_excerpt(const struct sk_entry *entry)
{
    char out[SK_EXCERPT_BYTES];

    memset(out, 'x', sizeof out);
    sk_entry_excerpt(entry, out);
    FUZZ_MUST(memchr(out, '\0', sizeof out) != NULL);
    FUZZ_MUST(fuzz_text(out, strlen(out), true) && strpbrk(out, "\t\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_entry entry, copy;
    char id[SK_ID_TEXT];

    if (sk_entry_read(&entry, data, size) == SK_OK) {
        FUZZ_MUST(json_is_array(sk_entry_fields(&entry)) && json_is_array(sk_entry_files(&entry)));
        FUZZ_MUST(sk_entry_category(&entry) <= SK_CATEGORIES);
        check_excerpt(&entry);
        sk_entry_id(&entry.digest, id);
        FUZZ_MUST(strlen(id) == SK_ID_TEXT - 1);
        FUZZ_MUST(sk_entry_copy(&copy, &entry) == SK_OK);
        sk_entry_free(&entry);
        check_excerpt(&copy);
        sk_entry_free(&copy);
    }
    return 0;
}
