#!/bin/bash
# The layout of a format stands in keys/format and nowhere else (FORMAT.md): nobody outside reads or writes
# a field of it at an offset of their own, names a magic or the label of a signature, or computes a key.
# usage: offsets.sh [SOURCE-TREE]
set -eu
cd "${1:-${SKRYNKA_SOURCE:-.}}"
bad=0
fail() {
    echo "FAIL $*"
    bad=1
}
pass() { echo "PASS $*"; }

# What is no format of FORMAT.md: keys and values of the store's tables, the record of an organisation in
# them, the desk's index, and the integers themselves.
own_records='^storage/[a-z_]+\.c:[0-9]+:.*sk_(get|put)_u[0-9]+\((value|state|meta|key|mark)\b|'
own_records+='^(storage/(kv_lmdb[a-z_]*|record)\.c|storage/outbox_organisations\.c|keys/desk/segment\.c|keys/base/bytes\.h):'

offsets() { # a tree -> lines that lay out bytes outside keys/format
    (cd "$1" && grep -rnE \
        -e '\bAT_[A-Z0-9_]+ = [0-9]|\b[A-Z0-9_]+_AT(_[A-Z0-9_]+)? = [0-9]' \
        -e '#define +([A-Z0-9_]+_)?AT(_[A-Z0-9_]+)? +\(?[0-9]' \
        -e 'header(\.p)?\[[0-9]' \
        -e 'sk_(get|put)_u(16|32|64)\([^,()]+ \+ ' \
        keys storage gateway --include='*.[ch]') | grep -vE '^keys/format/' | grep -vE "$own_records" || true
}

words() { # a tree -> magics of FORMAT.md and labels of signatures outside keys/format; the keyring's is
    # where the secret is
    (cd "$1" && grep -rnE '"(SKSHEET1|SKBOARD1|SKCARRY1|SKKEYS_1|SKROWS_2)"|"skrynka/1 ' \
        keys storage gateway --include='*.[ch]') |
        grep -vE '^keys/format/|^keys/open/keyring_file\.c:[0-9]+:.*"SKKEYS_1"' || true
}

hits=$(offsets .)
[ -z "$hits" ] && pass "no offset of a format outside keys/format" || fail "an offset outside keys/format: $hits"
hits=$(words .)
[ -z "$hits" ] && pass "no magic and no label of a signature outside keys/format" ||
    fail "a magic or a label outside keys/format: $hits"

# Each magic once, so that one function each way knows it.
for magic in SKSHEET1 SKBOARD1 SKCARRY1 SKKEYS_1 SKROWS_2; do
    n=$(grep -rhoE "\"$magic\"" keys storage gateway --include='*.[ch]' | wc -l)
    [ "$n" = 1 ] || fail "$magic stands $n times in the code"
done

# What is planted is seen: without this a check that looks at nothing would pass.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/keys/desk" "$work/storage/store" "$work/gateway"
planted=0
while IFS= read -r line; do
    planted=$((planted + 1))
    echo "$line" >"$work/storage/store/planted.c"
    [ -n "$(offsets "$work")$(words "$work")" ] || fail "a planted offset is not seen: $line"
done <<'END'
enum { AT_COUNTER = 16 };
enum { BOARD_IDENTITY_AT = 32 };
#define EPOCH_AT 4u
#define AT_IDENTITY 32
    size_t n = board.header.p[9];
    *out = sk_get_u32(head + 12);
    sk_put_u64(out + 16, plan->counter);
    return memcmp(head, "SKBOARD1", 8) == 0;
    sk_signed_check(p, n, "skrynka/1 board", &pk, e);
END
pass "$planted planted offsets, magics and labels are seen"
exit "$bad"
