#!/bin/bash
# The trusted path stays as small as DESIGN.md says: lines of code (without blanks and comments) of each
# part of tests/arch/trusted_path, against the table under "What to audit, in this order".
# usage: trusted.sh [SOURCE-TREE]     prints the table's figures; fails where one is more than 3 % off
set -eu
cd "${1:-${SKRYNKA_SOURCE:-.}}"
bad=0

code() { # files -> their lines of code
    cat "$@" | awk '
        { line = $0; out = ""
          while (line != "") {
              if (inside) { at = index(line, "*/"); if (!at) { line = ""; break }
                            line = substr(line, at + 2); inside = 0 }
              else { at = index(line, "/*"); if (!at) { out = out line; break }
                     out = out substr(line, 1, at - 1); line = substr(line, at + 2); inside = 1 }
          }
          if (out ~ /[^ \t]/) n++ }
        END { print n + 0 }'
}

check() { # part, figure: what DESIGN says
    local said
    said=$(sed -n "s/^| $1 | .* | \([0-9,]*\) |\$/\1/p" DESIGN.md | tr -d ,)
    if [ -z "$said" ]; then
        echo "FAIL DESIGN.md has no row for $1 ($2 lines)"
        bad=1
    elif [ $(($2 * 100)) -gt $((said * 103)) ] || [ $(($2 * 103)) -lt $((said * 100)) ]; then
        echo "FAIL $1: $2 lines of code, DESIGN.md says $said: look at what grew, then say so there"
        bad=1
    else
        echo "PASS $1: $2 lines of code"
    fi
}

total=0
while IFS=: read -r part files; do
    for file in $files; do
        [ -f "$file" ] || { echo "FAIL $part: there is no $file"; bad=1; }
    done
    # shellcheck disable=SC2086
    n=$(code $files)
    total=$((total + n))
    check "$part" "$n"
done < <(grep -v '^#' tests/arch/trusted_path)
check all "$total"
[ "$(printf '/* a\n b */\n\nint c; /* d */\n/* e */ int f;\n' | code /dev/stdin)" = 2 ] || {
    echo "FAIL the count is wrong"
    bad=1
}
exit "$bad"
