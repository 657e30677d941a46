/*
 * seal: one report into one sealed file.
 *
 * The file is renamed last, after its bytes are on disk and the code is printed: nobody could ask
 * for answers to a report whose code was never shown.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "keys/format/limits.h"
#include "keys/report/body.h"
#include "keys/report/code_file.h"
#include "keys/report/program.h"
#include "keys/report/recipients.h"
#include "keys/report/texts.h"

struct seal {
    const struct sk_args *args;
    struct sk_recipient_keys recipients;
    struct sk_texts texts;
    const char *out;
    bool no_receipt;
    struct sk_receipt *receipt;
    uint64_t attached; /* bytes */
};

/* ---- before anything is written ---------------------------------------------------- */

/* Only a regular file: reading a pipe or a device could block. */
static enum sk_error open_attachment(const char *path, int *out, uint64_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        return errno == ENOENT ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return SK_ERR_IO;
    }
    *out = fd;
    *size = (uint64_t)st.st_size;
    return SK_OK;
}

enum { TEXTS = 5 }; /* category, where, when, text, contact */

/* Refuses files that cannot be read, and more than a desk can read, before hours of sealing. */
static int check_attachments(struct seal *s)
{
    const struct sk_given *g = NULL;

    if (TEXTS + sk_args_count(s->args, "consent") + sk_args_count(s->args, "attach") >
        SK_BODY_PARTS_MAX) {
        return sk_refuse(_("at most %u files fit into one report; attach the rest to another one"),
                         SK_BODY_FILES_SAID);
    }
    while ((g = sk_args_next(s->args, "attach", g)) != NULL) {
        const char *path = g->text;
        uint64_t size = 0;
        int fd = -1;
        enum sk_error e = open_attachment(path, &fd, &size);

        if (e == SK_OK) {
            close(fd);
            s->attached += size < SK_CONTENT_MAX ? size : SK_CONTENT_MAX;
            e = s->attached < SK_CONTENT_MAX ? SK_OK : SK_ERR_TOO_LARGE;
        }
        if (e != SK_OK) {
            return sk_refuse_error(path, e);
        }
        if (size == 0) {
            sk_refuse(_("%s: the file is empty (0 bytes), nothing of it will arrive"), path);
        }
    }
    if (s->attached == 0 && s->texts.text.len == 0) {
        return sk_refuse("%s", _("the text is empty; nothing was sealed"));
    }
    return SK_EXIT_OK;
}

static int take_code(struct seal *s)
{
    const char *path = sk_args_text(s->args, "code-file");

    errno = 0;
    if (path != NULL) {
        return sk_code_file_read(path, &s->receipt);
    }
    s->receipt = sk_secret_new(sizeof *s->receipt);
    if (s->receipt == NULL) {
        return sk_refuse_error("seal", SK_ERR_MEMORY);
    }
    sk_receipt_random(s->receipt);
    return SK_EXIT_OK;
}

static int prepare(struct seal *s)
{
    struct stat st;

    if (!sk_args_has(s->args, "force") && lstat(s->out, &st) == 0) {
        return sk_refuse_error(s->out, SK_ERR_EXISTS);
    }
    int code = sk_recipients_choose(&s->recipients, s->args, time(NULL));

    if (code != SK_EXIT_OK) {
        return code;
    }
    code = sk_texts_read(&s->texts, s->args);
    if (code != SK_EXIT_OK) {
        return code;
    }
    code = check_attachments(s);
    return code == SK_EXIT_OK ? take_code(s) : code;
}

/* ---- the body ------------------------------------------------------------------------ */

static enum sk_error put_text(struct sk_body_writer *body, const char *name,
                              const struct sk_text *text)
{
    return sk_body_field(body, name, (const char *)text->bytes, text->len);
}

/* The writer's first error is what all later calls return. */
static enum sk_error put_fields(struct sk_body_writer *body, const struct seal *s)
{
    if (sk_args_has(s->args, "category")) {
        char category[24];
        int n = snprintf(category, sizeof category, "%llu",
                         (unsigned long long)sk_args_number(s->args, "category", 0));

        (void)sk_body_field(body, "category", category, (size_t)n);
    }
    (void)put_text(body, "where", &s->texts.where);
    (void)put_text(body, "when", &s->texts.when);
    (void)put_text(body, "text", &s->texts.text);
    enum sk_error e = put_text(body, "contact", &s->texts.contact);

