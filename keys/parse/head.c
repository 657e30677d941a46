#include "keys/parse/head.h"

#include <string.h>
#include <strings.h>

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

static void take_name(struct sk_name *out, struct span s)
{
    while (s.len > 0 && out->len < sizeof out->bytes) {
        uint8_t byte = escaped(s);

        out->bytes[out->len++] = byte != 0 ? byte : s.p[0];
        cut(&s, byte != 0 ? 3 : 1);
    }
}

static void take_type(struct sk_name *out, struct span lines)
{
    static const char unknown[] = "application/octet-stream";
    struct span value = {(const uint8_t *)unknown, sizeof unknown - 1};

    if (find(lines, "content-type", &value)) {
        value = trim(cut(&value, index_of(value, ';')));
    }
    out->len = value.len < sizeof out->bytes ? value.len : sizeof out->bytes;
    if (out->len > 0) {
        memcpy(out->bytes, value.p, out->len);
    }
}

void sk_part_head_read(struct sk_part_head *out, const uint8_t *lines, size_t len)
{
    struct span all = {lines, len}, disposition, value;

    out->is_file = true;
    out->field.len = out->file.len = out->type.len = 0;
    take_type(&out->type, all);
    if (!find(all, "content-disposition", &disposition)) {
        return;
    }
    if (find_parameter(disposition, "name", &value)) {
        take_name(&out->field, value);
    }
    /* Browsers never write filename*; what stands there is shown as it stands. */
    out->is_file = find_parameter(disposition, "filename", &value) ||
                   find_parameter(disposition, "filename*", &value);
    if (out->is_file) {
        take_name(&out->file, value);
    }
}
