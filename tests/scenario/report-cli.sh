#!/bin/bash
# skrynka-report as a person meets it: help, mistakes, refusals, exit codes, nothing left behind,
# and nothing of a report in a message. What is inside a sealed file is judged by 20-nacl.py.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8
here=$(realpath "$(dirname "$0")")
build=$(realpath "${SKRYNKA_BUILD:-.}")
report=$build/keys/report/skrynka-report
desk=$build/keys/desk/skrynka-desk
. "$here/checks.sh"

no_output() { [ ! -e r.sealed ] && [ ! -e r.sealed.tmp ]; }
refusal() { # name, wanted exit code, words: one line that says who speaks, and no file
    local name=$1 want=$2
    shift 2
    runs "$name" "$want" "$report" "$@"
    check "$name: one line on stderr" [ "$(wc -l <err)" = 1 ]
    check "$name: the program's name comes first" grep -q '^skrynka-report: ' err
    check "$name: nothing on stdout" [ ! -s out ]
    check "$name: no file" no_output
}
usage() {
    local name=$1
    shift
    refusal "$name" 2 "$@"
}
refused() {
    local name=$1
    shift
    refusal "$name" 1 "$@"
}

[ -x "$report" ] || {
    echo "FAIL $report is not built"
    exit 1
}

# ---- help and version
runs "--help" 0 "$report" --help
check "--help names seal and answers" [ "$(grep -cE '^  (seal|answers) ' out)" = 2 ]
for command in seal answers; do
    runs "$command --help" 0 "$report" "$command" --help
    check "$command --help shows its words" grep -q -- "skrynka-report $command --" out
    runs "$command --version" 0 "$report" "$command" --version
done
runs "--version" 0 "$report" --version
check "--version shows a number" grep -Eq '^skrynka-report [0-9]+\.[0-9]+' out

# ---- usage
printf 'Слова, яких ніхто не має бачити.\n' >text
head -c 500 /dev/urandom >noise
: >nothing
usage "no command"
usage "an unknown command" frobnicate
check "its word is not repeated" [ "$(grep -c frobnicate err)" = 0 ]
usage "an unknown option" seal --frobnicate
usage "seal without a sheet" seal --text-file text --out r.sealed
usage "seal without text or file" seal --sheet noise --out r.sealed
usage "seal without --out" seal --sheet noise --text-file text
usage "seal with a word" seal --sheet noise --text-file text --out r.sealed taemnytsia
check "the word is not repeated" [ "$(grep -c taemnytsia err)" = 0 ]
usage "seal --category 0" seal --sheet noise --text-file text --category 0 --out r.sealed
past=$(($(grep -c '^CATEGORY(' "$here/../../keys/base/category.def") + 1))
usage "seal --category $past" seal --sheet noise --text-file text --category $past --out r.sealed
usage "seal --consent maybe" seal --sheet noise --text-file text --consent maybe --out r.sealed
usage "seal with a short fingerprint" seal --sheet noise --fingerprint ab --text-file text --out r.sealed
usage "no code wanted and one given" seal --sheet noise --text-file text --no-receipt --code-file text --out r.sealed
usage "answers without a code" answers --sheet noise --board noise
usage "answers without a sheet" answers --code-file text --board noise
usage "answers without a board" answers --code-file text --sheet noise
usage "answers with a word" answers --code-file text --sheet noise --board noise 04926-D25AS-KQH2C-TNEYC-VQQFE
check "the code is not repeated" [ "$(grep -c 04926 err)" = 0 ]

# ---- files that are not what they should be
for file in noise nothing absent .; do
    refused "seal for the sheet $file" seal --sheet "$file" --text-file text --out r.sealed
    refused "answers with the sheet $file" answers --code-file text --sheet "$file" --board noise
done
echo keep >r.sealed
runs "seal over a file" 1 "$report" seal --sheet noise --text-file text --out r.sealed
check "EXISTS: says so" grep -q 'exists already' err
check "EXISTS: the file is as it was" [ "$(cat r.sealed)" = keep ]
rm r.sealed

# ---- with a real key sheet
if [ ! -x "$desk" ]; then
    echo "SKIP the rest: $desk is not built"
    exit "$failed"
fi
echo 'correct horse battery staple' >pass
desk() { "$desk" --home home --passphrase-file pass "$@" >out 2>err </dev/null; }
desk init --kdf-memory 64 || fail "the desk begins" "$(cat err)"
desk sheet --weeks 13 --months 6 --out sheet.bin || fail "the desk makes a sheet" "$(cat err)"
desk fingerprint || fail "the desk shows its fingerprint" "$(cat err)"
fingerprint=$(tail -n 1 out)
code_line='^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$'

