#!/bin/bash
# What opens a report is never linked into the gateway or the store (DESIGN.md, Shape).
#
# Judged from our own objects and from what each linked program imports. Static libsodium keeps
# crypto_box_seal and crypto_box_seal_open in one object, so a program's defined symbols alone
# would prove nothing about libsodium; and plain nm is blind on a stripped program. The desk is
# the positive control: what is forbidden elsewhere must be found there.
# usage: links.sh [BUILD-TREE]
set -eu
cd "${1:-${SKRYNKA_BUILD:-.}}"
bad=0
fail() {
    echo "FAIL $*"
    bad=1
}
pass() { echo "PASS $*"; }

gateway=gateway/skrynka-gateway
store=storage/skrynka-store
desk=keys/desk/skrynka-desk
report=keys/report/skrynka-report

# Every function that libopen defines.
openers=$(nm --defined-only --extern-only keys/libopen.a 2>/dev/null | awk '$2 == "T" {print $3}' | sort -u)
count=$(echo "$openers" | grep -c . || true)
if [ "$count" -lt 10 ]; then
    fail "libopen.a shows only $count functions: was it built?"
fi

defined() { nm --defined-only "$1" 2>/dev/null | awk '{print $3}' | sort -u; }
imported() { nm -D --undefined-only "$1" 2>/dev/null | awk '{print $2}' | sed 's/@.*//' | sort -u; }

for program in "$gateway" "$store" "$report"; do
    have=$(defined "$program")
    if [ "$(echo "$have" | grep -c '^sk_' || true)" -lt 10 ]; then
        fail "$program shows no symbols of ours: stripped or not built, so nothing can be proved"
        continue
    fi
    hit=$(comm -12 <(echo "$openers") <(echo "$have"))
    if [ -n "$hit" ]; then
        fail "$program holds functions of libopen:" $hit
    else
        pass "$program holds none of the $count functions of libopen"
    fi
done

# The control: the same comparison must find them in the desk.
if [ "$(comm -12 <(echo "$openers") <(defined "$desk") | wc -l)" -lt 5 ]; then
    fail "$desk does not show the functions of libopen: the comparison is blind"
else
    pass "control: the comparison finds libopen in $desk"
fi

# The store imports nothing that opens anything; the gateway opens answers with a code and no
# more: the only object of its archives that asks for crypto_box_seal_open is the answer reader.
opening='^crypto_(box_seal_open|box_open.*|secretbox_open.*|pwhash.*|secretstream.*pull)$'
hit=$(imported "$store" | grep -E "$opening" || true)
[ -z "$hit" ] && pass "$store imports nothing that opens a box" || fail "$store imports" $hit
hit=$(imported "$gateway" | grep -E "$opening" | grep -vx crypto_box_seal_open || true)
[ -z "$hit" ] && pass "$gateway imports no opening call but the answers'" || fail "$gateway imports" $hit
users=$(for a in keys/libseal.a keys/libbase.a storage/libstorage.a gateway/libpages.a gateway/libserve.a; do
    nm -A --undefined-only "$a" 2>/dev/null | awk '/ crypto_box_seal_open$/ {print $1}'
done | sed 's/.*[:-]\([a-z_]*\)\.o:*/\1/' | sort -u)
[ "$users" = answer ] && pass "in libseal only the answer reader opens sealed boxes" ||
    fail "objects that open sealed boxes outside libopen: ${users:-none (then the test is blind)}"
imported "$desk" | grep -qx crypto_box_seal_open && imported "$desk" | grep -q '^crypto_pwhash' &&
    pass "control: $desk imports crypto_box_seal_open and crypto_pwhash" ||
    fail "$desk shows no opening imports: the comparison is blind"

# Libraries that only programs for people need stay with them: neither the gateway nor what meets
# strangers' bytes links the tables of Unicode or reads a terminal.
people='^(utf8proc_.*|readpassphrase)$'
for program in "$gateway" keys/desk/skrynka-parse; do
    hit=$(imported "$program" | grep -E "$people" || true)
    [ -z "$hit" ] && pass "$program imports nothing of libutf8proc or libbsd" || fail "$program imports" $hit
done
imported "$desk" | grep -qx readpassphrase && imported "$report" | grep -q '^utf8proc_' &&
    pass "control: $desk and $report import them" || fail "$desk and $report show no such imports: the comparison is blind"

# LMDB is touched by one object.
users=$(nm -A --undefined-only storage/libstorage.a 2>/dev/null | grep ' mdb_' | sed 's/.*[:-]\([a-z_]*\)\.o:.*/\1/' | sort -u)
[ -n "$users" ] && ! grep -qvE '^kv_lmdb(_[a-z]+)?$' <<<"$users" && pass "only the engine's own objects touch LMDB" || fail "objects that touch LMDB: ${users:-none (then the test is blind)}"

# The parser of strangers' bytes is a program of its own: the reader of forms is not where the
# keyring is, and no keyring where that reader is.
parse=keys/desk/skrynka-parse
defined "$parse" | grep -q '^sk_form_next' || fail "$parse reads no form: the comparison is blind"
defined "$desk" | grep -q '^sk_form_next' && fail "$desk reads forms" || pass "$desk reads no form"
defined "$parse" | grep -q '^sk_keyring' && fail "$parse holds keyring functions" ||
    pass "$parse holds no keyring function"
exit "$bad"
