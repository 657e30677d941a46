# For the scenarios in shell: named checks in a folder of their own, which goes when they end.
# Sourced after the paths were made absolute; failed is 1 once something failed.
languages=$(sed -n 's/^LANGUAGE([A-Z]*, "\([a-z]*\)".*/\1/p' "$here/../../keys/base/language.def")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0

pass() { echo "PASS $1"; }
fail() {
    echo "FAIL $1${2:+: $2}"
    failed=1
}
check() { # name, condition ...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$*"; fi
}
# name, wanted exit code, program and words; leaves out and err behind
runs() {
    local name=$1 want=$2 got=0
    shift 2
    "$@" >out 2>err </dev/null || got=$?
    if [ "$got" = "$want" ]; then pass "$name"; else fail "$name" "exit $got, not $want: $(head -c 300 err)"; fi
}
