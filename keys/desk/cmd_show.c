#include <stdio.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/category.h"
#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/json.h"
#include "keys/desk/text.h"
#include "keys/desk/threads.h"
#include "keys/desk/twins.h"
#include "keys/desk/view.h"
#include "keys/format/answer.h"
#include "keys/format/content.h"

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

static void print_line(const char *label, const char *text)
{
    printf("%-14s ", label);
    sk_print_safe(stdout, text);
    putchar('\n');
}

/* Keys that the gateway offered and no `peer` names: eight digits of a fingerprint can be imitated.
 */
static void print_offered(const struct sk_entry *entry)
{
    const json_t *offered = sk_entry_offered(entry);

    for (size_t i = 0; i < json_array_size(offered); i++) {
        const char *hex = json_string_value(json_array_get(offered, i));

        printf("%-14s %.8s: offered by the gateway, not named here; name it with `peer`\n", "",
               hex != NULL ? hex : "");
    }
}

static void print_readers(const struct sk_entry *entry)
{
    const json_t *names = json_object_get(entry->json, "recipients");

    printf("%-14s ", "readable by");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        printf("%s", i > 0 ? ", " : "");
        sk_print_safe(stdout, name != NULL ? name : "");
    }
    putchar('\n');
    print_offered(entry);
    if (entry->unknown > 0) {
        printf("WARNING        %u more can read it whom neither this desk knows nor the gateway "
               "offered: strangers, until somebody explains them (see `peer`)\n",
               (unsigned)entry->unknown);
    } else if (!entry->sheets_known) {
        printf(
            "WARNING        it was sealed with key sheets that this desk does not know: an older "
            "or newer one, or one that its owner did not make public\n");
    }
}

static void print_fields(const struct sk_entry *entry)
{
    const json_t *fields = sk_entry_fields(entry);

    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const char *value = text_of(field, "value");

        if (*value == '\0') {
            continue;
        }
        printf("\n[");
        sk_print_safe(stdout, text_of(field, "name"));
        printf("]\n");
        sk_print_safe(stdout, value);
        putchar('\n');
        if (json_integer_value(json_object_get(field, "length")) > (json_int_t)strlen(value) + 64) {
            printf("(there is more: see `open`)\n");
        }
    }
}

static void print_files(const struct sk_entry *entry)
{
    const json_t *files = sk_entry_files(entry);

    if (json_array_size(files) > 0) {
        printf("\n[attachments]\n");
    }
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        char name[256], type[128];

        sk_excerpt(name, sizeof name, text_of(file, "name"), 120);
        sk_excerpt(type, sizeof type, text_of(file, "type"), 60);
        printf("%3zu  %s  %s  %lld bytes\n", i + 1, name, type,
               (long long)json_integer_value(json_object_get(file, "size")));
    }
}

static void print_incomplete(const struct sk_entry *entry)
{
    const char *why = sk_entry_incomplete(entry);

    if (why != NULL) {
        printf("\nTHERE IS MORE in the body than could be read: %s. The sealed original is kept; "
               "`open` writes all that there is.\n",
               why);
    } else if (json_is_true(json_object_get(entry->json, "cut"))) {
        printf("\nTexts and names are too long to be shown here: see `open`.\n");
    }
}

static void print_thread(const struct sk_entry *entry, const struct sk_threads *threads)
{
    const struct sk_case *c = sk_threads_find(threads, &entry->digest);
    json_t *others = sk_view_thread(c, threads);

    if (json_array_size(others) > 0) {
        printf("\n[same code]\n");
    }
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *other = json_array_get(others, i);

        printf("%s  %s  %s\n", text_of(other, "id"), text_of(other, "day"),
               text_of(other, "status"));
    }
    json_decref(others);
    for (size_t i = c != NULL ? c->said_count : 0; i > 0; i--) {
        char day[11] = "";

        sk_day_format(c->said[i - 1].day, day);
        printf("\n[answer of %s]\n", day);
        sk_print_safe(stdout, c->said[i - 1].text);
        putchar('\n');
    }
}

static void print_report(const struct sk_entry *entry, const struct sk_threads *threads, bool twin)
{
    char id[SK_ID_TEXT], day[11] = "";
    unsigned category = sk_entry_category(entry);

    sk_entry_id(&entry->digest, id);
    sk_day_format(entry->day, day);
    print_line("report", id);
    print_line("arrived", day);
    print_line("status", sk_status_name(sk_view_status(threads, entry)));
    printf("%-14s %u %s\n", "category", category, sk_category_name(category));
    printf("%-14s %s (says the report itself)\n", "sealed by", sk_view_sealed_by(entry->sealed_by));
    print_line("answers", (entry->flags & SK_FLAG_ANSWERS) != 0 ? "wanted" : "not wanted");
    if ((entry->flags & SK_FLAG_FOLLOW_UP) != 0) {
        print_line("follow-up", "yes, to an earlier report");
    }
    printf("%-14s %u\n", "size class", (unsigned)entry->chunks);
    print_readers(entry);
    if (twin) {
        printf(
            "WARNING        another envelope came with the header of this one: somebody who can "
            "read this report, or who carried it, changed a copy. Compare both before you rely on "
            "either (`list` marks them; what does not open is in quarantine/)\n");
    }
    print_fields(entry);
    print_files(entry);
    print_incomplete(entry);
    print_thread(entry, threads);
}

static enum sk_error print_json(const struct sk_entry *entry, const struct sk_threads *threads,
                                bool twin)
{
    json_t *view = sk_view_full(entry, threads);
    enum sk_error e = SK_ERR_MEMORY;

    if (view != NULL && json_object_set_new(view, "same_header", json_boolean(twin)) == 0) {
        e = sk_json_print(view);
    }
    json_decref(view);
    return e;
}

static int show(struct sk_desk *desk, const char *id, bool as_json)
{
    struct sk_threads *threads = NULL;
    struct sk_twins twins = {NULL, 0, 0};
    struct sk_entry entry = {.json = NULL};
    int code = sk_find_report(desk, id, &entry);
    enum sk_error e;

    if (code != SK_EXIT_OK) {
        return code;
    }
    e = sk_threads_open(&threads, desk);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_twins_open(&twins, desk);
    if (e != SK_OK) {
        goto out;
    }
    if (as_json) {
        e = print_json(&entry, threads, sk_twins_has(&twins, &entry));
    } else {
        print_report(&entry, threads, sk_twins_has(&twins, &entry));
    }
out:
    sk_twins_close(&twins);
    sk_threads_close(threads);
    sk_entry_free(&entry);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("index", e);
}

int sk_cmd_show(void *program, const struct sk_args *args)
{
    int code = sk_home_open(program);

    return code == SK_EXIT_OK ? show(program, args->words[0], sk_args_has(args, "json")) : code;
}
