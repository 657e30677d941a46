#include <string.h>

#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/index.h"

int sk_find_report(struct sk_desk *desk, const char *prefix, struct sk_entry *out)
{
    size_t len = strlen(prefix);
    enum sk_error e;

    if (len == 0 || len >= SK_ID_TEXT || strspn(prefix, "0123456789abcdef") != len) {
        return sk_usage("an id has 1 to 16 of the characters 0-9 and a-f; see `list`");
    }
    e = sk_index_find(desk, prefix, out);
    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse("no report's id begins with %s; see `list`", prefix);
    }
    if (e == SK_ERR_EXISTS) {
        return sk_refuse("several reports' ids begin with %s; give more characters", prefix);
    }
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("index", e);
}
