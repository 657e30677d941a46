/* What an operator reads when a file or folder could not be written, and what became of the store. */
#include <string.h>

#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "storage/store/store.h"

int sk_store_refuse_out(const char *path, enum sk_error error, const char *after)
{
    int reason = 0;
    const char *text = sk_place_text(error, &reason);

    return reason != 0 ? sk_refuse("%s: %s (%s). %s", path, text, strerror(reason), after)
                       : sk_refuse("%s: %s. %s", path, text, after);
}
