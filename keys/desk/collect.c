#include "keys/desk/collect.h"

#include <string.h>
#include <strings.h>

#include "keys/base/secret.h"
#include "keys/desk/text.h"

#define BUDGET (256u * 1024) /* of all strings of a report in the index */

struct collector {
    json_t *fields, *files;
    json_t *part; /* the current part */
    size_t budget;
    bool secret, cut;
    struct sk_repair repair;
    size_t len;
    char value[SK_REPAIR_ROOM(SK_PARSE_PIECE) + 8];
};

bool sk_field_is_secret(const char *name)
{
    return strcasecmp(name, "code") == 0;
}

bool sk_file_is_nothing(const char *name, uint64_t size)
{
    return *name == '\0' && size == 0;
}

static json_t *bounded(struct collector *c, const char *text, size_t len)
{
    if (len > c->budget) {
        c->cut = true;
        len = c->budget;
        while (len > 0 && ((uint8_t)text[len] & 0xC0) == 0x80) {
            len--; /* not in the middle of a character */
        }
    }
    c->budget -= len;
    return json_stringn(text, len);
}

static enum sk_error on_field(void *ctx, const char *name)
{
    struct collector *c = ctx;

    c->secret = sk_field_is_secret(name);
    c->repair.held_len = 0;
    c->len = 0;
    c->part = c->secret ? NULL : json_pack("{s:o}", "name", bounded(c, name, strlen(name)));
    return c->secret || c->part != NULL ? SK_OK : SK_ERR_MEMORY;
}

static enum sk_error on_field_more(void *ctx, const uint8_t *value, size_t len)
{
    struct collector *c = ctx;

    /* frames.c passes at most SK_PARSE_PIECE bytes of a value in mode LIST. */
    if (c->secret) {
        return SK_OK;
    }
    if (c->len + SK_REPAIR_ROOM(len) > sizeof c->value) {
        return SK_ERR_PARSE_FAILED;
    }
    c->len += sk_repair(&c->repair, c->value + c->len, value, len, false);
    return SK_OK;
}

static enum sk_error on_field_end(void *ctx, uint64_t whole_len)
{
    struct collector *c = ctx;

    if (c->secret) {
        return SK_OK;
    }
    c->len += sk_repair(&c->repair, c->value + c->len, NULL, 0, true);
    int bad = json_object_set_new(c->part, "value", bounded(c, c->value, c->len));

    bad |= json_object_set_new(c->part, "length", json_integer((json_int_t)whole_len));
    bad |= json_array_append_new(c->fields, c->part);
    c->part = NULL;
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}

static enum sk_error on_file(void *ctx, const char *field, const char *name, const char *type)
{
    struct collector *c = ctx;

    c->part = json_pack("{s:o, s:o, s:o}", "field", bounded(c, field, strlen(field)), "name",
                        bounded(c, name, strlen(name)), "type", bounded(c, type, strlen(type)));
    return c->part != NULL ? SK_OK : SK_ERR_MEMORY;
}

static enum sk_error on_data(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    return SK_ERR_PARSE_FAILED; /* none in mode LIST */
}

static enum sk_error on_file_end(void *ctx, uint64_t whole_len)
{
    struct collector *c = ctx;
    json_t *part = c->part;
    int bad;

    c->part = NULL;
    if (sk_file_is_nothing(json_string_value(json_object_get(part, "name")), whole_len)) {
        json_decref(part);
        return SK_OK;
    }
    bad = json_object_set_new(part, "size", json_integer((json_int_t)whole_len));
    bad |= json_array_append_new(c->files, part);
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}

enum sk_error sk_collect(struct sk_child_task *task, json_t **fields, json_t **files, bool *cut)
{
    static const struct sk_frame_handler handler = {on_field, on_field_more, on_field_end, on_file,
                                                    on_data,  on_file_end,   NULL};
    struct collector *c = sk_secret_new(sizeof *c);
    enum sk_error e = SK_ERR_MEMORY;

    if (c == NULL) {
        return e;
    }
    c->budget = BUDGET;
    c->fields = json_array();
    c->files = json_array();
    if (c->fields != NULL && c->files != NULL) {
        task->mode = SK_PARSE_LIST;
        e = sk_child_run(task, &handler, c);
        e = e == SK_ERR_PARSE_FAILED ? SK_OK : e;
    }
    json_decref(c->part);
    if (e == SK_OK) {
        *cut = c->cut;
        *fields = c->fields;
        *files = c->files;
    } else {
        json_decref(c->fields);
        json_decref(c->files);
    }
    sk_secret_free(c);
    return e;
}
