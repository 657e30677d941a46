/* Erasing the files whose keys were destroyed. Each is first moved into destroyed/, whose content
 * may always be erased, so that a crash leaves no half-erased file under its own name. */
#ifndef SK_KEYS_DESK_SWEEP_H
#define SK_KEYS_DESK_SWEEP_H

#include <stdint.h>

#include "keys/desk/home.h"

/* Erases every file whose keys are destroyed, logs of threads that are no longer used, leftovers,
 * and boards issued before first_week except the last two. */
enum sk_error sk_destroy_sweep(struct sk_desk *desk, uint32_t first_week);

#endif
