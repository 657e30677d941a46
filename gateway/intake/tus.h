/*
 * What all answers of /uploads have in common (tus 1.0.0,
 * https://tus.io/protocols/resumable-upload). A program reads them: a refusal is one line of plain
 * text in English.
 */
#ifndef SK_GATEWAY_INTAKE_TUS_H
#define SK_GATEWAY_INTAKE_TUS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/gateway.h"
#include "gateway/http/endpoint.h"
#include "keys/base/error.h"
#include "storage/upload.h"

#define SK_TUS_VERSION "1.0.0"
#define SK_TUS_EXTENSIONS "creation,termination,expiration"

/* The longest upload: the envelope of the largest body that the form would take. */
uint64_t sk_tus_most(const struct sk_settings *settings);

/* ON, or 412. */
enum sk_step sk_tus_check_version(struct sk_request *request);

/* A header that is a number. false: it is not there, or no number. */
bool sk_tus_number(struct sk_request *request, const char *name, uint64_t *number);

/* The upload that the path names. */
struct sk_upload_token sk_tus_token(const struct sk_request *request);

/* Always REFUSE; with a line of its own where the store found the upload elsewhere. */
enum sk_step sk_tus_refuse_error(struct sk_request *request, enum sk_error error);

/* An answer without a body, with the headers of all; NULL: out of memory. */
struct MHD_Response *sk_tus_response(void);
void sk_tus_put_number(struct MHD_Response *response, const char *name, uint64_t number);
/* Upload-Expires: the end of that day. */
void sk_tus_put_expires(struct MHD_Response *response, uint32_t last_day);

#endif
