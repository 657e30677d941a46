/* The state of a desk as one encrypted file. */
#ifndef SK_KEYS_DESK_STATE_FILE_H
#define SK_KEYS_DESK_STATE_FILE_H

#include "keys/desk/state.h"

/* A state from before chains had names is converted: its bundles get a chain of the name zero.
 * NOT_FOUND, CORRUPT, MEMORY, IO. */
enum sk_error sk_state_load(struct sk_state *state, const char *path, const uint8_t key[32]);
enum sk_error sk_state_save(const struct sk_state *state, const char *path, const uint8_t key[32]);

#endif
