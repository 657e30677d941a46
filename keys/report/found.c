#include "keys/report/found.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "keys/report/program.h"

static const char *status_text(unsigned status)
{
    static const char *const texts[] = {
#define STATUS(number, name, word, sentence, brief) [number] = brief,
#include "keys/base/status.def"
#undef STATUS
    };

    return status > 0 && status < SK_STATUS_END ? _(texts[status]) : "-";
}

static void day_text(char out[11], uint32_t day)
{
    if (!sk_day_format(day, out)) {
        memcpy(out, "-", 2);
    }
}

static void print_one(const struct sk_found *f)
{
    char hex[SK_HEX_TEXT], day[11];

    sk_fingerprint_text(hex, &f->organisation);
    day_text(day, f->answer.day);
    printf(_("Organisation: %s\n"), hex);
    printf(_("Status: %s\n"), status_text(f->answer.status));
    printf(_("Day: %s\n"), day);
    if (f->answer.text_len > 0) {
        printf("\n%s\n", f->answer.text);
    }
}

void sk_found_print(const struct sk_found *found, size_t count)
{
    if (count == 0) {
        printf("%s\n", _("There is nothing for this code yet. A report is carried by hand and "
                         "takes days; try again with a newer board."));
    }
    for (size_t i = 0; i < count; i++) {
        printf("%s", i == 0 ? "" : "\n");
        print_one(&found[i]);
    }
}

static json_t *to_json(const struct sk_found *f)
{
    char hex[SK_HEX_TEXT], day[11];

    sk_fingerprint_text(hex, &f->organisation);
    day_text(day, f->answer.day);
    return json_pack("{s:s, s:s, s:s, s:s}", "organisation", hex, "status",
                     sk_status_name(f->answer.status), "day", day, "text", f->answer.text);
}

/* The library's own copies of the text are wiped as well. */
enum sk_error sk_found_print_json(const struct sk_found *found, size_t count)
{
    json_set_alloc_funcs(sk_secret_new, sk_secret_free);
    json_t *list = json_array();
    json_t *all =
        json_pack("{s:s, s:o}", "state", count > 0 ? "answered" : "unknown", "answers", list);
    enum sk_error e = all == NULL ? SK_ERR_MEMORY : SK_OK;

    for (size_t i = 0; e == SK_OK && i < count; i++) {
        if (json_array_append_new(list, to_json(&found[i])) != 0) {
            e = SK_ERR_MEMORY;
        }
    }
    if (e == SK_OK && json_dumpf(all, stdout, JSON_INDENT(2)) != 0) {
        e = SK_ERR_IO;
    }
    if (e == SK_OK) {
        printf("\n");
    }
    json_decref(all);
    return e;
}
