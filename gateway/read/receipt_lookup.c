#include "gateway/read/receipt_lookup.h"

#include "gateway/http/reply.h"
#include "gateway/pages/html.h"
#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "storage/outbox_boards.h"

struct bucket_source {
    struct sk_outbox *outbox;
    const struct sk_organisation *organisation;
};

static enum sk_error read_bucket(void *context, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct bucket_source *source = context;

    return sk_outbox_read_bucket(source->outbox, &source->organisation->pin,
                                 source->organisation->board.counter, bucket, bytes, len);
}

static void find_answers(struct sk_lookup *lookup, struct sk_outbox *outbox,
                         const struct sk_receipt *receipt)
{
    const struct sk_organisations *all = &lookup->view->organisations;

    for (size_t i = 0; i < all->count && lookup->count < SK_ORGANISATIONS_MAX; i++) {
        const struct sk_organisation *organisation = &all->all[i];
        struct bucket_source source = {outbox, organisation};
        struct sk_answer *answer = &lookup->found[lookup->count];

        if (organisation->has_board &&
            sk_answer_read(answer, &organisation->board, receipt, read_bucket, &source) == SK_OK) {
            lookup->answers[lookup->count].organisation = organisation->name;
            lookup->answers[lookup->count].answer = answer;
            lookup->count++;
        }
    }
}

#define ROW_DAYS (SK_ROW_DAYS_BACK + 1 + SK_ROW_DAYS_AHEAD)

/* The rows of a receipt, one for each day that it may have come in. All are looked up whatever is
 * found: known and unknown codes cost the same. The answer names the newest day; it says "carried"
 * only if the rows of all days are: a device whose clock is behind adds a row of an older day. */
struct days {
    struct sk_row rows[ROW_DAYS];
    enum sk_row_state states[ROW_DAYS];
};

static enum sk_error find_row(struct sk_inbox *inbox, const struct sk_receipt *receipt,
                              enum sk_row_state *state, uint32_t *day)
{
    uint32_t first = sk_day_of(time(NULL)) - SK_ROW_DAYS_BACK;
    struct days *days = sk_secret_new(sizeof *days);

    if (days == NULL) {
        return SK_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < ROW_DAYS; i++) {
        sk_receipt_row(&days->rows[i], &receipt->row_key, first + i);
    }
    enum sk_error e = sk_inbox_rows_find(inbox, days->rows, ROW_DAYS, days->states);

    for (uint32_t i = 0; e == SK_OK && i < ROW_DAYS; i++) {
        if (days->states[i] != SK_ROW_UNKNOWN) {
            bool carried = *state != SK_ROW_RECEIVED && days->states[i] == SK_ROW_CARRIED;

            *state = carried ? SK_ROW_CARRIED : SK_ROW_RECEIVED;
            *day = first + i;
        }
    }
    sk_secret_free(days);
    return e;
}

enum sk_error sk_lookup_receipt(struct sk_lookup *lookup, struct sk_gateway *gateway,
                                const struct sk_receipt *receipt)
{
    enum sk_row_state row = SK_ROW_UNKNOWN;
    uint32_t day = 0;
    enum sk_error e = find_row(gateway->inbox, receipt, &row, &day);

    if (e != SK_OK) {
        return e;
    }
    lookup->view = sk_directory_view(gateway->directory);
    size_t organisations = lookup->view->organisations.count;
    if (organisations > 0) {
        lookup->found = sk_secret_new(organisations * sizeof *lookup->found);
        if (lookup->found == NULL) {
            return SK_ERR_MEMORY;
        }
        find_answers(lookup, gateway->outbox, receipt);
    }
    lookup->day = row == SK_ROW_UNKNOWN ? 0 : day;
    lookup->state = lookup->count > 0        ? SK_RECEIPT_ANSWERED
                    : row == SK_ROW_CARRIED  ? SK_RECEIPT_CARRIED
                    : row == SK_ROW_RECEIVED ? SK_RECEIPT_RECEIVED
                                             : SK_RECEIPT_UNKNOWN;
    return SK_OK;
}

void sk_lookup_release(struct sk_lookup *lookup)
{
    sk_secret_free(lookup->found);
    lookup->found = NULL;
    sk_view_release(lookup->view);
    lookup->view = NULL;
}

/* ---- as JSON, through a buffer that is wiped, as pages are ----------------------------------- */

static void put_day(struct sk_html *json, uint32_t day)
{
    char text[11];

    if (day > 0 && sk_day_format(day, text)) {
        sk_html_json(json, text);
    } else {
        sk_html_raw(json, "null");
    }
}

static void put_answer(struct sk_html *json, const struct sk_page_answer *answer)
{
    sk_html_raw(json, "{\"organisation\":");
    sk_html_json(json, answer->organisation);
    sk_html_raw(json, ",\"status\":");
    sk_html_json(json, sk_status_name(answer->answer->status));
    sk_html_raw(json, ",\"day\":");
    put_day(json, answer->answer->day);
    sk_html_raw(json, ",\"text\":");
    sk_html_json(json, answer->answer->text);
    sk_html_raw(json, "}");
}

/* Blanks fill it up to a multiple of SK_PAGE_STEP, as a comment does a page (page_frame.h). */
static struct MHD_Response *json_response(struct sk_html *json, enum sk_lang lang)
{
    struct sk_page page;

    sk_html_fill(json, ' ', 0);
    return sk_html_take(json, &page) == SK_OK ? sk_reply_page(&page, SK_TYPE_JSON, lang, true)
                                              : NULL;
}

struct MHD_Response *sk_lookup_json(const struct sk_lookup *lookup, enum sk_lang lang)
{
    struct sk_html json = {0};

    sk_html_raw(&json, "{\"state\":");
    sk_html_json(&json, sk_receipt_state_name(lookup->state));
    sk_html_raw(&json, ",\"day\":");
    put_day(&json, lookup->day);
    sk_html_raw(&json, ",\"answers\":[");
    for (size_t i = 0; i < lookup->count; i++) {
        sk_html_raw(&json, i > 0 ? "," : "");
        put_answer(&json, &lookup->answers[i]);
    }
    sk_html_raw(&json, "]}");
    return json_response(&json, lang);
}

struct MHD_Response *sk_lookup_json_problem(enum sk_error problem, enum sk_lang lang)
{
    struct sk_html json = {0};

    sk_html_raw(&json, "{\"error\":");
    sk_html_json(&json, sk_error_name(problem));
    sk_html_raw(&json, "}");
    return json_response(&json, lang);
}
