#include <stdio.h>

#include "keys/cli/command.h"
#include "keys/desk/commands.h"
#include "keys/desk/json.h"

int sk_cmd_fingerprint(void *program, const struct sk_args *args)
{
    struct sk_desk *desk = program;
    struct sk_ed25519_pk identity;
    char hex[65];
    enum sk_error e;
    int code = sk_home_open(desk);

    (void)args;
    if (code != SK_EXIT_OK) {
        return code;
    }
    e = sk_home_identity(desk, 0, &identity);
    if (e != SK_OK) {
        return sk_refuse_error("keyring", e);
    }
    sk_hex(hex, identity.b, sizeof identity.b);
    printf("%s\n", hex);
    return SK_EXIT_OK;
}
