/* The sandbox of the parser: closed before it reads hostile bytes. */
#ifndef SK_KEYS_PARSE_SANDBOX_H
#define SK_KEYS_PARSE_SANDBOX_H

#include <stdint.h>

#include "keys/base/error.h"

/* Limits memory, processor time (by the number of chunks) and file size, sets no_new_privs and
 * loads a seccomp filter: the process may read descriptors 0 and 3, write descriptor 1, manage its
 * memory and exit; other calls kill it. Call after all libraries are initialised. IO, MEMORY. */
enum sk_error sk_sandbox_enter(uint32_t chunks);

#endif
