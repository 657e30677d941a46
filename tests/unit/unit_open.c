#include "tests/unit/unit_open.h"

#include <stdlib.h>
#include <string.h>

int unit_set_up(void **state)
{
    struct unit_fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->address = unit_address(2);
    f->file_key = unit_file_key(&f->address);
    f->body.len = UNIT_BODY;
    f->body.p = malloc(UNIT_BODY);
    assert_non_null(f->body.p);
    unit_pattern(f->body.p, 0, UNIT_BODY);
    f->envelope = unit_seal(&f->address, f->body.p, UNIT_BODY, 0);
    *state = f;
    return 0;
}

int unit_tear_down(void **state)
{
    struct unit_fixture *f = *state;

    free(f->body.p);
    free(f->envelope.p);
    free(f);
    return 0;
}

uint8_t *unit_chunk_at(struct unit_fixture *f, size_t i)
{
    return f->envelope.p + SK_HEADER_BYTES + i * SK_CHUNK_BYTES;
}

/* All chunks, then the end. all: room for the content. */
static enum sk_error open_all(struct sk_opener *opener, struct unit_bytes envelope,
                              const struct sk_x25519_pk *known, size_t known_count,
                              struct sk_opened *opened, struct unit_bytes *all)
{
    struct sk_opened before;
    enum sk_error e;

    for (uint32_t i = 0; i < sk_class_of_length(envelope.len); i++) {
        const uint8_t *part;
        size_t len;

        e = sk_opener_chunk(opener, envelope.p + SK_HEADER_BYTES + (size_t)i * SK_CHUNK_BYTES,
                            &part, &len);
        if (e != SK_OK) {
            return e;
        }
        memcpy(all->p + all->len, part, len);
        all->len += len;
    }
    memset(opened, 0xA7, sizeof *opened);
    memset(&before, 0xA7, sizeof before);
    e = sk_opener_end(opener, known, known_count, opened);
    if (e != SK_OK) {
        assert_memory_equal(opened, &before, sizeof before);
    }
    return e;
}

enum sk_error unit_open(struct unit_bytes envelope, uint8_t sk, const struct sk_x25519_pk *known,
                        size_t known_count, struct sk_opened *opened, struct unit_bytes *content)
{
    struct sk_x25519_sk key = unit_sk(sk);
    struct sk_opener *opener = NULL;
    struct sk_opened result;
    struct unit_bytes all = {malloc(envelope.len + 1), 0};
    enum sk_error e = sk_opener_new(&opener, envelope.p, envelope.len, &key, 1);

    assert_non_null(all.p);
    if (e == SK_OK) {
        e = open_all(opener, envelope, known, known_count, &result, &all);
    }
    if (e == SK_OK && opened != NULL) {
        *opened = result;
    }
    if (e == SK_OK && content != NULL) {
        *content = all;
    } else {
        free(all.p);
    }
    sk_opener_free(opener);
    return e;
}

void unit_expect_refused(struct unit_fixture *f, enum sk_error error)
{
    assert_error(unit_open(f->envelope, 0x40, NULL, 0, NULL, NULL), error);
    assert_error(unit_open(f->envelope, 0x41, NULL, 0, NULL, NULL), error);
}
