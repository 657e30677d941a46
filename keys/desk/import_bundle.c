#include "keys/desk/import_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/cli/command.h"
#include "keys/desk/import_batch.h"
#include "keys/desk/import_envelope.h"
#include "keys/desk/import_keyless.h"
#include "keys/desk/import_trust.h"
#include "keys/format/class.h"

void sk_import_say(struct sk_bundle_file *bundle, const char *format, ...)
{
    struct sk_progress before = bundle->progress;
    char text[1024];
    va_list args;

    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) {
        text[0] = '\0';
    }
    va_end(args);
    sk_progress_end(&bundle->progress);
    sk_refuse("%s", text);
    bundle->progress = before; /* drawn again with the next piece */
}

enum sk_error sk_bundle_bytes(struct sk_bundle_file *bundle, uint8_t *out, size_t len)
{
    enum sk_error e = sk_fd_read(bundle->fd, out, len, SK_ERR_CARRY_LENGTH);

    if (e == SK_OK) {
        sk_progress_add(&bundle->progress, len);
    }
    return e;
}

/* The header gives the length of the file: a cut copy is refused before anything is imported. */
static enum sk_error check_length(const struct sk_bundle_file *b, uint64_t size)
{
    uint64_t want = sk_carry_header_length(b->carry.sheets, b->carry.count) +
                    sk_carry_sheets_length(b->sheets, b->carry.sheets);

    for (uint32_t i = 0; i < b->carry.count; i++) {
        want += sk_envelope_length(b->entries[i].chunks);
    }
    return want == size ? SK_OK : SK_ERR_CARRY_LENGTH;
}

static enum sk_error read_rest(struct sk_bundle_file *b, const uint8_t *fixed, uint64_t size)
{
    size_t len = sk_carry_header_length(b->carry.sheets, b->carry.count);
    uint8_t *header;
    enum sk_error e = SK_ERR_MEMORY;

    if (len > size) {
        return SK_ERR_CARRY_LENGTH;
    }
    header = malloc(len);
    b->sheets = calloc((size_t)b->carry.sheets + 1, sizeof *b->sheets);
    b->entries = calloc((size_t)b->carry.count + 1, sizeof *b->entries);
    if (header == NULL || b->sheets == NULL || b->entries == NULL) {
        goto out;
    }
    memcpy(header, fixed, SK_CARRY_FIXED);
    e = sk_bundle_bytes(b, header + SK_CARRY_FIXED, len - SK_CARRY_FIXED);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_carry_read(&b->carry, b->sheets, b->entries, header, len, &b->digest);
    if (e == SK_OK) {
        e = check_length(b, size);
    }
out:
    free(header);
    return e;
}

static enum sk_error read_sheets(struct sk_bundle_file *b)
{
    enum sk_error e;

    b->sheet_len = sk_carry_sheets_length(b->sheets, b->carry.sheets);
    b->sheet_bytes = malloc(b->sheet_len + 1);
    if (b->sheet_bytes == NULL) {
        return SK_ERR_MEMORY;
    }
    e = sk_bundle_bytes(b, b->sheet_bytes, b->sheet_len);
    return e == SK_OK
               ? sk_carry_sheets_check(b->sheets, b->carry.sheets, b->sheet_bytes, b->sheet_len)
               : e;
}

enum sk_error sk_bundle_open(struct sk_bundle_file *b, const char *path)
{
    uint8_t fixed[SK_CARRY_FIXED];
    struct stat st;
    enum sk_error e;

