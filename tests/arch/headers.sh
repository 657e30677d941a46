#!/bin/bash
# A function is declared where its file says: what X.c defines for others stands in the X.h beside it, or in
# a table (.def). storage/kv.h is an interface: any file of an engine may hold its functions.
# usage: headers.sh [BUILD-TREE] [SOURCE-TREE]
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

defined() { # a build tree -> "function source" of every external function; automake's prefix of an object's
    # name is taken off, and an object that is left of a file that is gone does not count
    (cd "$1" && find keys storage gateway -name '*.o' -exec nm -A --defined-only --extern-only {} +) |
        awk '$(NF-1) == "T" && $NF != "main" {print $NF, $1}' |
        sed -E 's/^([^ ]+) ([^ ]*\/)?([^\/ ]*-)?([^\/ ]+)\.o:.*$/\1 \2\4/' | sort -u |
        while read -r function place; do
            [ ! -f "$source/$place.c" ] || echo "$function $place"
        done
}

uncommented() { # a file, without its comments, on one line
    tr '\n' ' ' <"$1" | sed -E 's,/\*([^*]|\*+[^*/])*\*+/, ,g'
}

declared() { # a source tree -> "function header" of what its headers call a function, and "function *" of its tables
    (cd "$1" && find keys storage gateway -name '*.h' -o -name '*.def' | sort | while read -r file; do
        case $file in
        storage/kv.h) uncommented "$file" | grep -oE '\bsk_[a-z0-9_]+\(' | sed 's/($/ */' ;;
        *.def) uncommented "$file" | grep -oE '\bsk_[a-z0-9_]+' | sed 's/$/ */' ;;
        *) uncommented "$file" | grep -oE '\b[A-Za-z_][A-Za-z0-9_]*\(' | sed "s,(\$, ${file%.h}," ;;
        esac || true
    done) | sort -u
}

strays() { # files of "function place", defined and declared -> those that are not declared where they are defined
    awk 'FILENAME == ARGV[1] {seen[$1 " " $2] = 1; next} !(($1 " " $2) in seen) && !(($1 " *") in seen)' "$2" "$1"
}

judge() { # strays -> what is wrong
    awk '{print $2 ".c"}' "$1" | sort -u | while read -r file; do
        echo "$file defines functions that its header does not declare:" \
            $(awk -v f="${file%.c}" '$2 == f {print $1}' "$1")
    done
}

defined "$build" >"$work/defined"
declared "$source" >"$work/declared"
strays "$work/defined" "$work/declared" >"$work/strays"
[ "$(wc -l <"$work/defined")" -gt 400 ] || fail "only $(wc -l <"$work/defined") functions were found: is this a built tree?"
while read -r line; do
    fail "$line"
done < <(judge "$work/strays")
[ "$bad" = 1 ] || pass "$(wc -l <"$work/defined") functions are declared beside their files"

# The control: what is planted is seen.
mkdir -p "$work/tree/keys/base" "$work/tree/storage" "$work/tree/gateway"
echo '/* sk_planted() is told of here, and no more. */ int sk_other(int n);' >"$work/tree/keys/base/planted.h"
declared "$work/tree" >"$work/declared_planted"
printf 'sk_planted keys/base/planted\nsk_other keys/base/planted\n' >"$work/defined_planted"
strays "$work/defined_planted" "$work/declared_planted" >"$work/strays_planted"
[ "$(judge "$work/strays_planted")" = "keys/base/planted.c defines functions that its header does not declare: sk_planted" ] &&
    pass "control: a function that its header only tells of is seen" || fail "a planted function is not seen"
exit "$bad"
