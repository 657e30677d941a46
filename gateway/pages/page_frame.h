/* The frame around every page but the offline one. Only page_*.c include this. */
#ifndef SK_GATEWAY_PAGES_PAGE_FRAME_H
#define SK_GATEWAY_PAGES_PAGE_FRAME_H

#include <stdbool.h>

#include "gateway/pages/page_part.h"
#include "gateway/pages/script.h"
#include "gateway/pages/template.h"

struct sk_frame {
    enum sk_message title; /* short and neutral: it stays in the browser's history */
    enum sk_message heading;
    const char *path; /* where the language links lead, under /{lang}/; NULL: there are none */
    struct sk_template main;
    const void *context; /* of its holes */

    /* A page with a script carries all organisations; SK_SCRIPT_NONE: neither. */
    enum sk_script_kind script;
    const struct sk_page_organisation *organisations;
    size_t count;

    /* The page depends on a secret: what a reader gets, or typed. A comment behind it fills it up
     * to a multiple of SK_PAGE_STEP, so that its length tells next to nothing: the states of a
     * receipt, an answer of a usual length, a receipt with its code or without, a code that is
     * refused, are all one step long. Such a page is never compressed. */
    bool level;
};

/* Renders the page. MEMORY, then out is untouched. */
enum sk_error sk_frame_render(struct sk_page *out, enum sk_lang lang, const struct sk_frame *frame);

#endif
