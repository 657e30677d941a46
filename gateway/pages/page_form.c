#include "gateway/pages/page_part.h"

/* The form in three parts: what stands before the size limit and the recipients, from there to the
 * size limit of files, and the rest. */
static struct sk_part before, between, after;

static void draw_before(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_FORM_TITLE, SK_MSG_FORM_H1, SK_PATH_FORM,
                                          SK_SCRIPT_FORM};

    sk_frame_open(html, lang, &frame);
    sk_put_p(html, lang, SK_MSG_FORM_ONLY);
    sk_put(html, lang, "<p id=mode>", SK_MSG_FORM_LOCKED, "</p>");
    sk_put_p(html, lang, SK_MSG_FORM_IDENTIFY);
    sk_html_raw(html, "<p class=a>");
    sk_put_link(html, lang, SK_PATH_HELP, SK_MSG_FORM_HELP);
    sk_put_path(html, lang, "</p><form method=post action", "report");
    sk_html_raw(html, " enctype=multipart/form-data accept-charset=utf-8 autocomplete=off "
                      "id=report data-max=");
}

static void put_code(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, "<details><summary>", SK_MSG_CODE_HAVE, "</summary><div class=f>");
    sk_put(html, lang, "<label for=k>", SK_MSG_CODE_YOURS, "</label>");
    sk_put(html, lang, "<p class=h id=kh>", SK_MSG_CODE_ADD, "</p>");
    sk_html_raw(html, "<input id=k name=code aria-describedby=kh autocomplete=off "
                      "autocapitalize=characters spellcheck=false></div></details>");
}

static void put_receipt(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, "<fieldset aria-describedby=rh><legend>", SK_MSG_RECEIPT_LEGEND,
           "</legend>");
    sk_put(html, lang, "<p class=h id=rh>", SK_MSG_RECEIPT_HINT, "</p>");
    sk_put(html, lang, "<label class=c><input type=radio name=receipt value=yes checked>",
           SK_MSG_RECEIPT_YES, "</label>");
    sk_put(html, lang, "<label class=c><input type=radio name=receipt value=no>", SK_MSG_RECEIPT_NO,
           "</label></fieldset>");
}

static void put_category(struct sk_html *html, enum sk_lang lang)
{
    static const struct {
        unsigned number;
        enum sk_message name;
    } categories[] = {
#define CATEGORY(number, name) {number, SK_MSG_CATEGORY_##number},
#include "keys/base/category.def"
#undef CATEGORY
    };

    sk_put(html, lang, "<div class=f><label for=c>", SK_MSG_CATEGORY_LABEL,
           "</label><select id=c name=category autocomplete=off>");
    sk_put(html, lang, "<option value=\"\">", SK_MSG_CATEGORY_NONE, "</option>");
    for (size_t i = 0; i < SK_COUNT(categories); i++) {
        sk_html_raw(html, "<option value=");
        sk_html_number(html, categories[i].number);
        sk_put(html, lang, ">", categories[i].name, "</option>");
    }
    sk_html_raw(html, "</select></div>");
}

static void put_words(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, "<div class=f><label for=w>", SK_MSG_WHERE_LABEL, "</label>");
    sk_put(html, lang, "<p class=h id=wh>", SK_MSG_WHERE_HINT,
           "</p><input id=w name=where aria-describedby=wh autocomplete=off "
           "spellcheck=false></div>");
    sk_put(html, lang, "<div class=f><label for=d>", SK_MSG_WHEN_LABEL, "</label>");
    sk_put(html, lang, "<p class=h id=dh>", SK_MSG_WHEN_HINT,
           "</p><input id=d name=when aria-describedby=dh autocomplete=off "
           "spellcheck=false></div>");
    sk_put(html, lang, "<div class=f><label for=t>", SK_MSG_TEXT_LABEL, "</label>");
    sk_put(html, lang, "<p class=h id=th>", SK_MSG_TEXT_HINT,
           "</p><textarea id=t name=text rows=8 aria-describedby=th autocomplete=off "
           "spellcheck=false></textarea></div>");
    sk_put(html, lang, "<div class=f><label for=a>", SK_MSG_CONTACT_LABEL, "</label>");
    sk_put(html, lang, "<p class=h id=ah>", SK_MSG_CONTACT_HINT,
           "</p><input id=a name=contact aria-describedby=ah autocomplete=off "
           "spellcheck=false></div>");
}

