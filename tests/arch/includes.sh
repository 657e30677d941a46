#!/bin/bash
# Holds every folder to tests/arch/may_include: it is how the drawing in DESIGN.md stays true.
# usage: includes.sh [SOURCE-TREE]
set -eu
cd "${1:-${SKRYNKA_SOURCE:-.}}"
rules=tests/arch/may_include
bad=0
checked=0

allowed() { # folder -> the folders that it may include
    grep -E "^$1:" "$rules" | head -n 1 | cut -d: -f2-
}

for file in $(find keys storage gateway -name '*.[ch]' | sort); do
    folder=$(dirname "$file")
    if ! grep -qE "^$folder:" "$rules"; then
        echo "FAIL $file: its folder $folder has no line in $rules"
        bad=1
        continue
    fi
    for header in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
        checked=$((checked + 1))
        target=$(dirname "$header")
        [ "$target" = "$folder" ] && continue
        case " $(allowed "$folder") " in
        *" $target "*) ;;
        *)
            echo "FAIL $file includes $header: $folder may not include $target"
            bad=1
            ;;
        esac
    done
done

while read -r _ file header; do
    file=${file%:}
    others=$(grep -rlE "#[[:space:]]*include[[:space:]]*[<\"]$header[>\"]" keys storage gateway | grep -vxE "$file" || true)
    if [ -n "$others" ]; then
        echo "FAIL only $file may include $header:" $others
        bad=1
    fi
    checked=$((checked + 1))
done < <(grep '^only ' "$rules")

# A rule that looked at nothing proves nothing.
if [ "$checked" -lt 50 ]; then
    echo "FAIL only $checked includes were found: is this the source tree?"
    bad=1
fi
[ "$bad" = 0 ] && echo "PASS $checked includes keep to $rules"
exit "$bad"
