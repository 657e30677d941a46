#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "keys/cli/ask.h"
#include "keys/cli/command.h"
#include "keys/cli/text_file.h"
#include "keys/desk/commands.h"
#include "keys/desk/text.h"
#include "keys/desk/thread_list.h"
#include "keys/format/answer.h"
#include "keys/format/content.h"

struct wanted {
    const char *id, *text_file;
    unsigned status;
    bool replace, without_text;
};

/* In guarded memory; *text stays NULL without a file. */
static int read_text(const char *path, char **text)
{
    struct sk_plain_fault fault;
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e;

    if (path == NULL) {
        return SK_EXIT_OK;
    }
    e = sk_text_file_read(path, (size_t)2 * SK_ANSWER_TEXT_MAX, &bytes, &len, &fault);
    if (e == SK_OK) {
        len = sk_text_without_end(bytes, len); /* the last line ends are the editor's */
        bytes[len] = '\0';
    }
    if (e == SK_ERR_TOO_LARGE || (e == SK_OK && len > SK_ANSWER_TEXT_MAX)) {
        sk_secret_free(bytes);
        return sk_refuse_error(path, SK_ERR_ANSWER_LENGTH);
    }
    if (e != SK_OK) {
        return sk_text_file_refuse(path, e, &fault);
    }
    *text = (char *)bytes;
    return SK_EXIT_OK;
}

static enum sk_error record(struct sk_desk *desk, struct sk_threads *threads,
                            const struct sk_case *c, unsigned status, const char *text,
                            bool replace)
{
    /* Not before the report arrived, even when the clock is wrong: `destroy` counts from this day.
     */
    uint32_t today = sk_day_of(time(NULL)), day = today > c->day ? today : c->day;
    enum sk_error e = sk_threads_answer(threads, &c->digest, (uint8_t)status, day, text, replace);

    if (e != SK_OK) {
        return e;
    }
    e = sk_threads_sync(threads, &desk->state);
    return e == SK_OK ? sk_home_save_state(desk) : e;
}

/* ---- before anything is recorded ---------------------------------------------- */

static void show_said(const struct sk_case *c, const char *id)
{
    for (size_t i = 0; i < c->said_count; i++) {
        char day[11] = "";

        sk_day_format(c->said[i].day, day);
        printf("%s has this answer of %s:\n", id, day);
        sk_print_safe(stdout, c->said[i].text);
        printf("\n\n");
    }
}

/* Shows the earlier answers, and asks whether the new one replaces them or is added. */
static bool replaces(const struct sk_case *c, const char *id, const struct wanted *w)
{
    bool replace = w->replace || w->without_text;

    if (c->said_count == 0) {
        return replace;
    }
    show_said(c, id);
    if (!replace) {
        replace =
            sk_ask_yes_no("Replace it? With no, the writer gets both, one after the other.") ==
            SK_ANSWER_YES;
    }
    return replace;
}

/* All answers to one code share one place on the board. -1: go on. */
static int fits(const struct sk_threads *threads, const struct sk_case *c, const char *id,
                const char *text, bool replace)
{
    size_t len = 0;
    enum sk_error e = sk_thread_list_length(threads, c, text, replace, &len);

    if (e != SK_OK) {
        return sk_refuse_error(id, e);
    }
    return len <= SK_ANSWER_TEXT_MAX
               ? -1
               : sk_refuse("%s: nothing was changed: with the other answers to this code it is %zu "
                           "bytes too long; shorten it, or an earlier one with --replace",
                           id, len - SK_ANSWER_TEXT_MAX);
}

/* A new status without a text: what was said under the one before, a question above all, would be
 * read as said under this one. The same status once more changes nothing. */
static bool takes_back(const struct sk_case *c, const struct wanted *w, const char *text)
{
    return text == NULL && c->said_count > 0 && c->status != w->status;
}

static void tell(const char *id, unsigned status, bool reaches, bool beside)
{
    printf("%s: %s%s\n", id, sk_status_name(status),
           reaches ? "; it goes out with the next `board`" : "");
    if (beside) {
        printf("The writer gets both answers, one after the other; to replace the earlier give "
               "--replace.\n");
    }
}

