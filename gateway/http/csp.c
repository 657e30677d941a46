#include "gateway/http/csp.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define TRUSTED_TYPES "require-trusted-types-for 'script'; trusted-types 'none'"

static char style_hash[SK_CSP_HASH], without_script[SK_CSP_TEXT];

void sk_csp_hash(char out[SK_CSP_HASH], const char *bytes, size_t len)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)bytes, len);
    sodium_bin2base64(out, SK_CSP_HASH, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
}

void sk_csp_start(const char *style)
{
    sk_csp_hash(style_hash, style, strlen(style));
    (void)snprintf(without_script, sizeof without_script,
                   "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; "
                   "base-uri 'none'; frame-ancestors 'none'",
                   style_hash);
}

const char *sk_csp_default(void)
{
    return without_script;
}

void sk_csp_script(char out[SK_CSP_TEXT], const char *inline_hash, const char *file_hash)
{
    (void)snprintf(out, SK_CSP_TEXT,
                   "default-src 'none'; script-src 'sha256-%s' 'sha256-%s'; "
                   "connect-src 'self'; style-src 'sha256-%s'; form-action 'self'; "
                   "base-uri 'none'; frame-ancestors 'none'; " TRUSTED_TYPES,
                   inline_hash, file_hash, style_hash);
}

void sk_csp_offline(char out[SK_CSP_TEXT], const char *script_hash)
{
    (void)snprintf(out, SK_CSP_TEXT,
                   "default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; "
                   "connect-src 'none'; form-action 'none'; base-uri 'none'; " TRUSTED_TYPES,
                   script_hash, style_hash);
}
