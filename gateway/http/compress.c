#include "gateway/http/compress.h"

#include <brotli/encode.h>
#include <limits.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Quality 10 takes 10 ms for a form and saves a tenth; it would take ten times that for the offline
 * page, and all pages are compressed again whenever the outbox changes. */
#define BROTLI_QUALITY(len) ((len) < 65536 ? 10 : 5)
#define GZIP_WINDOW (15 + 16) /* of 32 KiB, with gzip's own header */
#define GZIP_MEMORY 9

/*
 * Debian's brotli ends the process when an allocation fails. Its allocator here never returns NULL:
 * without memory it jumps out of the encoder, and every block that the encoder held is freed.
 */
struct block {
    _Alignas(max_align_t) struct block *next, **link;
};

struct memory {
    jmp_buf exhausted;
    struct block *first;
};

static void *memory_alloc(void *opaque, size_t len)
{
    struct memory *memory = opaque;
    struct block *block = len > SIZE_MAX - sizeof *block ? NULL : malloc(sizeof *block + len);

    if (block == NULL) {
        longjmp(memory->exhausted, 1);
    }
    block->next = memory->first;
    block->link = &memory->first;
    if (block->next != NULL) {
        block->next->link = &block->next;
    }
    memory->first = block;
    return block + 1;
}

static void memory_free(void *opaque, void *p)
{
    (void)opaque;
    if (p != NULL) {
        struct block *block = (struct block *)p - 1;

        *block->link = block->next;
        if (block->next != NULL) {
            block->next->link = block->link;
        }
        free(block);
    }
}

static bool brotli_all(struct memory *memory, char *out, size_t *room, const char *bytes,
                       size_t len)
{
    BrotliEncoderState *state = BrotliEncoderCreateInstance(memory_alloc, memory_free, memory);
    size_t in = len, left = *room;
    const uint8_t *next_in = (const uint8_t *)bytes;
    uint8_t *next_out = (uint8_t *)out;

    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, BROTLI_QUALITY(len));
    BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, BROTLI_DEFAULT_WINDOW);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, (uint32_t)len);
    BROTLI_BOOL done = BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &in, &next_in,
                                                   &left, &next_out, NULL);
    bool whole = done == BROTLI_TRUE && BrotliEncoderIsFinished(state) == BROTLI_TRUE;

    BrotliEncoderDestroyInstance(state);
    *room -= left;
    return whole;
}

static enum sk_error compress_brotli(char *out, size_t *room, const char *bytes, size_t len)
{
    struct memory memory = {.first = NULL};

    if (setjmp(memory.exhausted) == 0) {
        return brotli_all(&memory, out, room, bytes, len) ? SK_OK : SK_ERR_MEMORY;
    }
    while (memory.first != NULL) {
        memory_free(&memory, memory.first + 1);
    }
    return SK_ERR_MEMORY;
}

static enum sk_error compress_gzip(char *out, size_t *room, const char *bytes, size_t len)
{
    z_stream stream = {0};
    int code;

    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return SK_ERR_MEMORY;
    }
    /* zlib only reads it; its interface knows no const. */
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)*room;
    code = deflate(&stream, Z_FINISH);
    *room = stream.total_out;
    (void)deflateEnd(&stream);
    return code == Z_STREAM_END ? SK_OK : SK_ERR_MEMORY;
}

enum sk_error sk_compress(struct sk_page *out, enum sk_coding coding, const char *bytes, size_t len)
{
    size_t room = len + len / 8 + 1024; /* more than either coding needs for what does not shrink */
    enum sk_error e = SK_OK;
    char *compressed = len > INT_MAX / 2 ? NULL : malloc(room);

    if (compressed == NULL) {
        return SK_ERR_MEMORY;
    }
    if (coding == SK_CODING_BR) {
        e = compress_brotli(compressed, &room, bytes, len);
    } else if (coding == SK_CODING_GZIP) {
        e = compress_gzip(compressed, &room, bytes, len);
    } else {
        memcpy(compressed, bytes, len);
        room = len;
    }
    if (e == SK_OK) {
        *out = (struct sk_page){compressed, room, NULL};
    } else {
        free(compressed);
    }
    return e;
}
