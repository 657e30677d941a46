#include "gateway/read/status_look.h"

#include "gateway/http/reply.h"
#include "gateway/pages/html.h"
#include "gateway/pages/script.h"
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

static void look_on_boards(struct sk_look *look, struct sk_outbox *outbox,
                           const struct sk_receipt *receipt)
{
    for (size_t i = 0; i < look->view->count && look->count < SK_ORGANISATIONS_MAX; i++) {
        const struct sk_organisation *organisation = &look->view->all[i];
        struct bucket_source source = {outbox, organisation};
        struct sk_answer *answer = &look->found[look->count];

        if (organisation->has_board &&
            sk_answer_read(answer, &organisation->board, receipt, read_bucket, &source) == SK_OK) {
            look->answers[look->count].organisation = organisation->name;
            look->answers[look->count].answer = answer;
            look->count++;
        }
    }
}

#define ROW_DAYS (SK_ROW_DAYS_BACK + 1 + SK_ROW_DAYS_AHEAD)

/* All days are looked up whatever is found: known and unknown codes cost the same. The newest is
 * the day that is told. Carried is only what all of them are: a device whose clock is behind adds
 * something under an older day. */
struct look_days {
    struct sk_row rows[ROW_DAYS];
    enum sk_row_state states[ROW_DAYS];
};

static enum sk_error look_for_rows(struct sk_inbox *inbox, const struct sk_receipt *receipt,
                                   enum sk_row_state *state, uint32_t *day)
{
    uint32_t first = sk_day_of(time(NULL)) - SK_ROW_DAYS_BACK;
    struct look_days *days = sk_secret_new(sizeof *days);

    if (days == NULL) {
        return SK_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < ROW_DAYS; i++) {
        sk_receipt_row(&days->rows[i], &receipt->row_key, first + i);
    }
    enum sk_error error = sk_inbox_rows_find(inbox, days->rows, ROW_DAYS, days->states);

    for (uint32_t i = 0; error == SK_OK && i < ROW_DAYS; i++) {
        if (days->states[i] != SK_ROW_UNKNOWN) {
            bool carried = *state != SK_ROW_RECEIVED && days->states[i] == SK_ROW_CARRIED;

            *state = carried ? SK_ROW_CARRIED : SK_ROW_RECEIVED;
            *day = first + i;
        }
    }
    sk_secret_free(days);
    return error;
}

enum sk_error sk_look_up(struct sk_look *look, struct sk_gateway *gateway,
                         const struct sk_receipt *receipt)
{
    enum sk_row_state row = SK_ROW_UNKNOWN;
    uint32_t day = 0;
    enum sk_error error = look_for_rows(gateway->inbox, receipt, &row, &day);

    if (error != SK_OK) {
        return error;
    }
    look->view = sk_directory_view(gateway->directory);
    if (look->view->count > 0) {
        look->found = sk_secret_new(look->view->count * sizeof *look->found);
        if (look->found == NULL) {
            return SK_ERR_MEMORY;
        }
        look_on_boards(look, gateway->outbox, receipt);
    }
    look->day = row == SK_ROW_UNKNOWN ? 0 : day;
    look->state = look->count > 0          ? SK_RECEIPT_ANSWERED
                  : row == SK_ROW_CARRIED  ? SK_RECEIPT_CARRIED
                  : row == SK_ROW_RECEIVED ? SK_RECEIPT_RECEIVED
                                           : SK_RECEIPT_UNKNOWN;
    return SK_OK;
}

void sk_look_release(struct sk_look *look)
{
    sk_secret_free(look->found);
    look->found = NULL;
    sk_view_release(look->view);
    look->view = NULL;
}

/* ---- as JSON: through a buffer that is wiped, like the pages --------------------------------- */

static void put_day(struct sk_html *json, uint32_t day)
{
    char text[11];

    if (day > 0 && sk_day_format(day, text)) {
        sk_put_json(json, text);
    } else {
        sk_html_raw(json, "null");
    }
}

static void put_answer(struct sk_html *json, const struct sk_page_answer *answer)
{
    sk_html_raw(json, "{\"organisation\":");
    sk_put_json(json, answer->organisation);
    sk_html_raw(json, ",\"status\":");
    sk_put_json(json, sk_status_name(answer->answer->status));
    sk_html_raw(json, ",\"day\":");
    put_day(json, answer->answer->day);
    sk_html_raw(json, ",\"text\":");
    sk_put_json(json, answer->answer->text);
    sk_html_raw(json, "}");
}

/* Filled up with blanks, as the pages are with a comment: no length that tells. */
static struct MHD_Response *json_response(struct sk_html *json, enum sk_lang lang)
{
    struct sk_page page;
    size_t fill = (SK_PAGE_STEP - json->len % SK_PAGE_STEP) % SK_PAGE_STEP;

    for (; fill > 0; fill--) {
        sk_html_raw(json, " ");
    }
    return sk_html_take(json, &page) == SK_OK ? sk_reply_page(&page, SK_TYPE_JSON, lang, true)
                                              : NULL;
}

struct MHD_Response *sk_look_json(const struct sk_look *look, enum sk_lang lang)
{
    struct sk_html json = {0};

    sk_html_raw(&json, "{\"state\":");
    sk_put_json(&json, sk_receipt_state_name(look->state));
    sk_html_raw(&json, ",\"day\":");
    put_day(&json, look->day);
    sk_html_raw(&json, ",\"answers\":[");
    for (size_t i = 0; i < look->count; i++) {
        sk_html_raw(&json, i > 0 ? "," : "");
        put_answer(&json, &look->answers[i]);
    }
    sk_html_raw(&json, "]}");
    return json_response(&json, lang);
}

struct MHD_Response *sk_look_json_problem(enum sk_error problem, enum sk_lang lang)
{
    struct sk_html json = {0};

    sk_html_raw(&json, "{\"error\":");
    sk_put_json(&json, sk_error_name(problem));
    sk_html_raw(&json, "}");
    return json_response(&json, lang);
}
