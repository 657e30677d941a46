#include "keys/report/sheets.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/file.h"

enum { SHEETS_IN_A_FILE = 64 };

/* The length of the first sheet in bytes, or all of them when they begin with none: reading them as
 * a sheet gives the error. */
static size_t first_length(const uint8_t *bytes, size_t len)
{
    size_t n = sk_sheet_length(bytes, len);

    if (n == 0 || n > len) {
        return len < SK_SHEET_MAX ? len : SK_SHEET_MAX;
    }
    return n;
}

static bool is_known(const struct sk_sheets *sheets, const struct sk_sheet *sheet)
{
    for (size_t i = 0; i < sheets->count; i++) {
        if (memcmp(sheets->list[i].sheet.digest.b, sheet->digest.b, sizeof sheet->digest.b) == 0) {
            return true;
        }
    }
    return false;
}

static enum sk_error add(struct sk_sheets *sheets, const char *path, const uint8_t *bytes,
                         size_t len, bool alone)
{
    struct sk_sheet_entry *list =
        reallocarray(sheets->list, sheets->count + 1, sizeof *sheets->list);

    if (list == NULL) {
        return SK_ERR_MEMORY;
    }
    sheets->list = list;
    struct sk_sheet_entry *entry = &list[sheets->count];
    enum sk_error e = sk_sheet_read(&entry->sheet, bytes, len);

    if (e == SK_OK && !is_known(sheets, &entry->sheet)) {
        entry->path = path;
        entry->alone = alone;
        sheets->count++;
    }
    return e;
}

static enum sk_error load_file(struct sk_sheets *sheets, const char *path)
{
    uint8_t *bytes;
    size_t len, at = 0;
    enum sk_error e = sk_file_read(path, (size_t)SHEETS_IN_A_FILE * SK_SHEET_MAX, &bytes, &len);

    if (e != SK_OK) {
        return e == SK_ERR_TOO_LARGE ? SK_ERR_SHEET_LENGTH : e;
    }
    bool alone = first_length(bytes, len) == len;

    do {
        size_t n = first_length(bytes + at, len - at);

        e = add(sheets, path, bytes + at, n, alone);
        at += n;
    } while (e == SK_OK && at < len);
    free(bytes);
    return e;
}

int sk_sheets_load(struct sk_sheets *sheets, const struct sk_args *args)
{
    const struct sk_given *g = NULL;

    while ((g = sk_args_next(args, "sheet", g)) != NULL) {
        errno = 0;
        enum sk_error e = load_file(sheets, g->text);

        if (e != SK_OK) {
            return sk_refuse_error(g->text, e);
        }
    }
    return SK_EXIT_OK;
}

void sk_sheets_free(struct sk_sheets *sheets)
{
    free(sheets->list);
    *sheets = (struct sk_sheets){0};
}

bool sk_fingerprint_among(const struct sk_args *args, const struct sk_ed25519_pk *pk)
{
    const struct sk_given *g = NULL;

    while ((g = sk_args_next(args, "fingerprint", g)) != NULL) {
        if (sodium_memcmp(g->key.b, pk->b, sizeof pk->b) == 0) {
            return true;
        }
    }
    return !sk_args_has(args, "fingerprint");
}
