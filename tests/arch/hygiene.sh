#!/bin/bash
# Small rules that a compiler does not know: every parser has a fuzz target with seeds, library
# folders do not print or exit, and no dangerous call comes in.
# usage: hygiene.sh [SOURCE-TREE]
set -eu
cd "${1:-${SKRYNKA_SOURCE:-.}}"
bad=0
fail() {
    echo "FAIL $*"
    bad=1
}

hits=$(grep -nE '\b(printf|fprintf|puts|perror|exit|abort|err|warn)\(' keys/base/*.c keys/format/*.c keys/seal/*.c keys/open/*.c storage/*.c || true)
[ -z "$hits" ] && echo "PASS libraries neither print nor exit" || fail "a library prints or exits: $hits"

hits=$(grep -rnE '\b(strcpy|strcat|sprintf|gets|strtok|system|popen|mktemp|tmpnam|rand|srand)\(' keys storage gateway --include='*.c' || true)
[ -z "$hits" ] && echo "PASS no unbounded or weak C call" || fail "unbounded or weak call: $hits"

hits=$(grep -rnE '\bgetenv\(|\bsecure_getenv\(' keys storage gateway --include='*.c' |
    grep -vE '"(NO_COLOR|LD_BIND_NOW|LISTEN_PID|LISTEN_FDS|NOTIFY_SOCKET|TERM|LANGUAGE|LC_ALL|LC_MESSAGES|LANG)"' || true)
[ -z "$hits" ] && echo "PASS nothing is read from the environment but what systemd, the loader, terminals and readers of a language set" || fail "environment: $hits"

hits=$(grep -rn 'MHD_[a-z_]*post_process' gateway --include='*.[ch]' || true)
[ -z "$hits" ] && echo "PASS no byte of a body goes through libmicrohttpd's parser" || fail "libmicrohttpd parses a body: $hits"
# What people write on a command line is read in one place: keys/cli/option.c and keys/base/number.c.
# Left is a reader of /proc.
others='^keys/base/locked\.c:'
hits=$(grep -rnE '\b(getopt|getopt_long|strto(l|ul|ll|ull|imax|umax)|ato(i|l|ll)|sscanf)\(|\boptarg\b' keys storage gateway --include='*.c' |
    grep -vE "$others" || true)
[ -z "$hits" ] && echo "PASS command lines and numbers have one reader" || fail "another reader of options or numbers: $hits"

# Messages of text.def are seen over shoulders, on a page. Those of skrynka-report, in the same
# catalogues, may name programs.
pages=$(mktemp)
trap 'rm -f "$pages"' EXIT
LC_ALL=C xgettext --language=C --from-code=UTF-8 --keyword=N_ -o "$pages" \
    gateway/pages/text.def keys/base/category.def keys/base/status.def
names_product() { # a catalogue on stdin: where its messages of pages name the product
    LC_ALL=C.UTF-8 msgcomm --more-than=1 --no-wrap - "$pages" | grep -v '^#' |
        LC_ALL=C.UTF-8 grep -iE 'skrynka|скринька|скрынка|скрынька'
}
hits=$(for po in gateway/po/*.po; do names_product <"$po" || true; done)
[ -z "$hits" ] && echo "PASS no translation of a resident's page names the product" || fail "the product is named: $hits"
planted=$(sed 's/^msgstr ".*Tor Browser/&, skrynka/' gateway/po/uk.po | names_product | wc -l)
[ "$planted" -gt 0 ] && echo "PASS a translation that did name it would be seen" || fail "a planted name of the product is not seen"

for target in tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    seeds=$(find "tests/fuzz/seeds/${name#fuzz_}" -type f 2>/dev/null | wc -l)
    [ "$seeds" -gt 0 ] || fail "$name has no seeds in tests/fuzz/seeds/${name#fuzz_}"
done
[ "$bad" = 0 ] && echo "PASS every fuzz target has seeds"
exit "$bad"
