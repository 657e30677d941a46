#include "gateway/pages/asset.h"

static const unsigned char form[] = {
#include "gateway/client/bundle/form.inc"
};

static const unsigned char form_br[] = {
#include "gateway/client/bundle/form.js.brinc"
};

static const unsigned char form_gzip[] = {
#include "gateway/client/bundle/form.js.gzinc"
};

static const unsigned char status[] = {
#include "gateway/client/bundle/status.inc"
};

static const unsigned char status_br[] = {
#include "gateway/client/bundle/status.js.brinc"
};

static const unsigned char status_gzip[] = {
#include "gateway/client/bundle/status.js.gzinc"
};

static const unsigned char courier[] = {
#include "gateway/client/bundle/courier.inc"
};

static const unsigned char courier_br[] = {
#include "gateway/client/bundle/courier.js.brinc"
};

static const unsigned char courier_gzip[] = {
#include "gateway/client/bundle/courier.js.gzinc"
};

static const unsigned char guard_form[] = {
#include "gateway/client/bundle/guard_form.inc"
};

static const unsigned char guard_status[] = {
#include "gateway/client/bundle/guard_status.inc"
};

static const unsigned char offline[] = {
#include "gateway/client/bundle/offline.inc"
};

#define BLOB(array)                                                                                \
    {                                                                                              \
        (const char *)(array), sizeof(array)                                                       \
    }
#define ASSET(name)                                                                                \
    {                                                                                              \
        .as = {                                                                                    \
            [SK_CODING_IDENTITY] = BLOB(name),                                                     \
            [SK_CODING_GZIP] = BLOB(name##_gzip),                                                  \
            [SK_CODING_BR] = BLOB(name##_br),                                                      \
        },                                                                                         \
    }

const struct sk_asset sk_asset_form = ASSET(form);
const struct sk_asset sk_asset_status = ASSET(status);
const struct sk_asset sk_asset_courier = ASSET(courier);
const struct sk_blob sk_asset_guard_form = BLOB(guard_form);
const struct sk_blob sk_asset_guard_status = BLOB(guard_status);
const struct sk_blob sk_asset_offline = BLOB(offline);
