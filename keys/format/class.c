#include "keys/format/class.h"

enum { POWERS_ONLY = 1024 }; /* classes up to this one are powers of two */

/* The smallest class of at least need chunks, which may be none; 0 if there is no such class. */
static uint32_t round_up(uint64_t need)
{
    uint64_t power = 1;

    if (need > SK_CHUNKS_MAX) {
        return 0;
    }
    while (power < need) {
        power *= 2;
    }
    if (power <= POWERS_ONLY) {
        return (uint32_t)power;
    }
    /* need lies above power / 2; the classes there are an eighth of power apart. */
    uint64_t step = power / 8;

    return (uint32_t)((need + step - 1) / step * step);
}

uint32_t sk_class_for(uint64_t content_len)
{
    uint64_t need = content_len / SK_CHUNK_CONTENT + (content_len % SK_CHUNK_CONTENT != 0);

    return round_up(need);
}

bool sk_class_valid(uint32_t chunks)
{
    return chunks != 0 && round_up(chunks) == chunks;
}

uint64_t sk_chunk_offset(uint32_t i)
{
    return SK_HEADER_BYTES + (uint64_t)i * SK_CHUNK_BYTES;
}

uint64_t sk_envelope_length(uint32_t chunks)
{
    return sk_chunk_offset(chunks);
}

uint32_t sk_class_of_length(uint64_t envelope_len)
{
    if (envelope_len < SK_HEADER_BYTES + SK_CHUNK_BYTES) {
        return 0;
    }
    /* When the cast truncates, sk_envelope_length() gives another length. */
    uint32_t chunks = (uint32_t)((envelope_len - SK_HEADER_BYTES) / SK_CHUNK_BYTES);

    return sk_envelope_length(chunks) == envelope_len && sk_class_valid(chunks) ? chunks : 0;
}
