#include "storage/store/offline.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/read/listing.h"
#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/cli/command.h"

/* What is done with each language's page. */
typedef enum sk_error (*use)(void *ctx, enum sk_lang lang, const struct sk_page *page,
                             const struct sk_page *program);

static enum sk_error one_page(const struct sk_listing *listing, enum sk_lang lang, use use_page,
                              void *ctx)
{
    struct sk_page page = {0}, program = {0};
    enum sk_error e = sk_page_offline(&page, lang, listing->pages, listing->count);

    if (e == SK_OK) {
        e = sk_page_offline(&program, lang, NULL, 0);
    }
    if (e == SK_OK) {
        e = use_page(ctx, lang, &page, &program);
    }
    sk_page_free(&page);
    sk_page_free(&program);
    return e;
}

static enum sk_error every_page(struct sk_outbox *outbox, use use_page, void *ctx)
{
    struct sk_listing listing = {0};
    enum sk_error e = sk_listing_read(&listing, outbox, sk_week_of(time(NULL)));

    for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
        e = one_page(&listing, (enum sk_lang)lang, use_page, ctx);
    }
    sk_listing_free(&listing);
    return e;
}

/* ---- their sums ---------------------------------------------------------------- */

static void sum(char out[SK_HEX_TEXT], const struct sk_page *page)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)page->bytes, page->len);
    sodium_bin2hex(out, SK_HEX_TEXT, hash, sizeof hash);
}

static enum sk_error add_sums(void *ctx, enum sk_lang lang, const struct sk_page *page,
                              const struct sk_page *program)
{
    struct sk_offline_sums *sums = ctx;

    sum(sums->page[lang], page);
    sum(sums->program[lang], program);
    return SK_OK;
}

enum sk_error sk_offline_sums(struct sk_offline_sums *sums, struct sk_outbox *outbox)
{
    unsigned missing = 0;
    enum sk_error e = sk_pages_offline_start(&missing);

    if (e != SK_OK) {
        return e;
    }
    /* With a translation missing it would be another page than the gateway's. */
    sums->made = missing == 0;
    if (sums->made) {
        e = every_page(outbox, add_sums, sums);
    }
    sk_pages_offline_stop();
    return e;
}

/* ---- offline --out DIR ---------------------------------------------------------- */

/* All pages are on the disk before the first of them gets its name: what was there before stays
 * whole when the stick is too small. */
struct output {
    const char *dir;
    struct sk_file_writer *writers[SK_LANG_COUNT];
    char sums[SK_LANG_COUNT][SK_HEX_TEXT];
};

static void page_name(char out[16], int lang)
{
    snprintf(out, 16, "%s.html", sk_lang_code((enum sk_lang)lang));
}

static enum sk_error write_page(void *ctx, enum sk_lang lang, const struct sk_page *page,
                                const struct sk_page *program)
{
    struct output *out = ctx;
    char path[PATH_MAX], name[16];

    (void)program;
    page_name(name, (int)lang);
    sum(out->sums[lang], page);
    enum sk_error e = sk_store_path(path, out->dir, name);

    if (e == SK_OK) {
        e = sk_file_writer_open(&out->writers[lang], path);
    }
    if (e == SK_OK) {
        e = sk_file_writer_put(out->writers[lang], page->bytes, page->len);
    }
    return e == SK_OK ? sk_file_writer_sync(out->writers[lang]) : e;
}

static enum sk_error name_pages(struct output *out)
{
    enum sk_error e = SK_OK;

    for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
        e = sk_file_writer_commit(out->writers[lang]);
        out->writers[lang] = NULL;
    }
    return e;
}

static void print_pages(const struct output *out)
{
    char name[16];

    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        page_name(name, lang);
        printf("%s  %s\n", out->sums[lang], name);
    }
}

/* Takes away what a failure left, and the folder if it is ours; errno stays. */
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

static int write_all(struct sk_store *store, const char *dir, bool made_dir)
{
    struct output out = {.dir = dir};
    enum sk_error e = every_page(store->outbox, write_page, &out);

    if (e == SK_OK) {
        e = name_pages(&out);
    }
    if (e != SK_OK) {
        undo(&out, made_dir);
        return sk_store_refuse_out(dir, e, "Write the pages again when that is mended");
    }
    print_pages(&out);
    return SK_EXIT_OK;
}

static int write_pages(struct sk_store *store, const char *dir)
{
    unsigned missing = 0;
    enum sk_error e = sk_pages_offline_start(&missing);

    if (e != SK_OK) {
        return sk_refuse_error("pages", e);
    }
    if (missing > 0) {
        return sk_refuse("%u translations are missing: complete gateway/po and build it again",
                         missing);
    }
    bool made_dir = mkdir(dir, 0777) == 0;

    if (!made_dir && errno != EEXIST) {
        return sk_store_refuse_out(dir, SK_ERR_IO, "No page was written");
    }
    errno = 0;
    return write_all(store, dir, made_dir);
}

int sk_store_offline(void *program, const struct sk_args *args)
{
    int code = sk_store_open(program, SK_STORE_READS);

    if (code == SK_EXIT_OK) {
        code = write_pages(program, sk_args_text(args, "out"));
        sk_pages_offline_stop();
    }
    return code;
}
