#include "tests/fuzz/form_slow.h"

#include <string.h>
#include <strings.h>

#include "keys/format/content.h"

struct span { /* bytes of the lines */
    const uint8_t *p;
    size_t len;
};

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trim(struct span s)
{
    while (s.len > 0 && blank(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len > 0 && blank(s.p[s.len - 1])) {
        s.len--;
    }
    return s;
}

static struct span cut(struct span *rest, size_t n)
{
    struct span first = {rest->p, n};

    rest->p += n;
    rest->len -= n;
    return first;
}

static bool is(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp((const char *)s.p, word, s.len) == 0;
}

static size_t index_of(struct span s, uint8_t byte)
{
    const uint8_t *at = s.len > 0 ? memchr(s.p, byte, s.len) : NULL;

    return at != NULL ? (size_t)(at - s.p) : s.len;
}

/* ---- lines ------------------------------------------------------------------ */

/* The next header with the lines that continue it (they begin with white space). */
static struct span take_line(struct span *rest)
{
    size_t n = 0;

    do {
        const uint8_t *end = memmem(rest->p + n, rest->len - n, "\r\n", 2);

        n = end != NULL ? (size_t)(end - rest->p) + 2 : rest->len;
    } while (n < rest->len && (rest->p[n] == ' ' || rest->p[n] == '\t'));
    return cut(rest, n);
}

/* The value of the first header of that name. */
static bool find(struct span lines, const char *name, struct span *value)
{
    while (lines.len > 0) {
        struct span line = take_line(&lines);
        struct span have = cut(&line, index_of(line, ':'));

        if (line.len > 0 && is(trim(have), name)) {
            cut(&line, 1);
            *value = trim(line);
            return true;
        }
    }
    return false;
}

/* ---- parameters ---------------------------------------------------------------- */

/* One `; name=value` of a header; the value is as it stands, without its quotes. */
static bool take_parameter(struct span *rest, struct span *name, struct span *value)
{
    *value = (struct span){rest->p, 0};
    cut(rest, index_of(*rest, ';'));
    if (rest->len == 0) {
        return false;
    }
    cut(rest, 1);
    size_t n = index_of(*rest, '='), end = index_of(*rest, ';');

    *name = trim(cut(rest, n < end ? n : end));
    if (n >= end) {
        return true;
    }
    cut(rest, 1);
    while (rest->len > 0 && blank(rest->p[0])) {
        cut(rest, 1);
    }
    if (rest->len > 0 && rest->p[0] == '"') {
        cut(rest, 1);
        *value = cut(rest, index_of(*rest, '"'));
    } else {
        *value = trim(cut(rest, index_of(*rest, ';')));
    }
    return true;
}

/* The first one of that name; a browser writes each once. */
static bool find_parameter(struct span header, const char *name, struct span *value)
{
    struct span have, found;

    while (take_parameter(&header, &have, &found)) {
        if (is(have, name)) {
            *value = found;
            return true;
        }
    }
    return false;
}

/* ---- names --------------------------------------------------------------------- */

static uint8_t escaped(struct span s)
{
    static const struct {
        char code[4];
        uint8_t byte;
    } all[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (s.len >= 3 && memcmp(s.p, all[i].code, 3) == 0) {
            return all[i].byte;
        }
    }
    return 0;
}

/* What could still become an escape does not count before it is known. */
static bool undecided(struct span s, const uint8_t *open_end)
{
    return s.p + s.len == open_end && s.len < 3 && s.p[0] == '%' &&
           (s.len == 1 || s.p[1] == '2' || s.p[1] == '0');
}

static void take_name(struct slow_head *head, struct slow_name *out, struct span s,
                      const uint8_t *open_end)
{
    out->full = 0;
    while (s.len > 0 && !undecided(s, open_end)) {
        uint8_t byte = escaped(s);

        if (out->full < sizeof out->bytes) {
            out->bytes[out->full] = byte != 0 ? byte : s.p[0];
        }
        out->full++;
        cut(&s, byte != 0 ? 3 : 1);
    }
    head->longest = out->full > head->longest ? out->full : head->longest;
}

size_t slow_name_len(const struct slow_name *name)
{
    return name->full < sizeof name->bytes ? name->full : sizeof name->bytes;
}

static void take_type(struct slow_head *out, struct span lines)
{
    static const char unknown[] = "application/octet-stream";
    struct span value = {(const uint8_t *)unknown, sizeof unknown - 1};

    if (find(lines, "content-type", &value)) {
        value = trim(cut(&value, index_of(value, ';')));
    }
    out->type.full = value.len;
    out->longest = value.len;
    if (value.len > 0) {
        memcpy(out->type.bytes, value.p, slow_name_len(&out->type));
    }
}

/* filename* counts where no filename stands; it is read where none stood before it. */
static void take_file(struct slow_head *out, struct span disposition, const uint8_t *open_end)
{
    struct span plain = {NULL, 0}, star = {NULL, 0};
    bool has_plain = find_parameter(disposition, "filename", &plain);
    bool has_star = find_parameter(disposition, "filename*", &star);

    out->is_file = has_plain || has_star;
    if (has_star && (!has_plain || star.p < plain.p)) {
        take_name(out, &out->file, star, open_end);
    }
    if (has_plain) {
        take_name(out, &out->file, plain, open_end);
    }
}

void slow_head_read(struct slow_head *out, const uint8_t *lines, size_t len, bool open)
{
    const uint8_t *open_end = open ? lines + len : NULL;
    struct span all = {lines, len}, disposition, value;

    out->is_file = true;
    out->field.full = out->file.full = 0;
    take_type(out, all);
    if (!find(all, "content-disposition", &disposition)) {
        return;
    }
    if (find_parameter(disposition, "name", &value)) {
        take_name(out, &out->field, value, open_end);
    }
    take_file(out, disposition, open_end);
}

/* ---- lines within bounds ---------------------------------------------------------- */

static bool line_too_long(struct span lines)
{
    while (lines.len > 0) {
        const uint8_t *end = memmem(lines.p, lines.len, "\r\n", 2);
        size_t n = end != NULL ? (size_t)(end - lines.p) : lines.len;

        /* The last byte of a line that has no end yet may be its CR. */
        if (n > SK_BODY_LINE_MAX + (end == NULL ? 1u : 0u)) {
            return true;
        }
        cut(&lines, end != NULL ? n + 2 : n);
    }
    return false;
}

static bool name_too_long(struct span lines, bool open)
{
    static struct slow_head head;

    slow_head_read(&head, lines.p, lines.len, open);
    return line_too_long(lines) || head.longest > SK_BODY_NAME_MAX;
}

/* ---- boundary lines ---------------------------------------------------------------- */

struct body {
    const uint8_t *p, *end;
    uint8_t mark[4 + SK_BOUNDARY_MAX];
    size_t mark_len;
    bool gateway;
};

enum line { LINE_NONE, LINE_PART, LINE_CLOSE };

static bool has(const struct body *b, const uint8_t *at, const void *what, size_t len)
{
    return (size_t)(b->end - at) >= len && memcmp(at, what, len) == 0;
}

/* Whether a boundary line stands at `at`, and what follows it. */
static enum line line_at(const struct body *b, const uint8_t *at, const uint8_t **past)
{
    if (!has(b, at, b->mark, b->mark_len)) {
        return LINE_NONE;
    }
    at += b->mark_len;
    bool close = has(b, at, "--", 2);

    at += close ? 2 : 0;
    for (unsigned i = 0; i < SK_BODY_PADDING_MAX && (has(b, at, " ", 1) || has(b, at, "\t", 1));
         i++) {
        at++;
    }
    if (has(b, at, "\r\n", 2)) {
        *past = at + 2;
        return close ? LINE_CLOSE : LINE_PART;
    }
    *past = at;
    return close && at == b->end ? LINE_CLOSE : LINE_NONE;
}

static enum line next_line(const struct body *b, const uint8_t *from, const uint8_t **at,
                           const uint8_t **past)
{
    enum line line = LINE_NONE;

    for (*at = from; *at < b->end; (*at)++) {
        line = line_at(b, *at, past);
        if (line != LINE_NONE) {
            break;
        }
    }
    return line;
}

/* ---- parts --------------------------------------------------------------------------- */

static enum sk_error head_at(const struct body *b, const uint8_t *at, struct slow_part *part)
{
    size_t room =
        (size_t)(b->end - at) < SK_BODY_HEAD_MAX ? (size_t)(b->end - at) : SK_BODY_HEAD_MAX;
    const uint8_t *blank = memmem(at, room, "\r\n\r\n", 4);
    size_t lines = blank != NULL ? (size_t)(blank - at) + 2 : room;

    part->lines = at;
    if (has(b, at, "\r\n", 2)) {
        part->lines_len = 0;
        part->content = at + 2;
        return SK_OK;
    }
    if (b->gateway && name_too_long((struct span){at, lines}, blank == NULL)) {
        return SK_ERR_FORM_NAME;
    }
    part->lines_len = lines;
    part->content = at + lines + 2;
    return blank != NULL ? SK_OK : SK_ERR_FORM_HEAD;
}

static enum sk_error read_part(struct slow_form *out, const struct body *b, const uint8_t **at,
                               enum line *line)
{
    struct slow_part *part;
    const uint8_t *end;

    if (out->count == SK_BODY_PARTS_MAX) {
        return SK_ERR_FORM_PARTS;
    }
    part = &out->parts[out->count];
    enum sk_error e = head_at(b, *at, part);

    if (e != SK_OK) {
        return e;
    }
    *line = next_line(b, part->content, &end, at);
    part->content_len = (size_t)(end - part->content);
    out->count++;
    return SK_OK;
}

void slow_form_read(struct slow_form *out, const char *boundary, const uint8_t *body, size_t len,
                    bool gateway)
{
    struct body b = {.p = body - 2, .end = body + len, .gateway = gateway};
    const uint8_t *at, *past = NULL;

    b.mark_len = 4 + strlen(boundary);
    memcpy(b.mark, "\r\n--", 4);
    memcpy(b.mark + 4, boundary, strlen(boundary));
    out->count = 0;
    out->outcome = SK_OK;
    enum line line = next_line(&b, b.p, &at, &past);

    while (out->outcome == SK_OK && line == LINE_PART) {
        out->outcome = read_part(out, &b, &past, &line);
    }
    if (out->outcome == SK_OK && line != LINE_CLOSE) {
        out->outcome = SK_ERR_FORM_CUT;
    }
    if (out->count == 0 && (out->outcome == SK_OK || out->outcome == SK_ERR_FORM_CUT)) {
        out->outcome = SK_ERR_FORM_NONE;
    }
}
