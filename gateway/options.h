/* The command line of skrynka-gateway (skrynka-gateway(8)). */
#ifndef SK_GATEWAY_OPTIONS_H
#define SK_GATEWAY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/http/listen.h"

struct sk_settings {
    const char *store;
    const char *offline; /* a folder for the offline pages; NULL: serve */
    bool accept_swap;    /* serve also when memory cannot be locked */
    struct sk_listen_address listen;
    unsigned threads;
    unsigned connections;
    unsigned deadline;   /* seconds: the longest life of a request */
    uint64_t max_upload; /* bytes of a request body */
};

/* Reads argv; prints --help, --version or one line about a mistake. Returns -1 to go on, else the
 * exit code. */
int sk_settings_read(struct sk_settings *settings, int argc, char **argv);

#endif