static int check_reader(const struct sk_case *c, const char *id, const char *text)
{
    if (text == NULL || *text == '\0' || (c->flags & SK_FLAG_ANSWERS) != 0) {
        return -1;
    }
    return sk_refuse(
        "%s: nobody would read the text: the writer wants no answer; give only --status", id);
}

/* ---- the answer ------------------------------------------------------------------ */

static int decide(struct sk_desk *desk, struct sk_threads *threads, const struct sk_case *c,
                  const struct wanted *w, const char *text)
{
    bool reaches = (c->flags & SK_FLAG_ANSWERS) != 0, replace = false;
    bool before = c->said_count > 0, back = takes_back(c, w, text);
    char id[SK_ID_TEXT];
    enum sk_error e;

    sk_entry_id(&c->digest, id);
    int code = check_reader(c, id, text);

    if (text != NULL && !w->without_text && !w->replace && before &&
        strcmp(c->said[c->said_count - 1].text, text) == 0) {
        text = NULL; /* the same text again adds nothing */
    }
    if (code == -1 && back) {
        show_said(c, id);
        text = "";
        replace = true;
    }
    if (code == -1 && text != NULL && !back) {
        replace = replaces(c, id, w);
        code = fits(threads, c, id, text, replace);
    }
    if (code != -1) {
        return code;
    }
    e = record(desk, threads, c, w->status, text, replace);
    if (e != SK_OK) {
        return sk_refuse_error("index", e);
    }
    tell(id, w->status, reaches, before && text != NULL && !replace);
    if (back) {
        printf("What was said before is not shown under the new status; to show it again, give it "
               "with --text-file.\n");
    }
    return SK_EXIT_OK;
}

/* Looks among the threads, since a thread may outlive its report. */
static int find(struct sk_desk *desk, const struct sk_threads *threads, const char *prefix,
                const struct sk_case **out)
{
    struct sk_entry entry = {.json = NULL};
    enum sk_error e = sk_threads_find_id(threads, prefix, out);
    int code;

    if (e == SK_OK && *prefix != '\0') {
        return SK_EXIT_OK;
    }
    if (e == SK_ERR_EXISTS) {
        return sk_refuse("several reports' ids begin with %s; give more characters", prefix);
    }
    code = sk_find_report(desk, prefix, &entry);
    if (code == SK_EXIT_OK) {
        sk_entry_free(&entry);
        code =
            sk_refuse("%s: its thread is missing from the index; import its bundle again", prefix);
    }
    return code;
}

static int answer(struct sk_desk *desk, const struct wanted *w)
{
    struct sk_threads *threads = NULL;
    const struct sk_case *c = NULL;
    char *text = NULL, none[] = "";
    enum sk_error e;
    int code = read_text(w->text_file, &text);

    if (code != SK_EXIT_OK) {
        return code;
    }
    e = sk_threads_open(&threads, desk);
    if (e != SK_OK) {
        code = sk_refuse_error("index", e);
        goto out;
    }
    code = find(desk, threads, w->id, &c);
    if (code == SK_EXIT_OK) {
        code = decide(desk, threads, c, w, w->without_text ? none : text);
    }
out:
    sk_threads_close(threads);
    sk_secret_free(text);
    return code;
}

int sk_cmd_answer(void *program, const struct sk_args *args)
{
    struct wanted wanted = {.id = args->words[0],
                            .text_file = sk_args_text(args, "text-file"),
                            .status = sk_status_of_name(sk_args_text(args, "status")),
                            .replace = sk_args_has(args, "replace"),
                            .without_text = sk_args_has(args, "without-text")};
    int code;

    if (wanted.without_text && wanted.text_file != NULL) {
        return sk_usage("answer: --text-file and --without-text do not go together");
    }
    code = sk_home_open(program);
    return code == SK_EXIT_OK ? answer(program, &wanted) : code;
}
