/* Runs a fuzz target over the seeds in the folders and files named, and over damaged copies. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "tests/fuzz/fuzz.h"

enum { SEED_MAX = 1 << 20, CUTS = 512, FLIPS = 1024 };

/* A target whose every run is slow on purpose (Argon2) asks for fewer. */
__attribute__((weak)) extern const unsigned fuzz_few;

static unsigned long runs;

/* Exactly `size` bytes on the heap, so that a sanitizer sees the first byte read too far. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}

static void run_damaged(uint8_t *data, size_t size)
{
    size_t cut_step = size / CUTS + 1;
    /* Odd, so that it is not the same bit of every byte. */
    size_t flip_step = (size * 8 / (&fuzz_few != NULL ? fuzz_few : FLIPS) + 1) | 1;

    for (size_t len = 0; len < size; len += cut_step) {
        run(data, len);
    }
    for (size_t bit = 0; bit < size * 8; bit += flip_step) {
        data[bit / 8] = (uint8_t)(data[bit / 8] ^ (1u << (bit % 8)));
        run(data, size);
        data[bit / 8] = (uint8_t)(data[bit / 8] ^ (1u << (bit % 8)));
    }
}

static int run_file(const char *path)
{
    uint8_t *data;
    size_t size;
    enum sk_error e = sk_file_read(path, SEED_MAX, &data, &size);

    if (e != SK_OK) {
        fprintf(stderr, "%s: %s\n", path, sk_error_text(e));
        return 1;
    }
    run(data, size);
    run_damaged(data, size);
    free(data);
    return 0;
}

static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int bad = 0, seeds = 0;

    if (folder == NULL) {
        perror(path);
        return 1;
    }
    while ((entry = readdir(folder)) != NULL) {
        char name[4096];

        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        bad |= run_file(name);
        seeds++;
    }
    closedir(folder);
    if (seeds == 0) {
        fprintf(stderr, "%s: no seeds\n", path);
        return 1;
    }
    return bad;
}

int main(int argc, char **argv)
{
    int bad = argc < 2;

    if (sk_secret_setup() != SK_OK) {
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        struct stat st;

        if (stat(argv[i], &st) != 0) {
            perror(argv[i]);
            bad = 1;
        } else {
            bad |= S_ISDIR(st.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
        }
    }
    printf("%lu inputs\n", runs);
    return bad;
}
