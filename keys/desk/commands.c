#include "keys/desk/commands.h"

#include <string.h>

#include "keys/cli/command.h"
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

int sk_tell_set_back(const struct sk_desk *desk)
{
    const struct sk_set_back *seen = &desk->state.set_back;

    return sk_refuse(
        "this desk was set back: the gateway has its sheet %u and its board %llu, and it "
        "remembers sheet %u and board %llu. It acknowledges nothing and makes no sheet and "
        "no board until you run `resume` with the newest bundle; a newer copy of this desk, "
        "if there is one, is better (see WHEN IT BREAKS in skrynka-desk(1))",
        (unsigned)seen->serial, (unsigned long long)seen->counter, (unsigned)sk_home_serial(desk),
        (unsigned long long)sk_home_counter(desk));
}
