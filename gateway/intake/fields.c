#include "gateway/intake/fields.h"

#include <sodium.h>
#include <string.h>

/* Holds one header line of a part: file names have up to 255 characters of up to four bytes. */
#define PARSER_BYTES 2048

static bool refuse(struct sk_fields *fields, enum sk_problem problem)
{
    if (!fields->refused) {
        fields->refused = true;
        fields->problem = problem;
    }
    return false;
}

static bool take_to(struct sk_fields *fields)
{
    const struct sk_organisation *organisation = sk_view_offered(fields->view, fields->value);

    if (organisation == NULL) {
        return refuse(fields, SK_PROBLEM_RECIPIENT);
    }
    for (size_t i = 0; i < fields->to_count; i++) {
        if (fields->to[i] == organisation) {
            return true;
        }
    }
    if (fields->to_count == SK_SLOTS) {
        return refuse(fields, SK_PROBLEM_RECIPIENT);
    }
    fields->to[fields->to_count++] = organisation;
    return true;
}

static bool take_code(struct sk_fields *fields)
{
    if (fields->code_len > 0) {
        return refuse(fields, SK_PROBLEM_BAD_REQUEST);
    }
    if (fields->value_len > SK_FIELD_CODE_MAX) {
        return refuse(fields, SK_PROBLEM_CODE);
    }
    memcpy(fields->code, fields->value, fields->value_len);
    fields->code_len = fields->value_len;
    return true;
}

/* The value of the field that just ended. An empty one is one that was left open in the form. */
static bool take_value(struct sk_fields *fields)
{
    enum sk_field field = fields->current;
    bool ok = true;

    fields->value[fields->value_len] = '\0';
    if (fields->value_len > 0) {
        if (field == SK_FIELD_TO) {
            ok = take_to(fields);
        } else if (field == SK_FIELD_CODE) {
            ok = take_code(fields);
        } else if (field == SK_FIELD_RECEIPT) {
            fields->no_receipt = strcmp(fields->value, "no") == 0;
        }
    }
    sodium_memzero(fields->value, sizeof fields->value);
    fields->value_len = 0;
    fields->current = SK_FIELD_OTHER;
    return ok;
}

static enum sk_field field_of(const char *name)
{
    static const struct {
        const char *name;
        enum sk_field field;
    } names[] = {{"to", SK_FIELD_TO}, {"code", SK_FIELD_CODE}, {"receipt", SK_FIELD_RECEIPT}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].name) == 0) {
            return names[i].field;
        }
    }
    return SK_FIELD_OTHER;
}

static bool append(struct sk_fields *fields, const char *data, size_t len)
{
    if (len > SK_FIELD_TO_MAX - fields->value_len) {
        return refuse(fields, fields->current == SK_FIELD_TO     ? SK_PROBLEM_RECIPIENT
                              : fields->current == SK_FIELD_CODE ? SK_PROBLEM_CODE
                                                                 : SK_PROBLEM_BAD_REQUEST);
    }
    if (len > 0) {
        memcpy(fields->value + fields->value_len, data, len);
        fields->value_len += len;
    }
    return true;
}

/*
 * The parser keeps a copy of a file's name in small heap blocks, which glibc does not overwrite
 * when they are freed. Nobody needs it here: it becomes empty in place.
 */
static void forget_file_name(const char *file_name)
{
    if (file_name != NULL) {
        sodium_memzero((void *)(uintptr_t)file_name, strlen(file_name));
    }
}

/* Blanks are no text; the pages' scripts see it so too. */
static bool has_substance(const char *name, const char *data, size_t len)
{
    if (strcmp(name, "file") == 0) {
        return len > 0;
    }
    for (size_t i = 0; strcmp(name, "text") == 0 && i < len; i++) {
        if (strchr(" \t\r\n", data[i]) == NULL || data[i] == '\0') {
            return true;
        }
    }
    return false;
}

static enum sk_problem problem_of(enum sk_parts_fault fault)
{
    switch (fault) {
    case SK_PARTS_MANY:
        return SK_PROBLEM_MANY;
    case SK_PARTS_NAME:
        return SK_PROBLEM_NAME;
    default:
        return SK_PROBLEM_BAD_REQUEST;
    }
}

/* offset 0 begins a field, sometimes twice: first with nothing, then with its first bytes. */
static enum MHD_Result parsed(void *context, enum MHD_ValueKind kind, const char *name,
                              const char *file_name, const char *type, const char *encoding,
                              const char *data, uint64_t offset, size_t len)
{
    struct sk_fields *fields = context;

    (void)kind;
    (void)type;
    (void)encoding;
    forget_file_name(file_name);
    if (offset == 0 && !take_value(fields)) {
        return MHD_NO;
    }
    if (name == NULL) {
        return MHD_YES;
    }
    enum sk_field field = field_of(name);
    if (fields->addressed && (field == SK_FIELD_TO || field == SK_FIELD_CODE)) {
        return refuse(fields, SK_PROBLEM_FIELD_ORDER) ? MHD_YES : MHD_NO;
    }
    fields->substance = fields->substance || has_substance(name, data, len);
    fields->current = field;
    return field == SK_FIELD_OTHER || append(fields, data, len) ? MHD_YES : MHD_NO;
}

bool sk_fields_start(struct sk_fields *fields, struct MHD_Connection *connection,
                     const char *boundary, const struct sk_view *view)
{
    fields->view = view;
    sk_parts_start(&fields->parts, boundary);
    fields->parser = MHD_create_post_processor(connection, PARSER_BYTES, parsed, fields);
    return fields->parser != NULL;
}

bool sk_fields_scan(struct sk_fields *fields, const uint8_t *bytes, size_t len)
{
    if (!sk_parts_take(&fields->parts, bytes, len)) {
        return refuse(fields, problem_of(fields->parts.fault));
    }
    if (len > 0 && MHD_post_process(fields->parser, (const char *)bytes, len) != MHD_YES) {
        return refuse(fields, SK_PROBLEM_BAD_REQUEST);
    }
    return !fields->refused;
}

bool sk_fields_address(struct sk_fields *fields, bool whole)
{
    /* A recipient or code that is not known to have ended might go on behind the first chunk. */
    if (!whole && (fields->current == SK_FIELD_TO || fields->current == SK_FIELD_CODE)) {
        return refuse(fields, SK_PROBLEM_FIELD_ORDER);
    }
    if (whole && !take_value(fields)) {
        return false;
    }
    fields->addressed = true;
    return true;
}

void sk_fields_stop(struct sk_fields *fields)
{
    if (fields->parser != NULL) {
        (void)MHD_destroy_post_processor(fields->parser);
        fields->parser = NULL;
    }
}

bool sk_fields_end(struct sk_fields *fields)
{
    struct MHD_PostProcessor *parser = fields->parser;

    fields->parser = NULL;
    if (MHD_destroy_post_processor(parser) != MHD_YES || !sk_parts_whole(&fields->parts)) {
        return refuse(fields, SK_PROBLEM_BAD_REQUEST);
    }
    if (!take_value(fields)) {
        return false;
    }
    return fields->substance || refuse(fields, SK_PROBLEM_EMPTY);
}
