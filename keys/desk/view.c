#include "keys/desk/view.h"

#include <string.h>

#include "keys/base/calendar.h"
#include "keys/desk/json.h"
#include "keys/format/answer.h"
#include "keys/format/content.h"

unsigned sk_view_status(const struct sk_threads *threads, const struct sk_entry *entry)
{
    const struct sk_case *c = sk_threads_find(threads, &entry->digest);

    return c != NULL ? c->status : SK_STATUS_ARRIVED;
}

const char *sk_view_sealed_by(unsigned sealed_by)
{
    switch (sealed_by) {
    case SK_SEALED_BY_BROWSER:
        return "browser";
    case SK_SEALED_BY_GATEWAY:
        return "gateway";
    case SK_SEALED_BY_OFFLINE_PAGE:
        return "offline page";
    case SK_SEALED_BY_COMMAND:
        return "command line";
    default:
        return "unknown";
    }
}

static json_t *day_json(uint32_t day)
{
    char text[11] = "";

    return json_string(sk_day_format(day, text) ? text : "");
}

json_t *sk_view_brief(const struct sk_entry *entry, const struct sk_threads *threads)
{
    char id[SK_ID_TEXT], excerpt[SK_EXCERPT_BYTES];
    unsigned category = sk_entry_category(entry);

    sk_entry_id(&entry->digest, id);
    sk_entry_excerpt(entry, excerpt);
    return json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:i, s:I, s:b, s:b, s:O, s:O?, s:I, s:b, s:b}", "id", id, "day",
        day_json(entry->day), "category", category > 0 ? json_integer(category) : json_null(),
        "status", sk_status_name(sk_view_status(threads, entry)), "text_excerpt", excerpt,
        "attachments", (int)json_array_size(sk_entry_files(entry)), "size_class",
        (json_int_t)entry->chunks, "follow_up", (entry->flags & SK_FLAG_FOLLOW_UP) != 0,
        "answers_wanted", (entry->flags & SK_FLAG_ANSWERS) != 0, "recipients",
        json_object_get(entry->json, "recipients"), "offered_recipients", sk_entry_offered(entry),
        "unknown_recipients", (json_int_t)entry->unknown, "sheets_known", (int)entry->sheets_known,
        "parsed", (int)entry->parsed);
}

/* The list, or NULL: an incomplete list must not be shown. */
static json_t *with(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) != 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *sk_view_thread(const struct sk_case *c, const struct sk_threads *threads)
{
    json_t *list = json_array();
    const struct sk_case *other = c != NULL ? sk_threads_first(threads, &c->mailbox) : NULL;

    while (list != NULL && other != NULL) {
        char id[SK_ID_TEXT];

        sk_entry_id(&other->digest, id);
        if (other != c) {
            list = with(list, json_pack("{s:s, s:o, s:s}", "id", id, "day", day_json(other->day),
                                        "status", sk_status_name(other->status)));
        }
        other = other->next_of_thread != SIZE_MAX ? sk_threads_at(threads, other->next_of_thread)
                                                  : NULL;
    }
    return list;
}

/* The newest first, as the writer gets them. */
static json_t *texts_json(const struct sk_case *c)
{
    json_t *list = json_array();

    for (size_t i = c->said_count; list != NULL && i > 0; i--) {
        const struct sk_said *said = &c->said[i - 1];

        list = with(list, json_pack("{s:o, s:s}", "day", day_json(said->day), "text", said->text));
    }
    return list;
}

static json_t *answer_json(const struct sk_case *c)
{
    if (c == NULL || c->answer_day == 0) {
        return json_null();
    }
    return json_pack("{s:s, s:o, s:s?, s:o}", "status", sk_status_name(c->status), "day",
                     day_json(c->answer_day), "text",
                     c->said_count > 0 ? c->said[c->said_count - 1].text : NULL, "texts",
                     texts_json(c));
}

json_t *sk_view_full(const struct sk_entry *entry, const struct sk_threads *threads)
{
    const struct sk_case *c = sk_threads_find(threads, &entry->digest);
    json_t *view = sk_view_brief(entry, threads);
    const char *why = sk_entry_incomplete(entry);
    int bad;

    if (view == NULL) {
        return NULL;
    }
    bad = json_object_set_new(view, "digest", sk_json_hex(&entry->digest, sizeof entry->digest));
    bad |= json_object_set_new(view, "sealed_by", json_string(sk_view_sealed_by(entry->sealed_by)));
    bad |= json_object_set_new(view, "incomplete", why != NULL ? json_string(why) : json_null());
    bad |= json_object_set(view, "fields", sk_entry_fields(entry));
    bad |= json_object_set(view, "files", sk_entry_files(entry));
    bad |= json_object_set_new(view, "thread", sk_view_thread(c, threads));
    bad |= json_object_set_new(view, "answer", answer_json(c));
    if (bad != 0) {
        json_decref(view);
        return NULL;
    }
    return view;
}