static void put_consent(struct sk_html *html, enum sk_lang lang)
{
    static const struct {
        const char *value;
        enum sk_message message;
    } choices[] = {
        {"inside checked", SK_MSG_CONSENT_INSIDE},
        {"courts", SK_MSG_CONSENT_COURTS},
        {"publish", SK_MSG_CONSENT_PUBLISH},
    };

    sk_put(html, lang, "<fieldset><legend>", SK_MSG_CONSENT_LEGEND, "</legend>");
    for (size_t i = 0; i < SK_COUNT(choices); i++) {
        sk_html_raw(html, "<label class=c><input type=checkbox name=consent value=");
        sk_html_raw(html, choices[i].value);
        sk_put(html, lang, ">", choices[i].message, "</label>");
    }
    sk_html_raw(html, "</fieldset>");
}

static void draw_between(struct sk_html *html, enum sk_lang lang)
{
    put_code(html, lang);
    put_receipt(html, lang);
    put_category(html, lang);
    put_words(html, lang);
    put_consent(html, lang);
    sk_put(html, lang, "<div class=f><label for=f>", SK_MSG_FILE_LABEL,
           "</label><p class=h id=fh>");
}

static void draw_after(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, " ", SK_MSG_FILE_HINT, " ");
    sk_put(html, lang, "", SK_MSG_FILE_SLOW, "</p>");
    sk_html_raw(html, "<input id=f type=file name=file multiple aria-describedby=fh></div>");
    sk_put(html, lang, "<button type=submit>", SK_MSG_SUBMIT, "</button>");
    sk_put_hint(html, lang, SK_MSG_SUBMIT_HINT);
    sk_html_raw(html, "</form>");
}

enum sk_error sk_form_start(void)
{
    enum sk_error error = sk_part_make(&before, draw_before);

    if (error == SK_OK)
        error = sk_part_make(&between, draw_between);
    if (error == SK_OK)
        error = sk_part_make(&after, draw_after);
    return error;
}

void sk_form_stop(void)
{
    sk_part_free(&before);
    sk_part_free(&between);
    sk_part_free(&after);
}

static void put_only(struct sk_html *html, enum sk_lang lang,
                     const struct sk_page_organisation *organisation)
{
    sk_put(html, lang, "<p>", SK_MSG_TO_ONE, " <strong>");
    sk_html_text(html, organisation->name);
    sk_html_raw(html, "</strong></p><input type=hidden name=to value=\"");
    sk_html_text(html, organisation->slug);
    sk_html_raw(html, "\">");
}

static void put_choice(struct sk_html *html, enum sk_lang lang,
                       const struct sk_page_organisation *organisations, size_t count)
{
    sk_put(html, lang, "<fieldset aria-describedby=oh><legend>", SK_MSG_TO_LEGEND, "</legend>");
    sk_put(html, lang, "<p class=h id=oh>", SK_MSG_TO_HINT, "</p>");
    for (size_t i = 0; i < count; i++) {
        if (!organisations[i].offered)
            continue;
        sk_html_raw(html, "<label class=c><input type=checkbox name=to value=\"");
        sk_html_text(html, organisations[i].slug);
        sk_html_raw(html, "\" checked>");
        sk_html_text(html, organisations[i].name);
        sk_html_raw(html, "</label>");
    }
    sk_html_raw(html, "</fieldset>");
}

static enum sk_error closed(struct sk_page *out, enum sk_lang lang)
{
    struct sk_html html = {0};
    const char *bytes;
    size_t len;

    sk_page_problem(SK_PROBLEM_CLOSED, lang, &bytes, &len);
    sk_html_bytes(&html, bytes, len);
    return sk_html_take(&html, out);
}

enum sk_error sk_page_form(struct sk_page *out, enum sk_lang lang,
                           const struct sk_page_organisation *organisations, size_t count,
                           uint64_t max_bytes)
{
    const struct sk_page_organisation *only = NULL;
    struct sk_html html = {0};
    size_t offered = 0;

    for (size_t i = 0; i < count; i++) {
        if (organisations[i].offered) {
            only = &organisations[i];
            offered++;
        }
    }
    if (offered == 0)
        return closed(out, lang);
    sk_put_part(&html, lang, &before);
    sk_html_number(&html, max_bytes);
    sk_html_raw(&html, ">");
    if (offered == 1)
        put_only(&html, lang, only);
    else
        put_choice(&html, lang, organisations, count);
    sk_put_part(&html, lang, &between);
    sk_put_limit(&html, lang, SK_MSG_FILE_LIMIT, max_bytes);
    sk_put_part(&html, lang, &after);
    return sk_live_take(&html, lang, SK_SCRIPT_FORM, organisations, count, false, out);
}
