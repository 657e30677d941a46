#!/bin/bash
# skrynka-store as a person meets it: help, mistakes, refusals, exit codes, and nothing left
# behind by what failed. Reports and boards are the business of other scenarios.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8
here=$(realpath "$(dirname "$0")")
build=$(realpath "${SKRYNKA_BUILD:-.}")
store=$build/storage/skrynka-store
gateway=$build/gateway/skrynka-gateway
. "$here/checks.sh"
one_line() { # a refusal is one line, and says who speaks
    check "$1: one line on stderr" [ "$(wc -l <err)" = 1 ]
    check "$1: nothing on stdout" [ ! -s out ]
    check "$1: the program's name comes first" grep -q "^${2:-skrynka-store}: " err
}

[ -x "$store" ] || {
    echo "FAIL $store is not built"
    exit 1
}

# ---- help and version
runs "--help" 0 "$store" --help
for command in init new-key import-sheet export import-board check stats purge rewrite backup; do
    check "--help names $command" grep -q "$command" out
done
for command in init new-key import-sheet export import-board check stats purge rewrite backup; do
    runs "$command --help needs no store" 0 "$store" "$command" --help
    check "$command --help shows its words" grep -q -- "--store DIR $command" out
    runs "$command --version" 0 "$store" "$command" --version
done
runs "--version" 0 "$store" --version
check "--version shows a number" grep -Eq '^skrynka-store [0-9]+\.[0-9]+' out

# ---- usage
usage() {
    local name=$1
    shift
    runs "$name" 2 "$store" "$@"
    one_line "$name"
}
usage "no command"
usage "no --store" stats
usage "an unknown command" --store s frobnicate
usage "an unknown global option" --frobnicate stats
usage "--store without a value" --store
usage "an unknown option of a command" --store s export --frobnicate
usage "export without --out" --store s export
usage "export --serial 0" --store s export --out x --serial 0
usage "export --serial with letters" --store s export --out x --serial 1x
usage "export --serial with --new-chain" --store s export --out x --serial 1 --new-chain
usage "new-key with a word too many" --store s new-key x
usage "export with a word too many" --store s export --out x y
usage "init --size without a number" --store s init --size big
usage "init --size too small" --store s init --size 1K
usage "init --size beyond all disks" --store s init --size 99999999999T
usage "import-sheet without a file" --store s import-sheet --name A --fingerprint "$(printf '%064d' 0)"
usage "import-sheet without a fingerprint" --store s import-sheet --name A sheet.bin
usage "import-sheet with a short fingerprint" --store s import-sheet --name A --fingerprint abcd sheet.bin
usage "import-sheet with a fingerprint and more" --store s import-sheet --name A --fingerprint "$(printf '%064d' 0) x" sheet.bin
usage "import-sheet with a long fingerprint" --store s import-sheet --name A --fingerprint "$(printf '%066d' 0)" sheet.bin
usage "import-board without a file" --store s import-board
usage "purge with no days" --store s purge --rows-older-than 0
usage "stats with a value" --store s stats --json=yes
usage "backup without --out" --store s backup
check "usage errors leave nothing behind" [ "$(ls)" = "$(printf 'err\nout')" ]

# ---- refusals where no store is
refused() {
    local name=$1
    shift
    runs "$name" 1 "$store" "$@"
    one_line "$name"
}
mkdir empty
for command in check stats purge rewrite new-key "export --out x" "backup --out x"; do
    # shellcheck disable=SC2086
    refused "${command%% *} in a folder that is no store" --store empty $command
done
check "that folder stays empty" [ -z "$(ls empty)" ]
refused "init under a folder that is not there" --store none/none init --size 16M

# ---- a store, of which no organisation is known yet: what looks at it says so
nobody_reads() { # name, program and words
    runs "$1" 1 "${@:2}"
    check "$1: it says that nobody could open what arrives" grep -q 'nobody could open what arrives' err
}
runs "init" 0 "$store" --store s init --size 16M
check "init prints the fingerprint" grep -Eq '^[0-9a-f]{64}$' out
fingerprint=$(grep -E '^[0-9a-f]{64}$' out || true)
check "the key is for its owner only" [ "$(stat -c %a s/gateway.key)" = 600 ]
check "the store is for its owner only" [ "$(stat -c %a s)" = 700 ]
sum=$(sha256sum <s/gateway.key)
refused "init twice" --store s init
check "init twice keeps the key" [ "$sum" = "$(sha256sum <s/gateway.key)" ]

nobody_reads "stats" "$store" --store s stats
check "stats shows the fingerprint" grep -q "$fingerprint" out
check "stats shows the chain" grep -Eq '^Chain      [0-9a-f]{32}$' out
check "stats shows the uploads under way" grep -q '^Uploads    0 under way, 0 ' out
check "no colours into a file" [ "$(tr -cd '\033' <out | wc -c)" = 0 ]
nobody_reads "stats --json" "$store" --store s stats --json
check "stats --json is JSON with the contract's names" /usr/bin/python3 -c '
import json, sys
s = json.load(open("out"))
assert s["uploads"] == 0 and s["upload_bytes"] == 0
assert s["envelopes"] == 0 and s["rows"] == 0 and s["organisations"] == [] and s["last_bundle"] == 0
assert len(s["chain"]) == 32 and s["chain_ended"] is False
assert s["gateway"] == sys.argv[1] and s["size"] > 0 and 0 <= s["used_percent"] < 50' "$fingerprint"
nobody_reads "check" "$store" --store s check
check "check counts the bundles" grep -q '^bundles        0 that can be written again$' out
check "check tells which uploads can go on" grep -q '^resumable      0 of these' out

