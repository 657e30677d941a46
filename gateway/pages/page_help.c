#include "gateway/pages/page_help.h"

#include "gateway/pages/page_frame.h"

#include "gateway/pages/help.pieces"

enum sk_error sk_page_help(struct sk_page *out, enum sk_lang lang)
{
    const struct sk_frame page = {.title = SK_MSG_HELP_TITLE,
                                  .heading = SK_MSG_NAV_HELP,
                                  .path = "help",
                                  .main = SK_TEMPLATE(help)};

    return sk_frame_render(out, lang, &page);
}
