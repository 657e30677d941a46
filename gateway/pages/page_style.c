/* The one style of all pages. It stands inline in each page, so that a page is one request, and
 * the policy admits it by its hash alone. */
#include <sodium.h>
#include <stdio.h>

#include "gateway/pages/page_part.h"
#include "gateway/pages/script.h"

/* Sizes are in rem and queries in em, so that enlarged text reflows; the QR alone is in pixels.
 * The code (.k) is broken after whole groups by its width: 6 signs with the hyphen, times n. */
static const char style[] =
    ":root{color-scheme:light dark;--b:#fff;--f:#1a1d21;--m:#4b5563;--l:#0b57a4;--e:#6b7280;"
    "--s:#f1f4f7}"
    "@media(prefers-color-scheme:dark){:root{--b:#14171a;--f:#e9ebee;--m:#b6bec8;--l:#8ec2ff;"
    "--e:#8b95a1;--s:#22272d}}"
    "*{box-sizing:border-box}"
    "html{scroll-padding-top:5rem}"
    "body{margin:0 auto;max-width:42rem;padding:0 1rem 2rem;background:var(--b);color:var(--f);"
    "font:1.0625rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "h1{font-size:1.625rem;line-height:1.25;margin:1rem 0}"
    "h2{font-size:1.25rem;line-height:1.3;margin:2rem 0 .5rem}"
    "p{margin:.75rem 0}"
    "ul{padding-left:1.25rem}"
    "li{margin:.5rem 0}"
    "a{color:var(--l)}"
    ":focus-visible{outline:3px solid var(--l);outline-offset:2px}"
    "header{position:sticky;top:0;margin:0 -1rem;background:var(--b)}"
    "header a{display:block;padding:.75rem 1rem;background:var(--f);color:var(--b);"
    "text-align:center;font-weight:600}"
    "header a:focus-visible{outline-color:var(--b);outline-offset:-6px}"
    "header+main{padding-top:.75rem}"
    "nav{display:flex;flex-wrap:wrap;gap:0 .75rem}"
    "main~*,header+nav{font-size:.9375rem}"
    "nav a,.a a{display:inline-flex;align-items:center;min-height:3rem}"
    "nav [aria-current]{color:var(--f);text-decoration:none;font-weight:600}"
    "footer{margin-top:2.5rem;border-top:1px solid var(--e);padding-top:.5rem}"
    "fieldset{border:0;margin:1.75rem 0;padding:0;min-width:0}"
    "legend,.f>label{display:block;padding:0 0 .25rem;font-weight:600}"
    ".f{margin:1.75rem 0}"
    ".h{color:var(--m);font-size:.9375rem;margin:0 0 .5rem}"
    ".c{display:flex;align-items:center;gap:.75rem;min-height:3rem;padding:.25rem 0}"
    ".c input{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--l)}"
    ".f input,.f select,.f textarea{display:block;width:100%;min-height:3rem;"
    "padding:.625rem .75rem;border:1px solid var(--e);border-radius:.375rem;"
    "background:var(--b);color:var(--f);font:inherit}"
    ".f textarea{min-height:11rem;resize:vertical}"
    ".f [name=code]{font-family:ui-monospace,monospace;text-transform:uppercase}"
    ".f [type=file]{padding:.5rem;background:var(--s)}"
    "summary{padding:.75rem 0;min-height:3rem;color:var(--l);font-weight:600;cursor:pointer}"
    "details .f{margin:.5rem 0}"
    "button+.h{margin-top:.5rem}"
    "[hidden]+.h{display:none}"
    "button{width:100%;min-height:3.5rem;padding:.75rem;border:0;border-radius:.375rem;"
    "background:var(--l);color:var(--b);font:inherit;font-weight:600;cursor:pointer}"
    "button:disabled{opacity:.6;cursor:default}"
    ".s{background:var(--s);color:var(--f);border:1px solid var(--e)}"
    "p+button,.n+button,button+button,progress{margin-top:.75rem}"
    ".b{display:block;padding:1rem .75rem;border-radius:.375rem;background:var(--l);"
    "color:var(--b);font-weight:600;text-align:center}"
    "progress{width:100%;height:1.5rem;accent-color:var(--l)}"
    "[tabindex]:focus{outline:0}"
    ".n{padding:.75rem 1rem;border-left:.25rem solid var(--l);background:var(--s)}"
    ".k{width:6.5ch;max-width:100%;margin:1rem 0;font:700 1.5rem/1.6 ui-monospace,monospace;"
    "word-break:break-all;-webkit-user-select:text;user-select:text}"
    "@media(min-width:19em){.k{width:18.5ch}}"
    "@media(min-width:32em){.k{width:30.5ch}}"
    ".qr{width:264px;margin:1rem 0;border:32px solid #fff;border-collapse:separate;"
    "border-spacing:0;table-layout:fixed;background:#fff;forced-color-adjust:none;"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    ".qr col{width:8px}"
    ".qr td{height:8px;padding:0;line-height:0}"
    ".qr .d{background:#000}";

static char policy[256], style_hash[SK_SCRIPT_HASH];

const char *sk_page_style(void)
{
    return style;
}

const char *sk_style_hash(void)
{
    return style_hash;
}

void sk_sha256_base64(char out[SK_SCRIPT_HASH], const char *bytes, size_t len)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)bytes, len);
    sodium_bin2base64(out, SK_SCRIPT_HASH, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
}

void sk_style_start(void)
{
    sk_sha256_base64(style_hash, style, sizeof style - 1);
    (void)snprintf(policy, sizeof policy,
                   "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; "
                   "base-uri 'none'; frame-ancestors 'none'",
                   style_hash);
}

const char *sk_page_csp(void)
{
    return policy;
}
