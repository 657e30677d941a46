#include "gateway/pages/page_form.h"

#include <time.h>

#include "gateway/pages/page_frame.h"
#include "gateway/pages/page_problem.h"
#include "keys/base/calendar.h"

#include "gateway/pages/form.pieces"

/* What the form is filled from. */
struct data {
    const struct sk_page_organisation *organisations;
    size_t count, offered;
    uint64_t max_bytes;
};

static void put_max_bytes(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct data *data = context;

    (void)lang;
    sk_html_number(html, data->max_bytes);
}

/* Of the gateway's clock, by which it takes what is sealed for a week. */
static void put_week(struct sk_html *html, enum sk_lang lang, const void *context)
{
    (void)lang;
    (void)context;
    sk_html_number(html, sk_week_of(time(NULL)));
}

static void put_file_limit(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct data *data = context;

    sk_put_limit(html, lang, SK_MSG_FILE_LIMIT, data->max_bytes);
}

/* ---- to whom ---- */

static void put_name(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_organisation *organisation = context;

    (void)lang;
    sk_html_text(html, organisation->name);
}

static void put_slug(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_organisation *organisation = context;

    (void)lang;
    sk_html_text(html, organisation->slug);
}

static void each_offered(struct sk_html *html, enum sk_lang lang, const struct data *data,
                         struct sk_template template)
{
    for (size_t i = 0; i < data->count; i++) {
        if (data->organisations[i].offered) {
            sk_expand(html, lang, template, &data->organisations[i]);
        }
    }
}

static void put_choices(struct sk_html *html, enum sk_lang lang, const void *context)
{
    each_offered(html, lang, context, SK_TEMPLATE(choice));
}

static void put_recipients(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct data *data = context;

    if (data->offered == 1) {
        each_offered(html, lang, data, SK_TEMPLATE(to_one));
    } else {
        sk_expand(html, lang, SK_TEMPLATE(to_choice), data);
    }
}

/* ---- about what ---- */

struct named {
    unsigned number;
    enum sk_message name;
};

static void put_category_number(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct named *one = context;

    (void)lang;
    sk_html_number(html, one->number);
}

static void put_category_name(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct named *one = context;

    sk_html_text(html, sk_text(lang, one->name));
}

static void put_categories(struct sk_html *html, enum sk_lang lang, const void *context)
{
    static const struct named categories[] = {
#define CATEGORY(number, name) {number, SK_MSG_CATEGORY_##number},
#include "keys/base/category.def"
#undef CATEGORY
    };

    (void)context;
    for (size_t i = 0; i < SK_COUNT(categories); i++) {
        sk_expand(html, lang, SK_TEMPLATE(category), &categories[i]);
    }
}

enum sk_error sk_page_form(struct sk_page *out, enum sk_lang lang,
                           const struct sk_page_organisation *organisations, size_t count,
                           uint64_t max_bytes)
{
    struct data data = {organisations, count, 0, max_bytes};
    const struct sk_frame page = {.title = SK_MSG_FORM_TITLE,
                                  .heading = SK_MSG_FORM_H1,
                                  .path = "",
                                  .main = SK_TEMPLATE(form),
                                  .context = &data,
                                  .script = SK_SCRIPT_FORM,
                                  .organisations = organisations,
                                  .count = count};

    for (size_t i = 0; i < count; i++) {
        data.offered += organisations[i].offered ? 1 : 0;
    }
    return data.offered == 0 ? sk_page_problem(out, lang, SK_PROBLEM_CLOSED)
                             : sk_frame_render(out, lang, &page);
}
