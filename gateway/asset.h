/* The pages' scripts, as bundled at build (client/): bytes of this program. */
#ifndef SK_GATEWAY_ASSET_H
#define SK_GATEWAY_ASSET_H

#include <stddef.h>

struct sk_asset {
    const char *bytes; /* UTF-8, not NUL-terminated */
    size_t len;
};

extern const struct sk_asset sk_asset_live, sk_asset_offline;

#endif
