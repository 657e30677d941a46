#include "keys/report/recipients.h"

#include <stdio.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/number.h"
#include "keys/report/program.h"
#include "keys/report/sheets.h"

struct choice {
    const struct sk_sheet *sheets[SK_SLOTS];
    size_t count;
};

/* ---- which sheets -------------------------------------------------------------------- */

static int leave_out(const struct sk_sheet_entry *entry, enum sk_error why)
{
    char hex[SK_HEX_TEXT];

    sk_fingerprint_text(hex, &entry->sheet.identity);
    fprintf(stderr, _("Left out: %s\n"), hex);
    fprintf(stderr, "  %s\n", _(sk_error_text(why)));
    return SK_EXIT_OK;
}

static int add_sheet(struct choice *choice, const struct sk_sheet_entry *entry)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (memcmp(choice->sheets[i]->identity.b, entry->sheet.identity.b,
                   sizeof entry->sheet.identity.b) == 0) {
            return sk_refuse(_("%s: there are two key sheets of this organisation; give only the "
                               "newer one"),
                             entry->path);
        }
    }
    if (choice->count == SK_SLOTS) {
        return sk_refuse_error(entry->path, SK_ERR_RECIPIENTS_COUNT);
    }
    choice->sheets[choice->count++] = &entry->sheet;
    return SK_EXIT_OK;
}

static int check_sheet(struct choice *choice, const struct sk_sheet_entry *entry,
                       const struct sk_args *args, time_t now)
{
    const struct sk_sheet *sheet = &entry->sheet;

    if (!sk_fingerprint_among(args, &sheet->identity)) {
        return sk_refuse_error(entry->path, SK_ERR_SHEET_PIN);
    }
    enum sk_error e = sk_sheet_trust(sheet, &sheet->identity, 0, NULL, now);

    if (!entry->alone && (e == SK_ERR_SHEET_UNCOVERED || e == SK_ERR_SHEET_REVOKED)) {
        return leave_out(entry, e);
    }
    return e == SK_OK ? add_sheet(choice, entry) : sk_refuse_error(entry->path, e);
}

static int choose(struct choice *choice, const struct sk_sheets *sheets, const struct sk_args *args,
                  time_t now)
{
    for (size_t i = 0; i < sheets->count; i++) {
        int code = check_sheet(choice, &sheets->list[i], args, now);

        if (code != SK_EXIT_OK) {
            return code;
        }
    }
    return choice->count > 0 ? SK_EXIT_OK : sk_refuse_error("seal", SK_ERR_STORE_CLOSED);
}

/* ---- their keys ------------------------------------------------------------------------ */

static bool all_have(const struct choice *choice, uint32_t epoch)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (sk_sheet_key(choice->sheets[i], epoch) == NULL) {
            return false;
        }
    }
    return true;
}

/* The month's keys come first, since a sealed file may travel for weeks; otherwise this week's. An
 * envelope has one epoch, so all sheets must have its key. */
static int take_keys(struct sk_recipient_keys *out, const struct choice *choice, time_t now)
{
    struct sk_digest digests[SK_SLOTS];
    uint32_t epoch = SK_EPOCH_MONTH | sk_month_of(now);

    if (!all_have(choice, epoch)) {
        epoch = sk_week_of(now);
    }
    if (!all_have(choice, epoch)) {
        return sk_refuse_error("seal", SK_ERR_SHEET_UNCOVERED);
    }
    for (size_t i = 0; i < choice->count; i++) {
        out->keys[i] = *sk_sheet_key(choice->sheets[i], epoch);
        out->identities[i] = choice->sheets[i]->identity;
        digests[i] = choice->sheets[i]->digest;
    }
    enum sk_error e = sk_sheets_digest(&out->sheets, digests, choice->count);

    if (e != SK_OK) {
        return sk_refuse_error("seal", e);
    }
    out->epoch = epoch;
    out->count = choice->count;
    return SK_EXIT_OK;
}

int sk_recipients_choose(struct sk_recipient_keys *out, const struct sk_args *args, time_t now)
{
    struct sk_sheets sheets = {0};
    struct choice choice = {0};
    int code = sk_sheets_load(&sheets, args);

    if (code != SK_EXIT_OK) {
        goto out;
    }
    code = choose(&choice, &sheets, args, now);
    if (code != SK_EXIT_OK) {
        goto out;
    }
    code = take_keys(out, &choice, now);
out:
    sk_sheets_free(&sheets);
    return code;
}

void sk_recipients_show(const struct sk_recipient_keys *recipients)
{
    char hex[SK_HEX_TEXT];

    fprintf(stderr, "%s\n",
            _("These can open the report. Compare the fingerprints with the ones you were given:"));
    for (size_t i = 0; i < recipients->count; i++) {
        sk_fingerprint_text(hex, &recipients->identities[i]);
        fprintf(stderr, "  %s\n", hex);
    }
}