# ---- export
refused "export with nothing new" --store s export --out carry.bin
check "it says so" grep -q 'nothing new to carry; no bundle was made' err
check "and writes no file" [ ! -e carry.bin -a ! -e carry.bin.tmp ]
echo keep >carry.bin
refused "export over a file" --store s export --out carry.bin
check "EXISTS: says so" grep -q 'exists already' err
check "EXISTS: the file is as it was" [ "$(cat carry.bin)" = keep ]
ln -s nowhere dangling
refused "export over a dangling link" --store s export --out dangling
refused "export of a bundle that never was" --store s export --serial 3 --out again.bin
check "and leaves no file" [ ! -e again.bin -a ! -e again.bin.tmp ]

# ---- the gateway's key
refused "new-key while there is a key" --store s new-key
check "the key is as it was" [ "$sum" = "$(sha256sum <s/gateway.key)" ]
mv s/gateway.key key.aside
for command in check stats purge rewrite "export --out x" "backup --out x"; do
    # shellcheck disable=SC2086
    refused "${command%% *} without the key" --store s $command
    check "it names the way out" grep -q "gateway.key: .*'new-key'" err
done
mv key.aside s/gateway.key

# ---- files that are not what they should be
head -c 500 /dev/urandom >noise
: >nothing
for file in noise nothing absent empty; do
    refused "import-sheet of $file" --store s import-sheet --name A --fingerprint "$fingerprint" "$file"
    refused "import-board of $file" --store s import-board "$file"
done
nobody_reads "nothing of that was stored" "$store" --store s stats --json
check "no organisation came in" grep -q '"organisations": \[\]' out

# ---- one at a time
(
    flock -n 9
    runs "export while another command holds the lock" 1 "$store" --store s export --out locked.bin
    check "LOCKED: says so" grep -q 'another program is using it' err
    nobody_reads "stats does not need the lock" "$store" --store s stats
    exit "$failed"
) 9>s/store.lock || failed=1

# ---- the pages that work without a network
offline() { # name, wanted exit code, folder, and more words
    local name=$1 want=$2 folder=$3
    shift 3
    runs "$name" "$want" "$gateway" --store s --offline "$folder" "$@"
    [ "$want" = 0 ] || one_line "$name" skrynka-gateway
}
offline "offline" 0 pages
cp out sums
check "offline prints what it wrote" eval '(cd pages && sha256sum -c --quiet --strict ../sums)'
check "in every language" [ "$(ls pages)" = "$(printf '%s.html\n' $languages | sort)" ]
offline "offline again" 0 pages
check "gives the same bytes" cmp -s out sums
nobody_reads "stats" "$store" --store s stats
for lang in $languages; do
    whole=$(sha256sum <pages/$lang.html | cut -d' ' -f1)
    program=$(grep -v '^<div id=o ' pages/$lang.html | sha256sum | cut -d' ' -f1)
    check "it names the page $lang" grep -q "^$whole  $lang.html$" sums
    check "and its program, the page without one line" grep -q "^# $program  $lang.html$" sums
    check "and what the build published" grep -q "^$program  $lang.html$" "$build/gateway/offline/SHA256SUMS"
    check "one line is of the store" [ "$(grep -c '^<div id=o ' pages/$lang.html)" = 1 ]
done
offline "offline with a word too many" 2 x y
offline "offline without a name" 2 ""
offline "offline under a folder that is not there" 1 none/pages
runs "offline of a folder that is no store" 1 "$gateway" --store empty --offline x
one_line "offline of a folder that is no store" skrynka-gateway
check "no page of no store" [ ! -e x ]
mkdir half && mkdir half/ru.html.tmp # something that is in the way of the second page
offline "offline that fails in its midst" 1 half
check "leaves no page" [ "$(ls half)" = ru.html.tmp ]

# ---- purge, rewrite, backup
runs "purge of an empty store" 0 "$store" --store s purge
runs "rewrite" 0 "$store" --store s rewrite
nobody_reads "check after the rewrite" "$store" --store s check
runs "backup" 0 "$store" --store s backup --out copy/
check "the copy has the key" cmp -s s/gateway.key copy/gateway.key
nobody_reads "the copy is a store" "$store" --store copy check
refused "backup over a folder" --store s backup --out copy
refused "backup under a folder that is not there" --store s backup --out none/copy
check "no unfinished copy stays" [ ! -e copy.unfinished -a ! -e none ]
mkdir mine.unfinished && echo precious >mine.unfinished/inbox
refused "backup where somebody's folder is in the way" --store s backup --out mine
check "that folder is untouched" [ "$(cat mine.unfinished/inbox)" = precious -a ! -e mine ]
mkdir empty.unfinished
runs "backup over an empty folder that was left" 0 "$store" --store s backup --out empty2
cp -r s lost && rm lost/gateway.key
refused "init where the key was lost" --store lost init --size 4M
check "the reports are untouched" cmp -s s/inbox/00000002.mdb lost/inbox/00000002.mdb
cp -r s broken
head -c 64 /dev/zero >broken/gateway.key
refused "a damaged key" --store broken backup --out copy2
check "leaves no copy" [ ! -e copy2 -a ! -e copy2.unfinished ]

exit "$failed"
