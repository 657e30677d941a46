#!/bin/bash
# No dead code: every external function and object of the product is used by another file of the product or
# by its own. Tests and fuzz targets do not count as users, but for the functions that stand below with a
# reason; that list holds no name that is used.
# usage: dead.sh [BUILD-TREE] [SOURCE-TREE]
set -eu
build=$(cd "${1:-${SKRYNKA_BUILD:-.}}" && pwd)
source=$(cd "${2:-${SKRYNKA_SOURCE:-.}}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
fail() {
    echo "FAIL $*"
    bad=1
}
pass() { echo "PASS $*"; }

# What only tests call, one name a line and its reason behind it.
awk '{print $1}' >"$work/left" <<'ALLOWED'
sk_inbox_writer_counts  how many writes share a commit is what a test of group commit asks
ALLOWED

symbols() { # a build tree -> "D name source" of what a file defines, "U name source" of what it wants; those that
    # sanitizers add are passed over, and an object that is left of a file that is gone does not count
    (cd "$1" && find keys storage gateway -name '*.o' -exec nm -A --extern-only {} +) |
        awk '$NF != "main" && $NF !~ /^_|\./ {print ($(NF-1) == "U" ? "U" : "D"), $NF, $1}' |
        sed -E 's/^(.) ([^ ]+) ([^ ]*\/)?([^\/ ]*-)?([^\/ ]+)\.o:.*$/\1 \2 \3\5/' | sort -u |
        while read -r what name place; do
            [ ! -f "$source/$place.c" ] && [ ! -f "$build/$place.c" ] || echo "$what $name $place"
        done
}

used_at_home() { # a name, its file without ending: whether the file says it elsewhere than in definition and prototype
    local file=$source/$2.c
    [ -f "$file" ] || file=$build/$2.c
    [ "$(tr '\n' ' ' <"$file" | sed -E \
        -e 's,/\*([^*]|\*+[^*/])*\*+/, ,g' -e 's/return /return=/g' \
        -e "s/(^|[;}]) *([a-z0-9_]+ +)+\**$1\([^;{}]*\);/\1/g" |
        grep -oE "\b$1\b" | wc -l)" -gt 1 ]
}

unused() { # a file of symbols -> "name source" of what nobody uses
    awk '$1 == "U" {used[$2] = 1} $1 == "D" {at[$2] = $3} END {for (n in at) if (!(n in used)) print n, at[n]}' "$1" |
        sort | while read -r name place; do
        used_at_home "$name" "$place" || echo "$name $place"
    done
}

judge() { # what nobody uses, the names that may stand there -> what is wrong
    awk 'FILENAME == ARGV[1] {may[$1] = 1; next} !($1 in may) {print $1 " in " $2 ".c is used by nothing of the product"}' "$2" "$1"
    awk 'FILENAME == ARGV[1] {dead[$1] = 1; next} !($1 in dead) {print $1 " is used, or gone: take it off the list"}' "$1" "$2"
}

symbols "$build" >"$work/symbols"
unused "$work/symbols" >"$work/dead"
count=$(awk '$1 == "D"' "$work/symbols" | wc -l)
[ "$count" -gt 400 ] || fail "only $count symbols were found: is this a built tree?"
while read -r line; do
    fail "$line"
done < <(judge "$work/dead" "$work/left")
[ "$bad" = 1 ] || pass "$count functions and objects are used, but for $(wc -l <"$work/left") that are listed"

# The control: what is planted is seen.
mkdir -p "$work/tree/keys"
echo 'int sk_planted(void); int sk_planted(void) { return 1; }' >"$work/tree/keys/planted.c"
echo 'int sk_planted(void) { return 1; } int (*sk_used)(void) = sk_planted;' >"$work/tree/keys/used.c"
(source=$work/tree; ! used_at_home sk_planted keys/planted && used_at_home sk_planted keys/used) &&
    pass "control: a prototype is no use, a reference is" || fail "a planted prototype counts as a use"
{ cat "$work/symbols"; echo "D sk_planted keys/base/error"; } >"$work/symbols_planted"
unused "$work/symbols_planted" >"$work/dead_planted"
judge "$work/dead_planted" "$work/left" | grep -q '^sk_planted in keys/base/error.c' &&
    pass "control: a function that nobody calls is seen" || fail "a planted function is not seen"
sed 's/^U sk_error_text .*//' "$work/symbols" >"$work/symbols_planted"
unused "$work/symbols_planted" | grep -q '^sk_error_text ' &&
    pass "control: a function that lost its last caller is seen" || fail "a function without its callers is not seen"
echo sk_error_text | cat "$work/left" - >"$work/left_planted"
judge "$work/dead" "$work/left_planted" | grep -q '^sk_error_text is used' &&
    pass "control: a listed function that is used is seen" || fail "a listed function that is used is not seen"
exit "$bad"