runs "seal" 0 "$report" seal --sheet sheet.bin --text-file text --out r.sealed
check "the code is the last line" grep -Eq "$code_line" <(tail -n 1 out)
check "and the only one" [ "$(wc -l <out)" = 1 ]
check "the fingerprint is shown for comparing" grep -q "$fingerprint" err
check "a text is one chunk: 17,080 bytes" [ "$(stat -c %s r.sealed)" = 17080 ]
check "the sealed file is for its owner only" [ "$(stat -c %a r.sealed)" = 600 ]
cp out code
runs "seal over a sealed file with --force" 0 "$report" seal --sheet sheet.bin --text-file text --no-receipt --force --out r.sealed
check "--no-receipt prints no code" [ ! -s out ]
rm r.sealed
runs "a follow-up" 0 "$report" seal --sheet sheet.bin --text-file text --code-file code --out r.sealed
check "keeps the code" cmp -s out code
rm r.sealed
cat sheet.bin sheet.bin >sheets.bin
runs "the same sheet twice counts once" 0 "$report" seal --sheet sheets.bin --sheet sheet.bin --text-file text \
    --fingerprint "$fingerprint" --category $((past - 1)) --consent courts --out r.sealed
rm r.sealed
head -c 300000 /dev/zero >'a "quoted"
name.bin'
runs "an attachment with a wild name" 0 "$report" seal --sheet sheet.bin --attach 'a "quoted"
name.bin' --out r.sealed
check "is in the class of 32 chunks" [ "$(stat -c %s r.sealed)" = $((680 + 32 * 16400)) ]
rm r.sealed

# ---- a file's name, which may come from a stranger, steers no terminal
strange=$(printf 'a\033[2J\r\177\302\233b')
refused "a strange name" seal --sheet "$strange" --text-file text --out r.sealed
check "a strange name: no control character" [ "$(LC_ALL=C tr -d '\n' <err | LC_ALL=C tr -cd '\000-\037\177\233' | wc -c)" = 0 ]
check "a strange name: a question mark for each" grep -qF 'a?[2J???b' err

refused "a foreign fingerprint" seal --sheet sheet.bin --fingerprint "$(printf '%064d' 0)" --text-file text --out r.sealed
head -c -1 sheet.bin >cut.bin
refused "a sheet that was cut" seal --sheet cut.bin --text-file text --out r.sealed
cat sheet.bin cut.bin >second-cut.bin
refused "a second sheet that was cut" seal --sheet second-cut.bin --text-file text --out r.sealed
printf 'caf\351' >latin1
refused "a text that is not UTF-8" seal --sheet sheet.bin --text-file latin1 --out r.sealed
check "says how to save it" grep -q 'UTF-8' err
refused "an empty text" seal --sheet sheet.bin --text-file nothing --out r.sealed
refused "an attachment that is not there" seal --sheet sheet.bin --text-file text --attach absent --out r.sealed
refused "an attachment that is a folder" seal --sheet sheet.bin --text-file text --attach home --out r.sealed
mkfifo pipe
refused "an attachment that is a pipe" seal --sheet sheet.bin --text-file text --attach pipe --out r.sealed
truncate -s 5G huge
refused "an attachment beyond the largest class" seal --sheet sheet.bin --text-file text --attach huge --out r.sealed
rm huge
printf '04926-D25AS-KQH2C-TNEYC-VQQFF\n' >typo
refused "a follow-up with a typing error" seal --sheet sheet.bin --text-file text --code-file typo --out r.sealed
check "the mistyped code is not repeated" [ "$(grep -c 04926 err)" = 0 ]
refused "a folder that is not there" seal --sheet sheet.bin --text-file text --out none/r.sealed
if [ -w /dev/full ]; then
    got=0
    "$report" seal --sheet sheet.bin --text-file text --out r.sealed >/dev/full 2>err || got=$?
    check "a code that cannot be printed: refused" [ "$got" = 1 ]
    check "a code that cannot be printed: no file" no_output
fi

# ---- answers
refused "answers with a typing error" answers --code-file typo --sheet sheet.bin --board noise
for file in noise nothing absent .; do
    refused "answers from the board $file" answers --code-file code --sheet sheet.bin --board "$file"
done
desk board --out board.bin || fail "the desk makes a board" "$(cat err)"
runs "answers to an unknown code" 0 "$report" answers --code-file code --sheet sheet.bin --board board.bin
check "says that there is nothing yet" [ -s out ]
runs "the same as JSON" 0 "$report" answers --code-file code --sheet sheet.bin --board board.bin --json
check "is JSON: unknown, no answers" /usr/bin/python3 -c '
import json
assert json.load(open("out")) == {"state": "unknown", "answers": []}'
head -c -1 board.bin >cut-board.bin
refused "a board that was cut" answers --code-file code --sheet sheet.bin --board cut-board.bin

exit "$failed"
