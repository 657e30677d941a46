#include "keys/desk/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/desk/collect.h"
#include "keys/desk/entry.h"
#include "keys/desk/json.h"
#include "keys/desk/names.h"
#include "keys/desk/text.h"

/* Bounds of report.json for one field and for all; report.txt has the whole text. */
#define VALUE_MAX (1u << 20)
#define VALUES_MAX (8u << 20)

struct unpack {
    int dir;
    struct sk_progress *progress;
    struct sk_hidden *hidden;
    FILE *text;
    json_t *fields, *files, *part;
    bool secret;
    struct sk_repair repair;
    char *value; /* of the current field, up to VALUE_MAX */
    size_t value_len, value_room, values_total;
    enum sk_parse_outcome outcome;
    unsigned number; /* of the last attachment */
    int out;         /* its descriptor while it is written; otherwise -1 */
    char name[SK_SAFE_NAME_MAX];
    char piece[SK_REPAIR_ROOM(SK_PARSE_PIECE)];
};

/* ---- files ----------------------------------------------------------------- */

static enum sk_error error_now(void)
{
    if (errno == ENOSPC || errno == EDQUOT) {
        return SK_ERR_FULL;
    }
    return errno == EEXIST ? SK_ERR_EXISTS : SK_ERR_IO;
}

