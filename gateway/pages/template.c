#include "gateway/pages/template.h"

void sk_expand(struct sk_html *html, enum sk_lang lang, struct sk_template template,
               const void *context)
{
    for (size_t i = 0; i < template.count; i++) {
        const struct sk_piece *piece = &template.pieces[i];

        switch (piece->kind) {
        case SK_PIECE_RAW:
            sk_html_raw(html, piece->raw);
            break;
        case SK_PIECE_TEXT:
            sk_html_text(html, sk_text(lang, piece->text));
            break;
        case SK_PIECE_LANG:
            sk_html_raw(html, sk_lang_code(lang));
            break;
        case SK_PIECE_HOLE:
            piece->hole(html, lang, context);
            break;
        }
    }
}
