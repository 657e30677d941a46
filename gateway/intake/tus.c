#include "gateway/intake/tus.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/http/head_value.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "keys/format/class.h"
#include "keys/format/content.h"

#define SECONDS_A_DAY 86400

uint64_t sk_tus_most(const struct sk_settings *settings)
{
    uint64_t content = SK_PRELUDE_BYTES + settings->max_upload + SK_CONTENT_SIGNATURE_BYTES;
    uint32_t chunks = sk_class_for(content);

    return sk_envelope_length(chunks == 0 ? SK_CHUNKS_MAX : chunks);
}

enum sk_step sk_tus_check_version(struct sk_request *request)
{
    const char *version = sk_request_header(request, "Tus-Resumable");

    return version != NULL && strcmp(version, SK_TUS_VERSION) == 0
               ? SK_STEP_ON
               : sk_request_refuse_line(request, MHD_HTTP_PRECONDITION_FAILED,
                                        "Tus-Resumable: 1.0.0 is missing");
}

bool sk_tus_number(struct sk_request *request, const char *name, uint64_t *number)
{
    const char *text = sk_request_header(request, name);

    return text != NULL && sk_length_parse(text, number);
}

struct sk_upload_token sk_tus_token(const struct sk_request *request)
{
    struct sk_upload_token token;

    memset(&token, 0, sizeof token);
    sodium_hex2bin(token.b, sizeof token.b, request->match.token, strlen(request->match.token),
                   NULL, NULL, NULL);
    return token;
}

/* ---- refusals ------------------------------------------------------------------------------ */

enum sk_step sk_tus_refuse_error(struct sk_request *request, enum sk_error e)
{
    return e == SK_ERR_STORE_ORDER ? sk_request_refuse_line(request, MHD_HTTP_CONFLICT,
                                                            "the upload is elsewhere by now")
                                   : sk_request_refuse_error(request, e);
}

static enum MHD_Result reply_refused(struct sk_request *request)
{
    bool own = request->line != NULL;
    const char *line = own ? request->line : sk_problem_line(request->problem);
    unsigned status = own ? request->status : sk_problem_status(request->problem);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(line), (void *)(uintptr_t)line, MHD_RESPMEM_PERSISTENT);

    if (response == NULL) {
        return MHD_NO;
    }
    sk_reply_headers(response, SK_TYPE_TEXT, SK_LANG_COUNT, true);
    MHD_add_response_header(response, "Tus-Resumable", SK_TUS_VERSION);
    if (status == MHD_HTTP_PRECONDITION_FAILED) {
        MHD_add_response_header(response, "Tus-Version", SK_TUS_VERSION);
    }
    if (!own && request->problem == SK_PROBLEM_RESERVE) {
        sk_tus_put_number(response, "Tus-Max-Size", sk_envelope_length(1)); /* for now */
    }
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, "Allow", request->match.allow);
    }
    return sk_reply_send(request, status, response) == SK_STEP_DONE ? MHD_YES : MHD_NO;
}

const struct sk_protocol sk_protocol_tus = {.override = true, .refuse = reply_refused};

/* ---- answers ------------------------------------------------------------------------------- */

struct MHD_Response *sk_tus_response(void)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

    if (response != NULL) {
        sk_reply_headers(response, SK_TYPE_TEXT, SK_LANG_COUNT, false);
        MHD_add_response_header(response, "Tus-Resumable", SK_TUS_VERSION);
    }
    return response;
}

void sk_tus_put_number(struct MHD_Response *response, const char *name, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, number);
    MHD_add_response_header(response, name, text);
}

void sk_tus_put_expires(struct MHD_Response *response, uint32_t last_day)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t end = ((time_t)last_day + 1) * SECONDS_A_DAY;
    struct tm t;
    char text[64];

    if (gmtime_r(&end, &t) == NULL) {
        return;
    }
    /* RFC 9110, 5.6.7; strftime would take the names from the locale */
    snprintf(text, sizeof text, "%s, %02d %s %04d 00:00:00 GMT", days[t.tm_wday], t.tm_mday,
             months[t.tm_mon], t.tm_year + 1900);
    MHD_add_response_header(response, "Upload-Expires", text);
}
