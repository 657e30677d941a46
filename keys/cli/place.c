#include "keys/cli/place.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "keys/cli/command.h"

static const char *advice(int reason)
{
    switch (reason) {
    case ENOSPC:
    case EDQUOT:
        return "there is no room left; make room, or take another stick";
    case EROFS:
        return "it is read-only; look for the switch on the stick, or mount it for writing";
    case ENOENT:
    case ENOTDIR:
        return "there is no such folder; is the stick there and mounted?";
    case EACCES:
    case EPERM:
        return "this user may not write there";
    case EISDIR:
        return "a folder has this name; choose another name";
    case EFBIG:
        return "the file would be larger than its file system takes";
    case ENAMETOOLONG:
        return "the name is too long";
    case EIO:
    case ENXIO:
    case ENODEV:
        return "the disk or stick does not answer, or was pulled out; try another";
    default:
        return NULL;
    }
}

/* The text for an error, and in *reason the errno that explains it, or 0. */
static const char *place_text(enum sk_error e, int *reason)
{
    bool by_errno = e == SK_ERR_IO || e == SK_ERR_FULL || e == SK_ERR_NOT_FOUND;

    *reason = by_errno ? errno : 0;
    const char *text = e == SK_ERR_FULL && *reason == 0 ? advice(ENOSPC) : advice(*reason);

    return text != NULL ? text : sk_error_text(e);
}

int sk_place_refuse(const char *path, enum sk_error e)
{
    int reason = 0;
    const char *text = place_text(e, &reason);

    return reason != 0 ? sk_refuse("%s: %s (%s)", path, text, strerror(reason))
                       : sk_refuse("%s: %s", path, text);
}

int sk_refuse_out(const char *path, enum sk_error e, const char *after)
{
    int reason = 0;
    const char *text = place_text(e, &reason);

    return reason != 0 ? sk_refuse("%s: %s (%s). %s", path, text, strerror(reason), after)
                       : sk_refuse("%s: %s. %s", path, text, after);
}
