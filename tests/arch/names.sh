#!/bin/bash
# One name, one thing, over the whole product: no struct, union or enum sk_... has two definitions, and no
# external function or object is defined in two files, also where no program links both today.
# usage: names.sh [BUILD-TREE] [SOURCE-TREE]
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

tags() { # a source tree -> "tag file" of every definition
    (cd "$1" && grep -rnoE '\b(struct|union|enum) sk_[a-z0-9_]+ \{' keys storage gateway --include='*.[ch]') |
        sed -E 's/^([^:]+):[0-9]+:(struct|union|enum) (sk_[a-z0-9_]+) \{$/\3 \1/'
}

symbols() { # a build tree -> "symbol source" of every external definition; a source that is compiled for
    # two programs counts once: automake's prefix of the object's name is taken off. Names that begin with
    # two underscores are the compiler's own (a sanitizer's, in every object).
    (cd "$1" && find keys storage gateway -name '*.o' -exec nm -A --defined-only --extern-only {} +) |
        awk '$NF != "main" && $NF !~ /^__/ && $(NF-1) != "U" {print $NF, $1}' |
        sed -E 's/^([^ ]+) ([^ ]*\/)?([^\/ ]*-)?([^\/ ]+)\.o:.*$/\1 \2\4/' | sort -u |
        while read -r symbol place; do # an object may be left of a file that is gone
            [ -f "$source/$place.c" ] || [ -f "$build/$place.c" ] || continue
            echo "$symbol $place"
        done
}

twice() { # "name place" on stdin -> the names with two places
    sort -u | awk '{print $1}' | uniq -d
}

check() { # what, file of "name place"
    local found
    found=$(twice <"$2")
    if [ -z "$found" ]; then
        pass "no $1 is defined twice ($(wc -l <"$2") looked at)"
    else
        for name in $found; do
            fail "$1 $name is defined in" $(awk -v n="$name" '$1 == n {print $2}' "$2")
        done
    fi
}

tags "$source" >"$work/tags"
symbols "$build" >"$work/symbols"
[ "$(wc -l <"$work/tags")" -gt 100 ] || fail "only $(wc -l <"$work/tags") tags were found: is this the source tree?"
[ "$(wc -l <"$work/symbols")" -gt 400 ] || fail "only $(wc -l <"$work/symbols") symbols were found: is this a built tree?"
check "struct, union or enum" "$work/tags"
check "function or object" "$work/symbols"

# The control: what is planted is seen.
{ cat "$work/tags"; echo "sk_sheet gateway/planted.h"; } | twice | grep -qx sk_sheet &&
    pass "control: a second struct of a name is seen" || fail "a planted struct is not seen"
{ cat "$work/symbols"; echo "sk_sheet_read gateway/planted"; } | twice | grep -qx sk_sheet_read &&
    pass "control: a second function of a name is seen" || fail "a planted function is not seen"
exit "$bad"
