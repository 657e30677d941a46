/* What the parser may do once it has hostile bytes before it: next to nothing. */
#ifndef SK_KEYS_PARSE_SANDBOX_H
#define SK_KEYS_PARSE_SANDBOX_H

#include <stdint.h>

#include "keys/base/error.h"

/* Limits on memory, processor time (by the size of the work), files and processes, then
 * no_new_privs and a filter under which the process can read descriptors 0 and 3, write
 * descriptor 1, move memory about and exit; anything else kills it. Call after all libraries
 * are initialised. IO. */
enum sk_error sk_sandbox_enter(uint32_t chunks);

#endif
