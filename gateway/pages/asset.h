/* The scripts of the pages, bundled and compressed at build (client/) and compiled in. */
#ifndef SK_GATEWAY_PAGES_ASSET_H
#define SK_GATEWAY_PAGES_ASSET_H

#include <stddef.h>

#include "gateway/http/negotiate.h"

struct sk_blob {
    const char *bytes; /* not NUL-terminated */
    size_t len;
};

/* A script that is served as a file, in each content coding. */
struct sk_asset {
    struct sk_blob as[SK_CODING_COUNT];
};

extern const struct sk_asset sk_asset_form, sk_asset_status, sk_asset_courier;
/* Scripts that stand inside their pages. */
extern const struct sk_blob sk_asset_guard_form, sk_asset_guard_status, sk_asset_offline;

#endif
