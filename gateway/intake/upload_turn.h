/* A request's turn at its upload: waits with the connection suspended, ends by its socket. */
#ifndef SK_GATEWAY_INTAKE_UPLOAD_TURN_H
#define SK_GATEWAY_INTAKE_UPLOAD_TURN_H

#include "gateway/http/endpoint.h"
#include "gateway/intake/turns.h"

/* For the upload that the request's path names. long_one: its reading is ended when somebody newer
 * comes. ON: it has it; WAIT: it will be called again, and turn->have says whether; REFUSE: the
 * gateway stops. */
enum sk_step sk_upload_turn_take(struct sk_turn *turn, struct sk_request *request, bool long_one);

/* When called again: ON, or REFUSE. */
enum sk_step sk_upload_turn_check(const struct sk_turn *turn, struct sk_request *request);

#endif
