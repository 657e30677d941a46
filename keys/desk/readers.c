#include "keys/desk/readers.h"

#include <string.h>

#include "keys/desk/json.h"
#include "keys/open/recipients.h"

/* ---- whose slots they are ----------------------------------------------------- */

/* SK_KNOWN_MAX keys at a time. */
static enum sk_error find_readers(struct sk_readers *r, const struct sk_opener *opener,
                                  const struct sk_keyset *keyset)
{
    for (size_t at = 0; at < keyset->known_count; at += SK_KNOWN_MAX) {
        struct sk_x25519_pk some[SK_KNOWN_MAX];
        struct sk_recipients found;
        size_t n = keyset->known_count - at;

        n = n < SK_KNOWN_MAX ? n : SK_KNOWN_MAX;
        for (size_t i = 0; i < n; i++) {
            some[i] = keyset->known[at + i].pk;
        }
        enum sk_error e = sk_opener_recipients(opener, some, n, &found);

        if (e != SK_OK) {
            return e;
        }
        for (size_t i = 0; i < n && r->reader_count < SK_SLOTS; i++) {
            if ((found.known >> i & 1u) != 0) {
                r->readers[r->reader_count++] = (uint32_t)(at + i);
            }
        }
    }
    return SK_OK;
}

/* Once more with all readers together: checks their order and counts the other slots. */
static enum sk_error count_rest(struct sk_readers *r, const struct sk_opener *opener,
                                const struct sk_keyset *keyset)
{
    struct sk_x25519_pk all[SK_SLOTS];
    struct sk_recipients found;

    for (unsigned i = 0; i < r->reader_count; i++) {
        all[i] = keyset->known[r->readers[i]].pk;
    }
    enum sk_error e = sk_opener_recipients(opener, all, r->reader_count, &found);

    if (e == SK_OK) {
        r->dummies = found.dummies;
        r->unknown = found.unknown;
    }
    return e;
}

/* ---- with which sheets --------------------------------------------------------- */

struct versions { /* sheets of one reader that have its key for the epoch */
    const struct sk_known_sheets *sheets;
    const struct sk_known_key *key;
    uint32_t epoch;
};

static bool is_version(const struct versions *v, size_t i)
{
    const struct sk_sheet *sheet = &v->sheets->list[i].sheet;
    const struct sk_x25519_pk *pk = sk_sheet_key(sheet, v->epoch);

    return pk != NULL && memcmp(pk, &v->key->pk, sizeof *pk) == 0 &&
           memcmp(&sheet->identity, &v->key->identity, sizeof sheet->identity) == 0;
}

/* The next sheet of that reader from place `from` on; the number of sheets if there is none. */
static size_t next_version(const struct versions *v, size_t from)
{
    while (from < v->sheets->count && !is_version(v, from)) {
        from++;
    }
    return from;
}

/* Advances to the next combination, as a counter does; false after the last. */
static bool next_combination(const struct versions *v, size_t *at, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        at[i] = next_version(&v[i], at[i] + 1);
        if (at[i] < v[i].sheets->count) {
            return true;
        }
        at[i] = next_version(&v[i], 0);
    }
    return false;
}

static enum sk_error compare(const struct versions *v, const size_t *at, unsigned count,
                             const struct sk_digest *want, bool *same)
{
    struct sk_digest digests[SK_SLOTS], digest;

    for (unsigned i = 0; i < count; i++) {
        digests[i] = v[i].sheets->list[at[i]].sheet.digest;
    }
    enum sk_error e = sk_sheets_digest(&digest, digests, count);

    *same = e == SK_OK && memcmp(&digest, want, sizeof digest) == 0;
    return e;
}

static enum sk_error find_sheets(struct sk_readers *r, const struct sk_keyset *keyset,
                                 const struct sk_known_sheets *sheets, const struct sk_digest *want)
{
    struct versions v[SK_SLOTS];
    size_t at[SK_SLOTS];
    enum sk_error e = SK_OK;

    for (unsigned i = 0; i < r->reader_count; i++) {
        v[i] = (struct versions){sheets, &keyset->known[r->readers[i]], keyset->epoch};
        at[i] = next_version(&v[i], 0);
        if (at[i] == sheets->count) {
            return SK_OK;
        }
    }
    for (unsigned n = 0; e == SK_OK && n < SK_SHEETS_COMBINATIONS; n++) {
        e = compare(v, at, r->reader_count, want, &r->sheets_known);
        if (r->sheets_known || !next_combination(v, at, r->reader_count)) {
            break;
        }
    }
    return e;
}

/* ---- all of it --------------------------------------------------------------- */

enum sk_error sk_readers_find(struct sk_readers *out, const struct sk_opener *opener,
                              const struct sk_keyset *keyset, const struct sk_known_sheets *sheets,
                              const struct sk_digest *digest)
{
    struct sk_readers r = {.reader_count = 0};
    enum sk_error e = find_readers(&r, opener, keyset);

    if (e != SK_OK) {
        return e;
    }
    e = count_rest(&r, opener, keyset);
    if (e != SK_OK) {
        return e;
    }
    if (r.unknown == 0 && r.reader_count > 0) {
        e = find_sheets(&r, keyset, sheets, digest);
    }
    if (e == SK_OK) {
        *out = r;
    }
    return e;
}

enum sk_error sk_readers_note(const struct sk_readers *r, const struct sk_keyset *keyset,
                              json_t *entry)
{
    json_t *named = json_array(), *offered = json_array();
    int bad = 0;

    for (unsigned i = 0; i < r->reader_count; i++) {
        const struct sk_known_key *key = &keyset->known[r->readers[i]];

        bad |=
            key->name != NULL
                ? json_array_append_new(named, json_string(key->name))
                : json_array_append_new(offered, sk_json_hex(&key->identity, sizeof key->identity));
    }
    bad |= json_object_set_new(entry, "recipients", named);
    bad |= json_object_set_new(entry, "offered", offered);
    bad |= json_object_set_new(entry, "unknown", json_integer(r->unknown));
    bad |= json_object_set_new(entry, "dummies", json_integer(r->dummies));
    bad |= json_object_set_new(entry, "sheets_known", json_boolean(r->sheets_known));
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}
