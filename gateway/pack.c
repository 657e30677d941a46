#include "gateway/pack.h"

#include <brotli/encode.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A form takes 10 ms for a tenth less; the page without a network would take ten times that, and
 * all of them are made anew whenever the outbox changes. */
#define BROTLI_QUALITY(len) ((len) < 65536 ? 10 : 5)
#define GZIP_WINDOW (15 + 16) /* of 32 KiB, with gzip's own header */
#define GZIP_MEMORY 9

static enum sk_error pack_brotli(char *out, size_t *room, const char *bytes, size_t len)
{
    BROTLI_BOOL done =
        BrotliEncoderCompress(BROTLI_QUALITY(len), BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, len,
                              (const uint8_t *)bytes, room, (uint8_t *)out);

    return done == BROTLI_TRUE ? SK_OK : SK_ERR_MEMORY;
}

static enum sk_error pack_gzip(char *out, size_t *room, const char *bytes, size_t len)
{
    z_stream stream = {0};
    int code;

    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return SK_ERR_MEMORY;
    /* Only read; the interface knows no const unless asked before its header. */
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)*room;
    code = deflate(&stream, Z_FINISH);
    *room = stream.total_out;
    (void)deflateEnd(&stream);
    return code == Z_STREAM_END ? SK_OK : SK_ERR_MEMORY;
}

/* More than either coding ever needs, for the few that do not get smaller. */
static size_t room_for(size_t len)
{
    return len + len / 8 + 1024;
}

enum sk_error sk_pack(struct sk_page *out, enum sk_coding coding, const char *bytes, size_t len)
{
    size_t room = room_for(len);
    enum sk_error error = SK_OK;
    char *packed = len > INT_MAX / 2 ? NULL : malloc(room);

    if (packed == NULL)
        return SK_ERR_MEMORY;
    if (coding == SK_CODING_BR) {
        error = pack_brotli(packed, &room, bytes, len);
    } else if (coding == SK_CODING_GZIP) {
        error = pack_gzip(packed, &room, bytes, len);
    } else {
        memcpy(packed, bytes, len);
        room = len;
    }
    if (error == SK_OK)
        *out = (struct sk_page){packed, room, NULL};
    else
        free(packed);
    return error;
}
