#include "gateway/offline.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/pages/page_offline.h"
#include "gateway/read/organisations.h"
#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "storage/outbox.h"

#define SUM_TEXT (2 * crypto_hash_sha256_BYTES + 1)

/* All pages are on the disk before the first of them gets its name, so that older ones stay whole
 * when the stick is too small. */
struct output {
    const char *dir;
    struct sk_file_writer *writers[SK_LANG_COUNT];
    char page[SK_LANG_COUNT][SUM_TEXT], program[SK_LANG_COUNT][SUM_TEXT];
};

static void sum(char out[SUM_TEXT], const struct sk_page *page)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)page->bytes, page->len);
    sodium_bin2hex(out, SUM_TEXT, hash, sizeof hash);
}

static enum sk_error write_page(struct output *out, enum sk_lang lang, const struct sk_page *page)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s.html", out->dir, sk_lang_code(lang));

    if (n < 0 || (size_t)n >= sizeof path) {
        return SK_ERR_TOO_LARGE;
    }
    sum(out->page[lang], page);
    enum sk_error e = sk_file_writer_open(&out->writers[lang], path);
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_put(out->writers[lang], page->bytes, page->len);
    return e == SK_OK ? sk_file_writer_sync(out->writers[lang]) : e;
}

static enum sk_error one_page(struct output *out, enum sk_lang lang,
                              const struct sk_organisations *organisations)
{
    struct sk_page page;
    enum sk_error e = sk_page_offline(&page, lang, organisations->pages, organisations->count);

    if (e != SK_OK) {
        return e;
    }
    e = write_page(out, lang, &page);
    sk_page_free(&page);
    if (e != SK_OK) {
        return e;
    }
    e = sk_page_offline(&page, lang, NULL, 0);
    if (e != SK_OK) {
        return e;
    }
    sum(out->program[lang], &page);
    sk_page_free(&page);
    return SK_OK;
}

static enum sk_error every_page(struct output *out, const struct sk_organisations *organisations)
{
    enum sk_error e = SK_OK;

    for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
        e = one_page(out, (enum sk_lang)lang, organisations);
    }
    for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
        e = sk_file_writer_commit(out->writers[lang]);
        out->writers[lang] = NULL;
    }
    return e;
}

/* Removes what a failure left, and the folder if this call made it; errno stays. */
static void undo(struct output *out, bool made_dir)
{
    int reason = errno;

    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        sk_file_writer_discard(out->writers[lang]);
    }
    if (made_dir) {
        rmdir(out->dir);
    }
    errno = reason;
}

static int print_sums(const struct output *out)
{
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        printf("%s  %s.html\n", out->page[lang], sk_lang_code((enum sk_lang)lang));
    }
    printf("# without the line of the organisations, as in every store of this release:\n");
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        printf("# %s  %s.html\n", out->program[lang], sk_lang_code((enum sk_lang)lang));
    }
    return fflush(stdout) == 0 ? SK_EXIT_OK : sk_refuse_error("standard output", SK_ERR_IO);
}

static int write_pages(const char *dir, const struct sk_organisations *organisations)
{
    struct output out = {.dir = dir};
    bool made_dir = mkdir(dir, 0777) == 0;

    if (!made_dir && errno != EEXIST) {
        return sk_refuse_out(dir, SK_ERR_IO, "No page was written");
    }
    errno = 0;
    enum sk_error e = every_page(&out, organisations);
    if (e != SK_OK) {
        undo(&out, made_dir);
        return sk_refuse_out(dir, e, "Write the pages again when that is mended");
    }
    return print_sums(&out);
}

static enum sk_error read_organisations(struct sk_organisations *organisations, const char *store)
{
    struct sk_outbox *outbox = NULL;
    enum sk_error e = sk_outbox_open(&outbox, store, false);

    if (e == SK_OK) {
        e = sk_organisations_read(organisations, outbox, sk_week_of(time(NULL)));
    }
    sk_outbox_close(outbox);
    return e;
}

int sk_offline_write(const char *store, const char *dir)
{
    struct sk_organisations organisations = {0};
    enum sk_error e = read_organisations(&organisations, store);
    int code = e == SK_OK ? write_pages(dir, &organisations) : sk_refuse_error(store, e);

    sk_organisations_free(&organisations);
    return code;
}