static int create(int dir, const char *name)
{
    return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static enum sk_error finish_file(int fd)
{
    enum sk_error e = fsync(fd) == 0 ? SK_OK : error_now();

    return close(fd) == 0 || e != SK_OK ? e : error_now();
}

/* ---- fields ---------------------------------------------------------------- */

static enum sk_error on_field(void *ctx, const char *name)
{
    struct unpack *u = ctx;

    u->secret = sk_field_is_secret(name);
    u->repair.held_len = 0;
    u->value_len = 0;
    if (u->secret) {
        u->hidden->len = 0;
        return SK_OK;
    }
    fputs("\n[", u->text);
    sk_print_safe(u->text, name);
    fputs("]\n", u->text);
    u->part = json_pack("{s:s}", "name", name);
    return u->part != NULL ? SK_OK : SK_ERR_MEMORY;
}

/* Appends n bytes of repaired text, cut before a character that does not fit. */
static enum sk_error keep_value(struct unpack *u, const char *text, size_t n)
{
    size_t room = VALUE_MAX - u->value_len, all = VALUES_MAX - u->values_total;

    room = room < all ? room : all;
    if (n > room) {
        n = room;
        while (n > 0 && ((uint8_t)text[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    if (u->value_len + n > u->value_room) {
        size_t want = 2 * (u->value_len + n);
        char *bigger = realloc(u->value, want);

        if (bigger == NULL) {
            return SK_ERR_MEMORY;
        }
        u->value = bigger;
        u->value_room = want;
    }
    if (n > 0) {
        memcpy(u->value + u->value_len, text, n);
    }
    u->value_len += n;
    u->values_total += n;
    return SK_OK;
}

static enum sk_error take_text(struct unpack *u, const uint8_t *value, size_t len, bool finish)
{
    size_t n = sk_repair(&u->repair, u->piece, value, len, finish);

    sk_print_safe_bytes(u->text, u->piece, n);
    return keep_value(u, u->piece, n);
}

static enum sk_error on_field_more(void *ctx, const uint8_t *value, size_t len)
{
    struct unpack *u = ctx;

    sk_progress_add(u->progress, len);
    if (u->secret) {
        sk_hidden_add(u->hidden, value, len);
        return SK_OK;
    }
    return take_text(u, value, len, false);
}

static enum sk_error on_field_end(void *ctx, uint64_t whole_len)
{
    struct unpack *u = ctx;
    enum sk_error e;
    int bad;

    if (u->secret) {
        return SK_OK;
    }
    e = take_text(u, NULL, 0, true);
    if (e != SK_OK) {
        return e;
    }
    fputc('\n', u->text);
    bad = json_object_set_new(u->part, "value",
                              json_stringn(u->value_len > 0 ? u->value : "", u->value_len));
    bad |= json_object_set_new(u->part, "length", json_integer((json_int_t)whole_len));
    bad |= json_array_append_new(u->fields, u->part);
    u->part = NULL;
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}

/* ---- header lines ------------------------------------------------------------- */

/* A name that is not UTF-8 is also written in hexadecimal: it is evidence. */
static int put_raw(json_t *part, const uint8_t *lines, size_t len)
{
    char *hex = malloc(2 * len + 1);
    int bad = hex == NULL ? -1 : 0;

    if (hex != NULL) {
        sk_hex(hex, lines, len);
        bad = json_object_set_new(part, "header_hex", json_string(hex));
    }
    free(hex);
    return bad;
}

static enum sk_error on_head(void *ctx, const uint8_t *lines, size_t len)
{
    struct unpack *u = ctx;
    struct sk_repair repair = {.held_len = 0};
    char *text;
    size_t n;
    int bad;

    if (u->part == NULL) {
        return SK_OK; /* the value of this field is dropped */
    }
    text = malloc(SK_REPAIR_ROOM(len));
    if (text == NULL) {
        return SK_ERR_MEMORY;
    }
    n = sk_repair(&repair, text, lines, len, true);
    bad = json_object_set_new(u->part, "header", json_stringn(text, n));
    if (n != len || memcmp(text, lines, len) != 0) {
        bad |= put_raw(u->part, lines, len);
    }
    free(text);
    return bad == 0 ? SK_OK : SK_ERR_MEMORY;
}

/* ---- attachments ----------------------------------------------------------- */

static enum sk_error on_file(void *ctx, const char *field, const char *name, const char *type)
{
    struct unpack *u = ctx;

    sk_safe_name(u->name, u->number + 1, name);
    u->part = json_pack("{s:s, s:s, s:s}", "field", field, "name", name, "type", type);
    return u->part != NULL ? SK_OK : SK_ERR_MEMORY;
}

/* The file is created at its first byte, since an empty file input also announces one. */
static enum sk_error begin_file(struct unpack *u)
{
    u->out = create(u->dir, u->name);
    if (u->out < 0) {
        return error_now();
    }
    u->number++;
    return SK_OK;
}

static enum sk_error on_data(void *ctx, const uint8_t *bytes, size_t len)
{
    struct unpack *u = ctx;
    enum sk_error e = u->out < 0 ? begin_file(u) : SK_OK;

    sk_progress_add(u->progress, len);
    return e == SK_OK ? sk_fd_write(u->out, bytes, len) : e;
}

static enum sk_error on_file_end(void *ctx, uint64_t whole_len)
{
    struct unpack *u = ctx;
    json_t *part = u->part;
    enum sk_error e = SK_OK;
    int bad;

    u->part = NULL;
    if (sk_file_is_nothing(json_string_value(json_object_get(part, "name")), whole_len)) {
        json_decref(part);
        return SK_OK;
    }
    bad = json_object_set_new(part, "size", json_integer((json_int_t)whole_len));
    bad |= json_object_set_new(part, "file", json_string(u->name));
    bad |= json_array_append_new(u->files, part);
    if (u->out < 0) {
        e = begin_file(u);
    }
    if (e == SK_OK) {
        int out = u->out;

        u->out = -1;
        e = finish_file(out);
    }
    return bad != 0 ? SK_ERR_MEMORY : e;
}

/* ---- the whole ------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

static enum sk_error begin_text(struct unpack *u, const json_t *view)
{
    int fd = create(u->dir, "report.txt");

    if (fd < 0) {
        return error_now();
    }
    u->text = fdopen(fd, "w");
    if (u->text == NULL) {
        close(fd);
        return SK_ERR_MEMORY;
    }
    fprintf(u->text, "report %s\narrived %s\n", text_of(view, "id"), text_of(view, "day"));
    return SK_OK;
}

static enum sk_error finish_text(struct unpack *u)
{
    size_t n = json_array_size(u->files);
    bool good;

    for (size_t i = 0; i < n; i++) {
        const json_t *file = json_array_get(u->files, i);
        char name[512];

        sk_excerpt(name, sizeof name, text_of(file, "name"), 200);
        fprintf(u->text, "%s%s: sent as \"%s\", %lld bytes\n", i == 0 ? "\n[attachments]\n" : "",
                text_of(file, "file"), name,
                (long long)json_integer_value(json_object_get(file, "size")));
    }
    if (u->outcome != SK_PARSE_WHOLE) {
        fprintf(u->text,
                "\nTHERE IS MORE in the body than could be read: %s. All of it, as it came, "
                "is in body.bin.\n",
                sk_entry_outcome_text(u->outcome));
    }
    good = fflush(u->text) == 0 && !ferror(u->text) && fsync(fileno(u->text)) == 0;
    good = fclose(u->text) == 0 && good;
    u->text = NULL;
    return good ? SK_OK : error_now();
}

static int put_incomplete(const struct unpack *u, json_t *view)
{
    const char *why = sk_entry_outcome_text(u->outcome);

    return json_object_set_new(view, "incomplete", why != NULL ? json_string(why) : json_null());
}

static enum sk_error write_json(const struct unpack *u, json_t *view)
{
    char *text = NULL;
    size_t len = 0;
    int fd;
    enum sk_error e;

    if (json_object_set(view, "fields", u->fields) != 0 ||
        json_object_set(view, "files", u->files) != 0 || put_incomplete(u, view) != 0) {
        return SK_ERR_MEMORY;
    }
    e = sk_json_write_harmless(view, JSON_COMPACT, &text, &len);
    if (e != SK_OK) {
        return e;
    }
    fd = create(u->dir, "report.json");
    e = fd < 0 ? error_now() : sk_fd_write(fd, text, len);
    if (fd >= 0) {
        enum sk_error closed = finish_file(fd);

        e = e == SK_OK ? closed : e;
    }
    sk_json_text_free(text);
    return e;
}

static enum sk_error unpack(struct unpack *u, struct sk_child_task *task, json_t *view)
{
    static const struct sk_frame_handler handler = {on_field, on_field_more, on_field_end, on_file,
                                                    on_data,  on_file_end,   on_head};
    enum sk_error e = begin_text(u, view), finished;

    if (e != SK_OK) {
        return e;
    }
    task->mode = SK_PARSE_FULL;
    e = sk_child_run(task, &handler, u);
    e = e == SK_ERR_PARSE_FAILED ? SK_OK : e;
    u->outcome = task->outcome;
    if (u->out >= 0) { /* the file is incomplete */
        close(u->out);
        unlinkat(u->dir, u->name, 0);
        u->out = -1;
    }
    finished = finish_text(u);
    e = e == SK_OK ? finished : e;
    finished = write_json(u, view);
    e = e == SK_OK ? finished : e;
    return e == SK_OK && fsync(u->dir) != 0 ? SK_ERR_IO : e;
}

enum sk_error sk_unpack(int dir, struct sk_child_task *task, json_t *view,
                        struct sk_progress *progress, struct sk_hidden *hidden)
{
    struct unpack *u = sk_secret_new(sizeof *u);
    enum sk_error e = SK_ERR_MEMORY;

    if (u == NULL) {
        return e;
    }
    u->dir = dir;
    u->out = -1;
    u->progress = progress;
    u->hidden = hidden;
    u->fields = json_array();
    u->files = json_array();
    if (u->fields != NULL && u->files != NULL) {
        e = unpack(u, task, view);
    }
    json_decref(u->part);
    json_decref(u->fields);
    json_decref(u->files);
    free(u->value);
    sk_secret_free(u);
    return e;
}
