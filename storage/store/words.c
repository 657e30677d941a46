/* Words of the command line, and numbers for people. */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

int sk_store_bad_option(int c, char **argv)
{
    const char *word = argv[optind - 1];

    if (c == ':') {
        return sk_usage("%s needs a value", word);
    }
    return optopt != 0 && word[0] == '-' && word[1] == '-'
               ? sk_usage("%s takes no value", word)
               : sk_usage("there is no option %s", word);
}

bool sk_store_words(int argc, char **argv, int wanted, const char *what)
{
    int given = argc - optind;

    if (given == wanted) {
        return true;
    }
    if (given < wanted) {
        sk_usage("%s needs %s", argv[0], what);
    } else {
        sk_usage("%s: unexpected word '%s'", argv[0], argv[optind + wanted]);
    }
    return false;
}

bool sk_store_number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        unsigned digit = (unsigned)(*text - '0');

        if (digit > max || value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool sk_store_size(const char *text, uint64_t *out)
{
    static const char suffixes[] = "KMGT";
    char digits[21];
    size_t n = strlen(text);
    unsigned shift = 0;
    uint64_t value;

    if (n == 0 || n >= sizeof digits) {
        return false;
    }
    const char *suffix = strchr(suffixes, text[n - 1]);

    if (suffix != NULL) {
        shift = 10 * ((unsigned)(suffix - suffixes) + 1);
        n--;
    }
    memcpy(digits, text, n);
    digits[n] = '\0';
    /* The largest file that the system can address. */
    if (!sk_store_number(digits, (uint64_t)INT64_MAX >> shift, &value)) {
        return false;
    }
    *out = value << shift;
    return true;
}

bool sk_store_fingerprint(const char *text, struct sk_ed25519_pk *out)
{
    struct sk_ed25519_pk pk;
    const char *end;
    size_t len;

    if (sodium_hex2bin(pk.b, sizeof pk.b, text, strlen(text), " :-", &len, &end) != 0 ||
        *end != '\0' || len != sizeof pk.b) {
        return false;
    }
    *out = pk;
    return true;
}

void sk_store_hex(char out[SK_HEX_TEXT], const struct sk_ed25519_pk *pk)
{
    sodium_bin2hex(out, SK_HEX_TEXT, pk->b, sizeof pk->b);
}

const char *sk_store_chain_text(char out[SK_CHAIN_TEXT], const struct sk_chain *chain)
{
    return sodium_bin2hex(out, SK_CHAIN_TEXT, chain->b, sizeof chain->b);
}

const char *sk_store_size_text(char out[SK_SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t u = 0;

    if (bytes < 1024) {
        snprintf(out, SK_SIZE_TEXT, "%u B", (unsigned)bytes);
        return out;
    }
    while (bytes >= 1024 * 1024) {
        bytes /= 1024;
        u++;
    }
    snprintf(out, SK_SIZE_TEXT, "%u.%u %s", (unsigned)(bytes / 1024),
             (unsigned)(bytes % 1024 * 10 / 1024), units[u]);
    return out;
}

const char *sk_store_day_text(char out[SK_DAY_TEXT], uint32_t day)
{
    if (!sk_day_format(day, out)) {
        memcpy(out, "-", 2);
    }
    return out;
}

void sk_store_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct sk_progress *p = ctx;

    p->total = total;
    if (done > p->done) {
        sk_progress_add(p, done - p->done);
    }
}