    *b = (struct sk_bundle_file){.path = path};
    b->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (b->fd < 0) {
        return errno == ENOENT ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    if (fstat(b->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return SK_ERR_IO;
    }
    sk_progress_start(&b->progress, "importing", (uint64_t)st.st_size);
    b->progress.bytes = 1;
    e = sk_bundle_bytes(b, fixed, sizeof fixed);
    if (e != SK_OK) {
        return e;
    }
    e = sk_carry_read_fixed(&b->carry, fixed);
    if (e != SK_OK) {
        return e;
    }
    e = read_rest(b, fixed, (uint64_t)st.st_size);
    return e == SK_OK ? read_sheets(b) : e;
}

void sk_bundle_release(struct sk_bundle_file *b)
{
    free(b->sheet_bytes);
    free(b->sheets);
    free(b->entries);
    if (b->fd >= 0) {
        close(b->fd);
    }
}

/* An imported bundle; NULL also for one recorded as lost, whose header is unknown. */
static const struct sk_known_bundle *imported(const struct sk_series *series, uint32_t serial)
{
    const struct sk_known_bundle *b = series != NULL ? sk_series_bundle(series, serial) : NULL;

    return b != NULL && !b->lost ? b : NULL;
}

/* Bundles may come in any order: each is checked against both of its neighbours. */
static enum sk_error check_chain(const struct sk_state *state, struct sk_bundle_file *b)
{
    const struct sk_series *series = sk_state_series(state, &b->carry.gateway, &b->carry.chain);
    uint32_t serial = b->carry.serial;
    const struct sk_known_bundle *same = imported(series, serial);
    const struct sk_known_bundle *before = imported(series, serial - 1);
    const struct sk_known_bundle *after = serial < UINT32_MAX ? imported(series, serial + 1) : NULL;
    enum sk_error e = sk_carry_follows(&b->carry, NULL, before != NULL ? before->serial : 0,
                                       before != NULL ? &before->digest : NULL);

    if (e == SK_OK && same != NULL) {
        b->again = memcmp(&same->digest, &b->digest, sizeof b->digest) == 0;
        b->forked = !b->again;
        e = b->forked ? SK_ERR_CARRY_CHAIN : SK_OK;
    }
    if (e == SK_OK && after != NULL &&
        memcmp(&after->previous, &b->digest, sizeof b->digest) != 0) {
        e = SK_ERR_CARRY_CHAIN;
    }
    return e;
}

/* Keeps the sheets that writers could choose from, and reads all known sheets again if any is new.
 */
static enum sk_error take_sheets(struct sk_import *im, const struct sk_bundle_file *b)
{
    const uint8_t *at = b->sheet_bytes;
    size_t before = im->desk->state.offered_count;
    enum sk_error e = SK_OK;

    for (uint32_t i = 0; e == SK_OK && i < b->carry.sheets; i++) {
        e = sk_sheets_keep_offered(im->desk, &b->sheets[i].digest, at, b->sheets[i].length);
        at += b->sheets[i].length;
    }
    if (e == SK_OK && im->desk->state.offered_count != before) {
        sk_known_sheets_free(&im->sheets);
        e = sk_known_sheets_load(&im->sheets, im->desk);
    }
    return e;
}

/* Records newer numbers of this desk, which show that it was set back by a backup: until `resume`
 * it acknowledges nothing and spends no number. */
static enum sk_error check_set_back(struct sk_import *im, struct sk_bundle_file *b)
{
    struct sk_set_back seen = {0}, *known = &im->desk->state.set_back;
    enum sk_error e = sk_import_own_sheet(im->desk, b, &seen);

    b->impossible = e == SK_OK && seen.counter >= SK_COUNTER_SANE;
    if (e == SK_OK && !b->impossible) {
        known->serial = seen.serial > known->serial ? seen.serial : known->serial;
        known->counter = seen.counter > known->counter ? seen.counter : known->counter;
    }
    return e;
}

static void report(const struct sk_bundle_file *b)
{
    const struct sk_import_counts *c = &b->counts;

    printf("Bundle %u%s: %u new, %u known, %u not for this desk, %u damaged", b->carry.serial,
           b->again ? ", again" : "", c->fresh, c->known, c->foreign, c->damaged);
    if (c->keyless > 0) {
        printf(", %u of weeks whose key this desk does not hold (kept)", c->keyless);
    }
    if (c->destroyed > 0) {
        printf(", %u of weeks that were destroyed here (not kept)", c->destroyed);
    }
    if (c->unparsed > 0) {
        printf(", %u that could be read only in part", c->unparsed);
    }
    printf(".\n");
}

/* All envelopes, then the index, and last the record that the bundle was imported. */
static enum sk_error take_in(struct sk_import *im, struct sk_bundle_file *b)
{
    struct sk_known_bundle done = {
        .serial = b->carry.serial, .digest = b->digest, .previous = b->carry.previous};
    enum sk_error e = take_sheets(im, b);

    if (e == SK_OK && !im->uncounted) {
        e = check_set_back(im, b);
    }
    for (uint32_t i = 0; e == SK_OK && i < b->carry.count; i++) {
        b->number = i + 1;
        e = sk_import_envelope(im, b, &b->entries[i]);
    }
    /* Reports imported before an error are kept. */
    enum sk_error flushed = sk_import_flush(im);

    e = e == SK_OK ? flushed : e;
    if (e == SK_OK && !b->transfer_failed && !b->again && !im->uncounted) {
        e = sk_series_add(sk_state_series(&im->desk->state, &b->carry.gateway, &b->carry.chain),
                          &done);
    }
    if (flushed == SK_OK) {
        enum sk_error saved = sk_home_save_state(im->desk);

        e = e == SK_OK ? saved : e;
    }
    return e;
}

static int finish(struct sk_bundle_file *b, enum sk_error e)
{
    sk_progress_end(&b->progress);
    if (e == SK_ERR_NOT_FOUND && b->number > 0) {
        return sk_refuse("skrynka-parse is missing: install it next to skrynka-desk or in %s",
                         PKGLIBEXECDIR);
    }
    if (e == SK_ERR_CARRY_CHAIN) {
        return sk_refuse(
            "%s: %s %u of this chain %s: the store was put back from a backup without a new chain; "
            "tell the operator, whose manual says what to do; `import --uncounted` takes the "
            "reports "
            "that are in it",
            b->path, b->forked ? "another bundle" : "bundle", (unsigned)b->carry.serial,
            b->forked ? "was imported before" : "does not fit beside those that were imported");
    }
    if (e != SK_OK) {
        return sk_refuse_error(b->path, e);
    }
    report(b);
    sk_keyless_tell(b);
    if (b->transfer_failed) {
        return sk_refuse("%s: bundle %u did not arrive whole: copy it again, then import it again",
                         b->path, (unsigned)b->carry.serial);
    }
    if (b->impossible) {
        return sk_refuse(
            "%s: the gateway says that it has a board of this desk with a number that no "
            "desk reaches: it is broken, or lies; tell the operator",
            b->path);
    }
    return b->counts.damaged > 0 ? SK_EXIT_REFUSED : SK_EXIT_OK;
}

static int take_trusted(struct sk_import *im, struct sk_bundle_file *b)
{
    enum sk_error e = check_chain(&im->desk->state, b);
    int code;

    if (e != SK_OK) {
        return finish(b, e);
    }
    code = sk_import_trust_chain(im, b);
    return code == SK_EXIT_OK ? finish(b, take_in(im, b)) : code;
}

/* A bundle that fits into no chain: it is signed, so its reports are imported. */
static int take_uncounted(struct sk_import *im, struct sk_bundle_file *b)
{
    int code = sk_import_trusted_ever(&im->desk->state, b);

    if (code == SK_EXIT_OK) {
        code = finish(b, take_in(im, b));
    }
    if (code == SK_EXIT_OK) {
        printf("The bundle counts for nothing: no board acknowledges it.\n");
    }
    return code;
}

int sk_import_bundle(struct sk_import *im, const char *path)
{
    struct sk_bundle_file b;
    enum sk_error e = sk_bundle_open(&b, path);
    int code = SK_EXIT_REFUSED;

    if (e == SK_OK && im->uncounted) {
        code = take_uncounted(im, &b);
    } else if (e == SK_OK) {
        struct sk_progress before = b.progress;

        sk_progress_end(&b.progress); /* a question may follow */
        code = sk_import_trust_gateway(im->desk, &b);
        if (code == SK_EXIT_OK) {
            b.progress = before;
            code = take_trusted(im, &b);
        }
    } else {
        code = finish(&b, e);
    }
    sk_bundle_release(&b);
    return code;
}
