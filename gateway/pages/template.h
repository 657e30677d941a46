/*
 * Pages as templates: gateway/pages/NAME.html, compiled in as pieces (to-pieces), each read by the
 * .c file that fills its holes:
 *
 *     #include "gateway/pages/form.pieces"     static const struct sk_piece pieces_form[] = {...};
 *
 * A text is escaped here; the function of a hole writes through html.h.
 * A text or a hole that is not there does not compile.
 */
#ifndef SK_GATEWAY_PAGES_TEMPLATE_H
#define SK_GATEWAY_PAGES_TEMPLATE_H

#include "gateway/pages/html.h"
#include "gateway/pages/text.h"

/* Fills a hole. context: as given to sk_expand. */
typedef void sk_hole(struct sk_html *html, enum sk_lang lang, const void *context);

struct sk_piece {
    enum { SK_PIECE_RAW, SK_PIECE_TEXT, SK_PIECE_LANG, SK_PIECE_HOLE } kind;
    const char *raw;
    enum sk_message text;
    sk_hole *hole;
};

#define RAW(markup) {.kind = SK_PIECE_RAW, .raw = markup},
#define TEXT(name) {.kind = SK_PIECE_TEXT, .text = SK_MSG_##name},
#define LANG {.kind = SK_PIECE_LANG},
#define HOLE(function) {.kind = SK_PIECE_HOLE, .hole = function},

#define SK_COUNT(array) (sizeof(array) / sizeof(array)[0])

struct sk_template {
    const struct sk_piece *pieces;
    size_t count;
};
/* The template of that name in an .html file. */
#define SK_TEMPLATE_INIT(name)                                                                     \
    {                                                                                              \
        pieces_##name, SK_COUNT(pieces_##name)                                                     \
    }
#define SK_TEMPLATE(name) ((struct sk_template)SK_TEMPLATE_INIT(name))

void sk_expand(struct sk_html *html, enum sk_lang lang, struct sk_template template,
               const void *context);

#endif
