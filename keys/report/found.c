#include "keys/report/found.h"

#include <stdio.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/number.h"
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

/* ---- as JSON: straight into standard output, whose buffer is wiped (main.c) ----- */

static void print_string(const char *text)
{
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";

    putchar('"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        const char *found = strchr(named, c);

        if (found != NULL) {
            printf("\\%c", names[found - named]);
        } else if (c < 0x20) {
            printf("\\u%04X", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

static void print_member(const char *name, const char *value, const char *after)
{
    printf("      \"%s\": ", name);
    print_string(value);
    printf("%s\n", after);
}

static void print_one_json(const struct sk_found *f)
{
    char hex[SK_HEX_TEXT], day[11];

    sk_fingerprint_text(hex, &f->organisation);
    day_text(day, f->answer.day);
    printf("    {\n");
    print_member("organisation", hex, ",");
    print_member("status", sk_status_name(f->answer.status), ",");
    print_member("day", day, ",");
    print_member("text", f->answer.text, "");
    printf("    }");
}

enum sk_error sk_found_print_json(const struct sk_found *found, size_t count)
{
    printf("{\n  \"state\": \"%s\",\n  \"answers\": [", count > 0 ? "answered" : "unknown");
    for (size_t i = 0; i < count; i++) {
        printf("%s\n", i > 0 ? "," : "");
        print_one_json(&found[i]);
    }
    printf("%s]\n}\n", count > 0 ? "\n  " : "");
    return ferror(stdout) ? SK_ERR_IO : SK_OK;
}
