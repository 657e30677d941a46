/*
 * Fuzz targets. Each fuzz_NAME.c defines LLVMFuzzerTestOneInput for one parser of hostile bytes.
 * With --enable-fuzzing libFuzzer drives it; otherwise replay.c runs it over its seeds and over
 * every truncation and many bit flips of them, the same in every run.
 */
#ifndef SK_TESTS_FUZZ_FUZZ_H
#define SK_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run as a finding: a parser accepted what it must not, or broke its contract. */
#define FUZZ_MUST(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
