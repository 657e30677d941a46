#include "keys/desk/entry.h"

#include <stdio.h>
#include <string.h>

#include "keys/base/category.h"
#include "keys/base/number.h"
#include "keys/desk/json.h"
#include "keys/desk/text.h"
#include "keys/parse/protocol.h"

static enum sk_error read_numbers(struct sk_entry *out, const json_t *json)
{
    const struct {
        const char *name;
        uint32_t *value;
    } numbers[] = {
        {"epoch", &out->epoch},         {"day", &out->day},     {"chunks", &out->chunks},
        {"sealed_by", &out->sealed_by}, {"flags", &out->flags}, {"unknown", &out->unknown},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        enum sk_error e = sk_json_get_u32(json, numbers[i].name, numbers[i].value);

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

enum sk_error sk_entry_take(struct sk_entry *out, json_t *json)
{
    struct sk_entry entry = {.json = json};
    enum sk_error e = sk_json_get_hex(json, "digest", &entry.digest, sizeof entry.digest);

    if (e == SK_OK) {
        e = sk_json_get_hex(json, "header", &entry.header, sizeof entry.header);
    }
    if (e == SK_OK) {
        e = read_numbers(&entry, json);
    }
    if (e == SK_OK && (!json_is_array(json_object_get(json, "recipients")) ||
                       !json_is_array(json_object_get(json, "fields")) ||
                       !json_is_array(json_object_get(json, "files")))) {
        e = SK_ERR_CORRUPT;
    }
    if (e != SK_OK) {
        json_decref(json);
        return e;
    }
    entry.parsed = json_is_true(json_object_get(json, "parsed"));
    if (sk_json_get_u32(json, "outcome", &entry.outcome) != SK_OK) {
        entry.outcome = SK_PARSE_STOPPED; /* entries of earlier versions do not say why */
    }
    entry.sheets_known = json_is_true(json_object_get(json, "sheets_known"));
    *out = entry;
    return SK_OK;
}

enum sk_error sk_entry_read(struct sk_entry *out, const uint8_t *payload, size_t len)
{
    json_t *json = NULL;
    enum sk_error e = sk_json_read(&json, payload, len);

    return e == SK_OK ? sk_entry_take(out, json) : e;
}

enum sk_error sk_entry_copy(struct sk_entry *out, const struct sk_entry *entry)
{
    *out = *entry;
    json_incref(out->json);
    return SK_OK;
}

void sk_entry_free(struct sk_entry *entry)
{
    json_decref(entry->json);
    memset(entry, 0, sizeof *entry);
}

void sk_entry_id(const struct sk_digest *digest, char id[SK_ID_TEXT])
{
    sk_hex(id, digest->b, 8);
}

json_t *sk_entry_fields(const struct sk_entry *entry)
{
    return json_object_get(entry->json, "fields");
}

json_t *sk_entry_files(const struct sk_entry *entry)
{
    return json_object_get(entry->json, "files");
}

json_t *sk_entry_offered(const struct sk_entry *entry)
{
    return json_object_get(entry->json, "offered");
}

/* The value of the first field of that name, or NULL. */
static const char *field_value(const struct sk_entry *entry, const char *name)
{
    const json_t *fields = sk_entry_fields(entry);

    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const char *has = json_string_value(json_object_get(field, "name"));

        if (has != NULL && strcmp(has, name) == 0) {
            return json_string_value(json_object_get(field, "value"));
        }
    }
    return NULL;
}

unsigned sk_entry_category(const struct sk_entry *entry)
{
    const char *text = field_value(entry, "category");
    uint64_t n = 0;

    if (text == NULL || !sk_number_read(text, strlen(text), 0, SK_CATEGORIES, &n)) {
        return 0;
    }
    return (unsigned)n;
}

const char *sk_entry_outcome_text(uint32_t outcome)
{
    switch (outcome) {
    case SK_PARSE_WHOLE:
        return NULL;
    case SK_PARSE_TRUNCATED:
        return "it ends in the middle";
    case SK_PARSE_MALFORMED:
        return "from some place on it is no form";
    case SK_PARSE_CROWDED:
        return "it has more than 1,000 parts";
    default:
        return "the parser could not go on";
    }
}

const char *sk_entry_incomplete(const struct sk_entry *entry)
{
    return entry->parsed ? NULL : sk_entry_outcome_text(entry->outcome);
}

void sk_entry_excerpt(const struct sk_entry *entry, char out[SK_EXCERPT_BYTES])
{
    const char *text = field_value(entry, "text");

    if (!entry->parsed && text == NULL) {
        snprintf(out, SK_EXCERPT_BYTES, "(no text could be read; original kept)");
    } else {
        sk_excerpt(out, SK_EXCERPT_BYTES, text != NULL ? text : "", SK_EXCERPT_CHARACTERS);
    }
}
