#include "keys/desk/originals.h"

#include <string.h>
#include <sys/stat.h>

#include "keys/desk/index.h"
#include "keys/desk/json.h"
#include "keys/format/class.h"

struct look {
    const struct sk_desk *desk;
    struct sk_lacking found;
};

static enum sk_error look_at(void *ctx, const struct sk_entry *entry)
{
    struct look *l = ctx;
    char path[SK_PATH_MAX], id[SK_ID_TEXT];
    uint32_t chunks = 0;
    struct stat st;
    enum sk_error e = sk_json_get_u32(entry->json, "chunks", &chunks);

    sk_entry_id(&entry->digest, id);
    if (e == SK_OK) {
        e = sk_home_path(l->desk, path, "reports/%s.sealed", id);
    }
    if (e != SK_OK) {
        return e;
    }
    if (stat(path, &st) == 0 && (uint64_t)st.st_size == sk_envelope_length(chunks)) {
        return SK_OK;
    }
    if (l->found.count++ == 0) {
        memcpy(l->found.first, id, sizeof id);
    }
    return SK_OK;
}

enum sk_error sk_originals_check(struct sk_desk *desk, struct sk_lacking *out)
{
    struct look l = {.desk = desk};
    enum sk_error e = sk_index_each(desk, look_at, &l);

    if (e == SK_OK) {
        *out = l.found;
    }
    return e;
}
