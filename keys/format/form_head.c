#include "keys/format/form_head.h"

#include <string.h>

enum {
    IN_NAME,    /* the name of a header, up to its colon */
    IN_IGNORED, /* a header, or the parameters of Content-Type */
    IN_TYPE,    /* the value of Content-Type, up to its parameters */
    IN_BETWEEN, /* parameters of Content-Disposition, up to a semicolon */
    IN_PARAMETER,
    IN_START, /* before the parameter's value */
    IN_QUOTED,
    IN_BARE
};

/* How much of %22, %0D or %0A was seen. */
enum { ESCAPE_NONE, ESCAPE_SIGN, ESCAPE_2, ESCAPE_0 };

/* A byte of a text that is trimmed at both ends. */
static void put_trimmed(struct sk_form_text *text, uint8_t c)
{
    if (text->fill > 0 || !sk_form_blank(c)) {
        sk_form_text_put(text, c, false);
    }
}

/* ---- words: names of headers and parameters ------------------------------------------------ */

static void begin_word(struct sk_form *form)
{
    sk_form_keep(&form->word, form->word_bytes, sizeof form->word_bytes);
}

static void put_word(struct sk_form *form, uint8_t c)
{
    put_trimmed(&form->word, c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c);
}

static bool word_is(const struct sk_form *form, const char *want)
{
    return form->word.full == strlen(want) && memcmp(form->word_bytes, want, strlen(want)) == 0;
}

/* ---- parameters of Content-Disposition ----------------------------------------------------- */

/* The first parameter of a name counts. Browsers never write filename*; without a filename its raw
 * value is the name. */
static struct sk_form_text *choose_value(struct sk_form *form)
{
    if (word_is(form, "name") && !form->has_field) {
        form->has_field = true;
        return &form->field;
    }
    if (word_is(form, "filename") && !form->has_file) {
        form->has_file = true;
        return &form->file;
    }
    if (word_is(form, "filename*") && !form->has_file && !form->has_star) {
        form->has_star = true;
        return &form->file;
    }
    return NULL;
}

static void begin_value(struct sk_form *form)
{
    form->value = choose_value(form);
    form->escape = ESCAPE_NONE;
    if (form->value != NULL) {
        sk_form_text_reset(form->value);
    }
}

/* The bytes that looked like an escape belong to the value. */
static void put_escape_back(struct sk_form *form)
{
    if (form->escape != ESCAPE_NONE) {
        sk_form_text_put(form->value, '%', true);
    }
    if (form->escape > ESCAPE_SIGN) {
        sk_form_text_put(form->value, form->escape == ESCAPE_2 ? '2' : '0', true);
    }
    form->escape = ESCAPE_NONE;
}

static void put_value(struct sk_form *form, uint8_t c)
{
    if (form->value == NULL) {
        return;
    }
    if (form->escape == ESCAPE_SIGN && (c == '2' || c == '0')) {
        form->escape = c == '2' ? ESCAPE_2 : ESCAPE_0;
        return;
    }
    if (form->escape == ESCAPE_2 && c == '2') {
        sk_form_text_put(form->value, '"', true);
        form->escape = ESCAPE_NONE;
        return;
    }
    if (form->escape == ESCAPE_0 && (c == 'D' || c == 'A')) {
        sk_form_text_put(form->value, c == 'D' ? '\r' : '\n', true);
        form->escape = ESCAPE_NONE;
        return;
    }
    put_escape_back(form);
    if (c == '%') {
        form->escape = ESCAPE_SIGN;
    } else {
        sk_form_text_put(form->value, c, false);
    }
}

static void end_value(struct sk_form *form, bool quoted)
{
    if (form->value == NULL) {
        return;
    }
    put_escape_back(form);
    if (quoted) {
        form->value->full = form->value->fill;
    }
    sk_form_text_close(form->value);
    form->value = NULL;
}

/* `;` ends a parameter, except within quotes. */
static void next_parameter(struct sk_form *form)
{
    if (form->in_header == IN_PARAMETER) {
        begin_value(form);
    }
    end_value(form, false);
    form->in_header = IN_PARAMETER;
    begin_word(form);
}

static void take_start(struct sk_form *form, uint8_t c)
{
    if (c == '"') {
        form->in_header = IN_QUOTED;
    } else if (!sk_form_blank(c)) {
        form->in_header = IN_BARE;
        put_value(form, c);
    }
}

static void take_parameter(struct sk_form *form, uint8_t c)
{
    if (c == ';' && form->in_header != IN_QUOTED) {
        next_parameter(form);
    } else if (form->in_header == IN_PARAMETER && c == '=') {
        begin_value(form);
        form->in_header = IN_START;
    } else if (form->in_header == IN_PARAMETER) {
        put_word(form, c);
    } else if (form->in_header == IN_START) {
        take_start(form, c);
    } else if (form->in_header == IN_QUOTED && c == '"') {
        end_value(form, true);
        form->in_header = IN_BETWEEN;
    } else if (form->in_header != IN_BETWEEN) {
        put_value(form, c);
    }
}

/* ---- headers ------------------------------------------------------------------------------- */

static void begin_header(struct sk_form *form)
{
    form->in_header = IN_NAME;
    begin_word(form);
}

/* At the colon. The first header of a name counts. */
static void end_header_name(struct sk_form *form)
{
    form->in_header = IN_IGNORED;
    if (word_is(form, "content-disposition") && !form->has_disposition) {
        form->has_disposition = true;
        form->in_header = IN_BETWEEN;
    } else if (word_is(form, "content-type") && !form->has_type) {
        form->has_type = true;
        form->in_header = IN_TYPE;
    }
}

static void end_header(struct sk_form *form)
{
    if (form->in_header == IN_PARAMETER) {
        begin_value(form);
    }
    end_value(form, false);
}

void sk_form_head_start(struct sk_form *form)
{
    sk_form_text_reset(&form->field);
    sk_form_text_reset(&form->file);
    sk_form_text_reset(&form->type);
    form->value = NULL;
    form->is_file = form->cr = form->fresh = false;
    form->has_disposition = form->has_type = false;
    form->has_field = form->has_file = form->has_star = false;
    form->head_len = form->head_line = 0;
    begin_header(form);
}

void sk_form_head_take(struct sk_form *form, uint8_t c)
{
    /* A line that begins with a blank continues the header before it (RFC 5322, folding). */
    if (form->fresh && c != ' ' && c != '\t') {
        end_header(form);
        begin_header(form);
    }
    if (form->in_header >= IN_BETWEEN) {
        take_parameter(form, c);
    } else if (form->in_header == IN_NAME && c == ':') {
        end_header_name(form);
    } else if (form->in_header == IN_NAME) {
        put_word(form, c);
    } else if (form->in_header == IN_TYPE && c == ';') {
        form->in_header = IN_IGNORED;
    } else if (form->in_header == IN_TYPE) {
        put_trimmed(&form->type, c);
    }
}

void sk_form_head_end(struct sk_form *form)
{
    static const char unknown[] = "application/octet-stream";

    for (size_t i = 0; !form->has_type && i < sizeof unknown - 1; i++) {
        sk_form_text_put(&form->type, (uint8_t)unknown[i], true);
    }
    sk_form_text_close(&form->type);
    form->is_file = !form->has_disposition || form->has_file || form->has_star;
}
