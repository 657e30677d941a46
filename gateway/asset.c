#include "gateway/asset.h"

static const unsigned char live[] = {
#include "gateway/client/bundle/live.inc"
};

static const unsigned char offline[] = {
#include "gateway/client/bundle/offline.inc"
};

const struct sk_asset sk_asset_live = {(const char *)live, sizeof live};
const struct sk_asset sk_asset_offline = {(const char *)offline, sizeof offline};
