#include "keys/cli/owner.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "keys/cli/command.h"

enum { NAME_TEXT = 64, AS_TEXT = 160 };

/* The user's name, or the number when the machine has no name for it. */
static void name_of(char out[NAME_TEXT], uid_t uid)
{
    const struct passwd *user = getpwuid(uid);

    if (user != NULL) {
        snprintf(out, NAME_TEXT, "%s", user->pw_name);
    } else {
        snprintf(out, NAME_TEXT, "%lu", (unsigned long)uid);
    }
}

/* The command line that runs a program as the owner. */
static void command_as(char out[AS_TEXT], const struct stat *st, const char *name)
{
    if (getpwuid(st->st_uid) == NULL) {
        snprintf(out, AS_TEXT, "setpriv --reuid=%lu --regid=%lu --clear-groups",
                 (unsigned long)st->st_uid, (unsigned long)st->st_gid);
    } else if (geteuid() == 0) {
        snprintf(out, AS_TEXT, "runuser -u %s --", name);
    } else {
        snprintf(out, AS_TEXT, "sudo -u %s --", name);
    }
}

int sk_refuse_unless_owner(const char *folder, const char *program)
{
    char owner[NAME_TEXT], self[NAME_TEXT], as[AS_TEXT];
    struct stat st;

    if (stat(folder, &st) != 0 || st.st_uid == geteuid()) {
        return SK_EXIT_OK;
    }
    name_of(owner, st.st_uid);
    name_of(self, geteuid());
    command_as(as, &st, owner);
    return sk_refuse(
        "%s belongs to %s, and what %s makes in it %s could not use; nothing was done. "
        "Run: %s %s --store %s ...",
        folder, owner, self, owner, as, program, folder);
}