    for (const struct sk_given *g = NULL; (g = sk_args_next(s->args, "consent", g)) != NULL;) {
        e = sk_body_field(body, "consent", g->text, strlen(g->text));
    }
    return e;
}

static enum sk_error put_files(struct sk_body_writer *body, const struct seal *s,
                               const char **subject)
{
    struct sk_progress progress;
    enum sk_error e = SK_OK;

    sk_progress_start(&progress, _("sealing"), s->attached);
    progress.bytes = 1;
    for (const struct sk_given *g = NULL;
         e == SK_OK && (g = sk_args_next(s->args, "attach", g)) != NULL;) {
        const char *path = g->text;
        uint64_t size;
        int fd = -1;

        *subject = path;
        e = open_attachment(path, &fd, &size);
        if (e != SK_OK) {
            break;
        }
        e = sk_body_file(body, path, fd, &progress);
        close(fd);
    }
    sk_progress_end(&progress);
    return e;
}

static enum sk_error seal_into(struct sk_file_writer *writer, const struct seal *s,
                               const char **subject)
{
    struct sk_body_writer *body;
    struct sk_address address = {
        .epoch = s->recipients.epoch,
        .recipients = s->recipients.keys,
        .recipient_count = s->recipients.count,
        .receipt = s->receipt,
        .sealed_by = SK_SEALED_BY_COMMAND,
        .flags = (uint8_t)((s->no_receipt ? 0 : SK_FLAG_ANSWERS) |
                           (sk_args_has(s->args, "code-file") ? SK_FLAG_FOLLOW_UP : 0)),
        .sheets = s->recipients.sheets,
    };
    enum sk_error e = sk_body_begin(&body, writer, &address);

    if (e != SK_OK) {
        return e;
    }
    e = put_fields(body, s);
    if (e != SK_OK) {
        goto out;
    }
    e = put_files(body, s, subject);
    if (e != SK_OK) {
        goto out;
    }
    *subject = s->out;
    e = sk_body_end(body);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_file_writer_sync(writer);
out:
    sk_body_free(body);
    return e;
}

/* ---- the end --------------------------------------------------------------------------- */

static enum sk_error print_code(const struct seal *s)
{
    char code[SK_CODE_TEXT];

    if (s->no_receipt) {
        return SK_OK;
    }
    sk_code_format(code, s->receipt->r);
    int failed = printf("%s\n", code) < 0 || fflush(stdout) != 0;

    sodium_memzero(code, sizeof code);
    return failed ? SK_ERR_IO : SK_OK;
}

static int write_sealed(struct seal *s)
{
    struct sk_file_writer *writer;
    const char *subject = s->out;

    errno = 0;
    enum sk_error e = sk_file_writer_open(&writer, s->out);

    if (e != SK_OK) {
        return sk_refuse_error(subject, e);
    }
    sk_recipients_show(&s->recipients);
    e = seal_into(writer, s, &subject);
    if (e == SK_OK) {
        e = print_code(s);
        subject = e == SK_OK ? s->out : _("the code could not be printed");
    }
    if (e != SK_OK) {
        int saved = errno;

        sk_file_writer_discard(writer);
        errno = saved;
        return sk_refuse_error(subject, e);
    }
    e = sk_file_writer_commit(writer);
    if (e != SK_OK) {
        return sk_refuse_error(_("the file could not be written; the code is worth nothing"), e);
    }
    fprintf(stderr, "%s\n",
            s->no_receipt ? _("Sealed. There is no code for this report.")
                          : _("Sealed. Only this code can ask for answers."));
    return SK_EXIT_OK;
}

int sk_report_seal(void *program, const struct sk_args *args)
{
    struct seal s = {.args = args,
                     .out = sk_args_text(args, "out"),
                     .no_receipt = sk_args_has(args, "no-receipt")};
    int code;

    (void)program;
    if (!sk_args_has(args, "text-file") && !sk_args_has(args, "attach")) {
        return sk_usage(_("seal needs --text-file FILE or --attach FILE"));
    }
    if (s.no_receipt && sk_args_has(args, "code-file")) {
        return sk_usage(_("--no-receipt and --code-file do not go together"));
    }
    code = prepare(&s);
    if (code == SK_EXIT_OK) {
        code = write_sealed(&s);
    }
    sk_secret_free(s.receipt);
    sk_texts_free(&s.texts);
    return code;
}
