#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/text_file.h"
#include "keys/desk/commands.h"
#include "keys/desk/threads.h"
#include "keys/seal/answer.h"
#include "keys/seal/content.h"

struct wanted {
    const char *id, *text_file;
    unsigned status;
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
                            const struct sk_case *c, unsigned status, const char *text)
{
    enum sk_error e =
        sk_threads_answer(threads, &c->digest, (uint8_t)status, sk_day_of(time(NULL)), text);

    if (e == SK_OK) {
        e = sk_threads_sync(threads, &desk->state);
    }
    return e == SK_OK ? sk_home_save_state(desk) : e;
}

static int decide(struct sk_desk *desk, struct sk_threads *threads, const struct sk_entry *entry,
                  const struct wanted *w, const char *text)
{
    const struct sk_case *c = sk_threads_find(threads, &entry->digest);
    bool reaches = c != NULL && (c->flags & SK_FLAG_ANSWERS) != 0 && !c->foreign;
    char id[SK_ID_TEXT];
    enum sk_error e;

    sk_entry_id(&entry->digest, id);
    if (c == NULL) {
        return sk_refuse("%s: its thread is missing from the index; import its bundle again", id);
    }
    if (text != NULL && !reaches) {
        return sk_refuse("%s: nobody would read the text: %s; give only --status", id,
                         c->foreign ? "the report is not from the holder of its code"
                                    : "the writer wants no answer");
    }
    e = record(desk, threads, c, w->status, text);
    if (e != SK_OK) {
        return sk_refuse_error("index", e);
    }
    printf("%s: %s%s\n", id, sk_status_name(w->status),
           reaches ? "; it goes out with the next `board`" : "");
    return SK_EXIT_OK;
}

static int answer(struct sk_desk *desk, const struct wanted *w)
{
    struct sk_threads *threads = NULL;
    struct sk_entry entry = {.json = NULL};
    char *text = NULL;
    int code = read_text(w->text_file, &text);

    if (code == SK_EXIT_OK) {
        code = sk_find_report(desk, w->id, &entry);
    }
    if (code == SK_EXIT_OK) {
        enum sk_error e = sk_threads_open(&threads, desk);

        code = e == SK_OK ? decide(desk, threads, &entry, w, text) : sk_refuse_error("index", e);
    }
    sk_threads_close(threads);
    sk_entry_free(&entry);
    sk_secret_free(text);
    return code;
}

static int read_options(int argc, char **argv, struct wanted *w)
{
    static const struct option list[] = {{"status", required_argument, NULL, 's'},
                                         {"text-file", required_argument, NULL, 't'},
                                         {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, ":", list, NULL)) != -1) {
        if (c == 's') {
            w->status = sk_status_of_name(optarg);
            if (w->status < SK_STATUS_READ) {
                return sk_usage("--status is read, checking, more, passed or closed");
            }
        } else if (c == 't') {
            w->text_file = optarg;
        } else {
            return sk_option_unknown(argv, c);
        }
    }
    if (optind + 1 != argc || w->status == 0) {
        return sk_usage("answer: give one id and --status");
    }
    w->id = argv[optind];
    return -1;
}

int sk_cmd_answer(void *program, int argc, char **argv)
{
    struct wanted wanted = {.status = 0};
    int code = read_options(argc, argv, &wanted);

    if (code != -1) {
        return code;
    }
    code = sk_home_open(program);
    return code == SK_EXIT_OK ? answer(program, &wanted) : code;
}
