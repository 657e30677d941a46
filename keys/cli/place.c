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

const char *sk_place_text(enum sk_error error, int *reason)
{
    bool by_errno = error == SK_ERR_IO || error == SK_ERR_FULL || error == SK_ERR_NOT_FOUND;

    *reason = by_errno ? errno : 0;
    const char *text = error == SK_ERR_FULL && *reason == 0 ? advice(ENOSPC) : advice(*reason);

    return text != NULL ? text : sk_error_text(error);
}

int sk_place_refuse(const char *path, enum sk_error error)
{
    int reason = 0;
    const char *text = sk_place_text(error, &reason);

    return reason != 0 ? sk_refuse("%s: %s (%s)", path, text, strerror(reason))
                       : sk_refuse("%s: %s", path, text);
}

int sk_refuse_out(const char *path, enum sk_error error, const char *after)
{
    int reason = 0;
    const char *text = sk_place_text(error, &reason);

    return reason != 0 ? sk_refuse("%s: %s (%s). %s", path, text, strerror(reason), after)
                       : sk_refuse("%s: %s. %s", path, text, after);
}
