#include "gateway/read/status_look.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/reply.h"
#include "keys/base/calendar.h"
#include "keys/base/secret.h"

/* Each block remembers its length in front, for wiping: glibc keeps what is small in a cache of
 * each thread and does not overwrite it there, M_PERTURB or not. */
#define LENGTH_ROOM 16

static void *wiped_malloc(size_t len)
{
    uint8_t *block = len > SIZE_MAX - LENGTH_ROOM ? NULL : malloc(len + LENGTH_ROOM);

    if (block == NULL) {
        return NULL;
    }
    memcpy(block, &len, sizeof len);
    return block + LENGTH_ROOM;
}

static void wiped_free(void *memory)
{
    size_t len;

    if (memory != NULL) {
        uint8_t *block = (uint8_t *)memory - LENGTH_ROOM;
        memcpy(&len, block, sizeof len);
        sodium_memzero(block, len + LENGTH_ROOM);
        free(block);
    }
}

void sk_look_start(void)
{
    json_set_alloc_funcs(wiped_malloc, wiped_free);
}

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

/* All days are looked up whatever is found: known and unknown codes cost the same. The newest
 * counts: what was added last is what the writer asks about. */
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
            *state = days->states[i];
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

static json_t *day_json(uint32_t day)
{
    char text[11];

    return day > 0 && sk_day_format(day, text) ? json_string(text) : json_null();
}

static struct MHD_Response *json_response(json_t *value, enum sk_lang lang)
{
    size_t len = json_dumpb(value, NULL, 0, JSON_COMPACT);
    size_t all = (len + SK_PAGE_STEP - 1) / SK_PAGE_STEP * SK_PAGE_STEP;
    struct sk_page page = {len > 0 ? malloc(all) : NULL, all, NULL};

    if (page.bytes != NULL) {
        json_dumpb(value, page.bytes, len, JSON_COMPACT);
        memset(page.bytes + len, ' ', all - len); /* as the pages: no length that tells */
    }
    json_decref(value);
    return page.bytes == NULL ? NULL : sk_reply_page(&page, SK_TYPE_JSON, lang, true);
}

static json_t *answer_json(const struct sk_page_answer *answer)
{
    return json_pack("{s:s, s:s, s:o, s:s%}", "organisation", answer->organisation, "status",
                     sk_status_name(answer->answer->status), "day", day_json(answer->answer->day),
                     "text", answer->answer->text, answer->answer->text_len);
}

struct MHD_Response *sk_look_json(const struct sk_look *look, enum sk_lang lang)
{
    json_t *answers = json_array();

    for (size_t i = 0; i < look->count; i++) {
        json_array_append_new(answers, answer_json(&look->answers[i]));
    }
    return json_response(json_pack("{s:s, s:o, s:o}", "state", sk_receipt_state_name(look->state),
                                   "day", day_json(look->day), "answers", answers),
                         lang);
}

struct MHD_Response *sk_look_json_problem(enum sk_error problem, enum sk_lang lang)
{
    return json_response(json_pack("{s:s}", "error", sk_error_name(problem)), lang);
}
