#include "storage/store/bundle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/format/class.h"

void sk_bundle_free(struct sk_bundle *bundle)
{
    free(bundle->ids);
    free(bundle->sheets);
    free(bundle->sheet_bytes);
    free(bundle->entries);
    free(bundle->header);
    *bundle = (struct sk_bundle){0};
}

/* ---- which, in which order ---------------------------------------------------- */

static int by_day(const void *a, const void *b)
{
    const struct sk_envelope_info *x = a, *y = b;

    return (x->day > y->day) - (x->day < y->day);
}

/* Shuffled within each day: a sort by day alone keeps a uniform shuffle uniform, because envelopes
 * of one day are equal to it. */
static void sort_by_day(struct sk_envelope_info *envelopes, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = randombytes_uniform((uint32_t)i);
        struct sk_envelope_info swap = envelopes[i - 1];

        envelopes[i - 1] = envelopes[j];
        envelopes[j] = swap;
    }
    qsort(envelopes, count, sizeof *envelopes, by_day);
}

/* The envelopes from the first on that fit into limit, but at least one. */
static size_t count_fitting(const struct sk_envelope_info *envelopes, size_t count, uint64_t limit,
                            uint64_t *bytes)
{
    size_t n = 0;

    *bytes = 0;
    while (n < count && n < SK_CARRY_COUNT_MAX) {
        uint64_t length = sk_envelope_length(envelopes[n].chunks);

        if (n > 0 && length > limit - *bytes) {
            break;
        }
        *bytes += length;
        n++;
        if (*bytes >= limit) {
            break;
        }
    }
    return n;
}

enum sk_error sk_bundle_choose(struct sk_bundle *bundle, struct sk_envelope_info *envelopes,
                               size_t count, uint64_t limit)
{
    uint64_t bytes;

    if (count > UINT32_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    sort_by_day(envelopes, count);
    size_t n = count_fitting(envelopes, count, limit, &bytes);
    struct sk_envelope_id *ids = calloc(n, sizeof *ids);
    struct sk_carry_entry *entries = calloc(n, sizeof *entries);

    if (ids == NULL || entries == NULL) {
        free(ids);
        free(entries);
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        ids[i] = envelopes[i].id;
        entries[i].day = envelopes[i].day;
        entries[i].chunks = envelopes[i].chunks;
    }
    bundle->ids = ids;
    bundle->entries = entries;
    bundle->bytes = bytes;
    bundle->carry.count = (uint32_t)n;
    return SK_OK;
}

enum sk_error sk_bundle_from_record(struct sk_bundle *bundle, struct sk_bundle_record *record)
{
    const uint8_t *header = record->header;
    size_t header_len = record->header_len, count = record->count;

    *bundle = (struct sk_bundle){.header = record->header,
                                 .header_len = header_len,
                                 .ids = record->ids,
                                 .sheet_bytes = record->sheets,
                                 .sheet_len = record->sheets_len};
    *record = (struct sk_bundle_record){0};
    if (header_len < SK_CARRY_FIXED || sk_carry_read_fixed(&bundle->carry, header) != SK_OK ||
        bundle->carry.count != count) {
        return SK_ERR_CORRUPT;
    }
    bundle->entries = calloc(count + 1, sizeof *bundle->entries);
    bundle->sheets = calloc(bundle->carry.sheets + 1, sizeof *bundle->sheets);
    if (bundle->entries == NULL || bundle->sheets == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e =
        sk_carry_read(&bundle->carry, bundle->sheets, bundle->entries, header, header_len, NULL);

    if (e != SK_OK ||
        sk_carry_sheets_length(bundle->sheets, bundle->carry.sheets) != bundle->sheet_len) {
        return e == SK_ERR_MEMORY ? e : SK_ERR_CORRUPT;
    }
    for (size_t i = 0; i < count; i++) {
        bundle->bytes += sk_envelope_length(bundle->entries[i].chunks);
    }
    return SK_OK;
}

void sk_bundle_remove(struct sk_bundle *bundle, size_t i)
{
    size_t after = bundle->carry.count - i - 1;

    bundle->bytes -= sk_envelope_length(bundle->entries[i].chunks);
    memmove(bundle->ids + i, bundle->ids + i + 1, after * sizeof *bundle->ids);
    memmove(bundle->entries + i, bundle->entries + i + 1, after * sizeof *bundle->entries);
    bundle->carry.count--;
}

/* ---- streaming ---------------------------------------------------------------- */

/* Every length is checked against the size class: the desk finds an envelope by its place in the
 * file, so that one byte too few here would spoil all that follow. */
static enum sk_error stream_one(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                uint64_t left, uint8_t *piece, struct sk_file_writer *writer,
                                struct sk_progress *progress, struct sk_digest *digest)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof digest->b);
    for (uint32_t i = 0; left > 0; i++) {
        size_t want = left < SK_PIECE_BYTES ? (size_t)left : SK_PIECE_BYTES;
        size_t len = 0;
        enum sk_error e = sk_inbox_read_piece(inbox, id, i, piece, &len);

        if (e != SK_OK) {
            return e;
        }
        if (len != want) {
            return SK_ERR_CORRUPT;
        }
        e = sk_file_writer_put(writer, piece, len);
        if (e != SK_OK) {
            return e;
        }
        crypto_generichash_update(&state, piece, len);
        sk_progress_add(progress, len);
        left -= len;
    }
    crypto_generichash_final(&state, digest->b, sizeof digest->b);
    return SK_OK;
}

enum sk_error sk_bundle_stream(struct sk_bundle *bundle, struct sk_inbox *inbox,
                               struct sk_file_writer *writer, bool verify, size_t *at)
{
    struct sk_progress progress;
    uint8_t *piece = malloc(SK_PIECE_BYTES);
    enum sk_error e = SK_OK;

    if (piece == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_progress_start(&progress, "writing the bundle", bundle->bytes);
    progress.bytes = 1;
    for (size_t i = 0; i < bundle->carry.count; i++) {
        struct sk_carry_entry *entry = &bundle->entries[i];
        struct sk_digest digest;

        *at = i;
        e = stream_one(inbox, &bundle->ids[i], sk_envelope_length(entry->chunks), piece, writer,
                       &progress, &digest);
        if (e != SK_OK) {
            break;
        }
        if (verify && sodium_memcmp(digest.b, entry->envelope.b, sizeof digest.b) != 0) {
            e = SK_ERR_CARRY_DIGEST;
            break;
        }
        entry->envelope = digest;
    }
    sk_progress_end(&progress);
    free(piece);
    return e;
}

uint64_t sk_bundle_file_length(const struct sk_bundle *bundle)
{
    return bundle->header_len + bundle->sheet_len + bundle->bytes;
}

enum sk_error sk_bundle_sign(struct sk_bundle *bundle, const struct sk_ed25519_sk *key)
{
    struct sk_carry *carry = &bundle->carry;
    size_t len = sk_carry_header_length(carry->sheets, carry->count);
    uint8_t *header = malloc(len);

    if (header == NULL) {
        return SK_ERR_MEMORY;
    }
    if (carry->count > 0) {
        carry->first_day = bundle->entries[0].day;
        carry->last_day = bundle->entries[carry->count - 1].day;
    }
    enum sk_error e = sk_carry_write(header, carry, bundle->sheets, bundle->entries, key, NULL);

    if (e != SK_OK) {
        free(header);
        return e;
    }
    free(bundle->header);
    bundle->header = header;
    bundle->header_len = len;
    return SK_OK;
}
