#include "storage/store/offline.h"

#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gateway/listing.h"
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

static enum sk_error write_page(void *ctx, enum sk_lang lang, const struct sk_page *page,
                                const struct sk_page *program)
{
    const char *dir = ctx;
    char path[PATH_MAX], name[16], hex[SK_HEX_TEXT];

    (void)program;
    snprintf(name, sizeof name, "%s.html", sk_lang_code(lang));
    enum sk_error e = sk_store_path(path, dir, name);

    if (e == SK_OK) {
        e = sk_file_replace(path, (const uint8_t *)page->bytes, page->len);
    }
    if (e == SK_OK) {
        sum(hex, page);
        printf("%s  %s\n", hex, name);
    }
    return e;
}

static int write_pages(struct sk_store *store, char *dir)
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
    errno = 0;
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        return sk_refuse_error(dir, SK_ERR_IO);
    }
    e = every_page(store->outbox, write_page, dir);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(dir, e);
}

int sk_store_offline(void *program, int argc, char **argv)
{
    static const struct option options[] = {{"out", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    char *out = NULL;
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (c != 'o') {
            return sk_store_bad_option(c, argv);
        }
        out = optarg;
    }
    if (out == NULL || *out == '\0') {
        return sk_usage("offline needs --out DIR");
    }
    if (!sk_store_words(argc, argv, 0, "")) {
        return SK_EXIT_USAGE;
    }
    int code = sk_store_open(program, SK_STORE_READS);

    if (code == SK_EXIT_OK) {
        code = write_pages(program, out);
        sk_pages_offline_stop();
    }
    return code;
}
