/* The sub-commands of skrynka-desk: one file each, cmd_<name>.c. program is a struct sk_desk
 * whose options are set and that nobody opened yet; the result is an exit code. */
#ifndef SK_KEYS_DESK_COMMANDS_H
#define SK_KEYS_DESK_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/desk/entry.h"
#include "keys/desk/home.h"

int sk_cmd_init(void *program, int argc, char **argv);
int sk_cmd_fingerprint(void *program, int argc, char **argv);
int sk_cmd_sheet(void *program, int argc, char **argv);
int sk_cmd_peer(void *program, int argc, char **argv);
int sk_cmd_import(void *program, int argc, char **argv);
int sk_cmd_list(void *program, int argc, char **argv);
int sk_cmd_show(void *program, int argc, char **argv);
int sk_cmd_open(void *program, int argc, char **argv);
int sk_cmd_answer(void *program, int argc, char **argv);
int sk_cmd_board(void *program, int argc, char **argv);
int sk_cmd_destroy(void *program, int argc, char **argv);
int sk_cmd_gateway(void *program, int argc, char **argv);
int sk_cmd_resume(void *program, int argc, char **argv);
int sk_cmd_stats(void *program, int argc, char **argv);

/* A number from the command line, between lowest and highest; else a usage message and -1. */
long sk_option_number(const char *option, const char *text, long lowest, long highest);

/* "--x is not an option here", or what getopt_long() says; returns SK_EXIT_USAGE. */
int sk_option_unknown(char **argv, int result);

/* Finds the one report that an id or its beginning names; else prints why and returns an exit
 * code. */
int sk_find_report(struct sk_desk *desk, const char *prefix, struct sk_entry *out);

/* Says that this desk was put back from a backup, and what to do; returns SK_EXIT_REFUSED. */
int sk_tell_set_back(const struct sk_desk *desk);

/* A key of 32 bytes as people write it: 64 hexadecimal characters, with spaces and colons between
 * them or not. False: something else. */
bool sk_read_key(uint8_t out[32], const char *text);

#endif
