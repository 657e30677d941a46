#include "gateway/intake/fields.h"

#include <sodium.h>
#include <string.h>

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

    if (organisation == NULL || strlen(fields->value) != fields->value_len) {
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
            fields->no_receipt = fields->value_len == 2 && memcmp(fields->value, "no", 2) == 0;
        }
    }
    sodium_memzero(fields->value, sizeof fields->value);
    fields->value_len = 0;
    fields->current = SK_FIELD_OTHER;
    return ok;
}

static enum sk_field field_of(const struct sk_fields *fields)
{
    static const struct {
        const char *name;
        enum sk_field field;
    } names[] = {{"to", SK_FIELD_TO},
                 {"code", SK_FIELD_CODE},
                 {"receipt", SK_FIELD_RECEIPT},
                 {"text", SK_FIELD_TEXT},
                 {"file", SK_FIELD_FILE}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sk_form_named(&fields->form, names[i].name)) {
            return names[i].field;
        }
    }
    return SK_FIELD_OTHER;
}

static bool append(struct sk_fields *fields, const uint8_t *data, size_t len)
{
    if (len > SK_FIELD_TO_MAX - fields->value_len) {
        return refuse(fields, fields->current == SK_FIELD_TO     ? SK_PROBLEM_RECIPIENT
                              : fields->current == SK_FIELD_CODE ? SK_PROBLEM_CODE
                                                                 : SK_PROBLEM_BAD_REQUEST);
    }
    memcpy(fields->value + fields->value_len, data, len);
    fields->value_len += len;
    return true;
}

/* Blanks are no text; the pages' scripts see it so too. */
static bool has_letters(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (memchr(" \t\r\n", data[i], 4) == NULL) {
            return true;
        }
    }
    return false;
}

static bool take_part(struct sk_fields *fields)
{
    fields->current = field_of(fields);
    return !fields->addressed ||
           (fields->current != SK_FIELD_TO && fields->current != SK_FIELD_CODE) ||
           refuse(fields, SK_PROBLEM_FIELD_ORDER);
}

static bool take_data(struct sk_fields *fields, const uint8_t *data, size_t len)
{
    switch (fields->current) {
    case SK_FIELD_OTHER:
        return true;
    case SK_FIELD_TEXT:
        fields->substance = fields->substance || has_letters(data, len);
        return true;
    case SK_FIELD_FILE:
        fields->substance = true;
        return true;
    default:
        return append(fields, data, len);
    }
}

static bool take_event(struct sk_fields *fields, const struct sk_form_event *event)
{
    switch (event->kind) {
    case SK_FORM_PART:
        return take_part(fields);
    case SK_FORM_DATA:
        return take_data(fields, event->bytes, event->len);
    case SK_FORM_PART_END:
        return take_value(fields);
    default:
        return true;
    }
}

static bool refuse_form(struct sk_fields *fields, enum sk_error e)
{
    switch (e) {
    case SK_ERR_FORM_PARTS:
        return refuse(fields, SK_PROBLEM_MANY);
    case SK_ERR_FORM_NAME:
        return refuse(fields, SK_PROBLEM_NAME);
    default:
        return refuse(fields, SK_PROBLEM_BAD_REQUEST);
    }
}

void sk_fields_start(struct sk_fields *fields, const char *boundary, const struct sk_view *view)
{
    fields->view = view;
    sk_form_multipart(&fields->form, boundary, SK_FORM_GATEWAY);
    sk_form_keep(&fields->form.field, fields->name, sizeof fields->name);
}

bool sk_fields_scan(struct sk_fields *fields, const uint8_t *bytes, size_t len)
{
    struct sk_form_event event = {SK_FORM_MORE, NULL, 0};
    size_t used = 0;

    do {
        enum sk_error e = sk_form_next(&fields->form, bytes, len, &used, &event);
        if (e != SK_OK) {
            return refuse_form(fields, e);
        }
        if (!take_event(fields, &event)) {
            return false;
        }
    } while (event.kind != SK_FORM_MORE);
    return true;
}

bool sk_fields_address(struct sk_fields *fields, bool whole)
{
    /* A recipient or code that has not ended goes on behind the first chunk. */
    if (!whole && (fields->current == SK_FIELD_TO || fields->current == SK_FIELD_CODE)) {
        return refuse(fields, SK_PROBLEM_FIELD_ORDER);
    }
    fields->addressed = true;
    return true;
}

bool sk_fields_end(struct sk_fields *fields)
{
    struct sk_form_event rest;
    enum sk_error e = sk_form_end(&fields->form, &rest);

    if (e != SK_OK) {
        return refuse_form(fields, e);
    }
    return take_event(fields, &rest) && (fields->substance || refuse(fields, SK_PROBLEM_EMPTY));
}
