#!/bin/bash
# skrynka-report in the languages of those who run it: what it prints, and whether the catalogues
# hold all that it can print. Whether the words are good is for people to judge.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8
here=$(realpath "$(dirname "$0")")
source=$(realpath "${SKRYNKA_SOURCE:-$(dirname "$0")/../..}")
build=$(realpath "${SKRYNKA_BUILD:-.}")
report=$build/keys/report/skrynka-report
desk=$build/keys/desk/skrynka-desk
. "$here/checks.sh"
# language, name, wanted exit code, words for skrynka-report; leaves out and err behind
speaks() {
    local lang=$1 name=$2 want=$3 got=0
    shift 3
    LANGUAGE=$lang "$report" "$@" >out 2>err </dev/null || got=$?
    check "$lang: $name: exit $want" [ "$got" = "$want" ]
}
no_english() { # file
    ! grep -wE 'Usage|Commands|Options|COMMAND|OPTION|FILE|HEX|WHAT|the|of|see|needs|takes|there' "$1"
}
translated() { # language, name, file, what must stand in it
    local lang=$1 name=$2 file=$3
    shift 3
    for words in "$@"; do
        check "$lang: $name: $words" grep -qF -- "$words" "$file"
    done
    [ "$lang" = en ] || check "$lang: $name: no English" no_english "$file"
}

[ -x "$report" ] || {
    echo "FAIL $report is not built"
    exit 1
}

# ---- help and usage: per language "Usage:", "Commands:", a line of help, "see", a mistake
help_and_usage() {
    local lang=$1 usage=$2 commands=$3 line=$4 see=$5 mistake=$6
    speaks "$lang" "--help" 0 --help
    translated "$lang" "--help" out "$usage skrynka-report [" "$commands"
    for command in seal answers; do
        speaks "$lang" "$command --help" 0 "$command" --help
        translated "$lang" "$command --help" out "$usage skrynka-report $command --"
        check "$lang: $command --help: as many options" [ "$(grep -c '^  --' out)" = "$(grep -c '^  --' "$command.options")" ]
        grep -oE '^  --[a-z-]+' out >options
        check "$lang: $command --help: the same options" cmp -s options "$command.options"
    done
    translated "$lang" "answers --help" out "$line"
    speaks "$lang" "a usage error" 2 seal --sheet x --text-file x
    check "$lang: a usage error: one line" [ "$(wc -l <err)" = 1 ]
    translated "$lang" "a usage error" err "$mistake" "($see skrynka-report --help)"
}
for command in seal answers; do
    LANGUAGE=en "$report" "$command" --help | grep -oE '^  --[a-z-]+' >"$command.options"
done
help_and_usage uk 'Використання:' 'Команди:' 'для програм' 'див.' 'для seal потрібен --out ФАЙЛ'
help_and_usage ru 'Использование:' 'Команды:' 'для программ' 'см.' 'для seal нужен --out ФАЙЛ'
help_and_usage crh 'Qullanuv:' 'Komandalar:' 'programmalar içün' 'baqıñız:' 'seal içün --out FAYL kerek'
help_and_usage en 'Usage:' 'Commands:' 'for programs' 'see' 'seal needs --out FILE'

# ---- no locale of the machine has a say: any may be set, none needs to be installed
usage_in() { # name, its first word, variables ...
    local name=$1 usage=$2
    shift 2
    env -u LC_ALL -u LANG -u LANGUAGE "$@" "$report" --help >out 2>err </dev/null || fail "$name" "$(cat err)"
    check "$name: $usage" grep -q "^$usage" out
}
while read -r lang usage; do
    for locale in C C.UTF-8 POSIX xx_YY.UTF-8 uk_UA ""; do
        usage_in "$lang, LC_ALL=$locale" "$usage" "LANGUAGE=$lang" "LC_ALL=$locale"
    done
    usage_in "$lang, no locale" "$usage" "LANGUAGE=$lang"
    for variable in LC_ALL LC_MESSAGES LANG; do
        usage_in "$variable=${lang}_UA.UTF-8" "$usage" "$variable=${lang}_UA.UTF-8"
    done
done <<'END'
uk Використання:
ru Использование:
crh Qullanuv:
en Usage:
END
usage_in "nothing set" 'Usage:' TERM=dumb
usage_in "the locale C" 'Usage:' LC_ALL=C LANG=uk_UA.UTF-8
usage_in "a list" 'Qullanuv:' LANGUAGE=de:crh_UA:uk LANG=ru_RU
usage_in "LANGUAGE before the locale" 'Использование:' LANGUAGE=ru LC_ALL=uk_UA.UTF-8
usage_in "only foreign languages wanted" 'Використання:' LANGUAGE=de:fr LANG=uk_UA.UTF-8
usage_in "LC_ALL before LC_MESSAGES before LANG" 'Qullanuv:' LC_ALL= LC_MESSAGES=crh_UA LANG=ru_RU
usage_in "a language of another name" 'Usage:' LANGUAGE=ukx LANG=u

# ---- the catalogues against the sources, and against each other
xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ \
    --keyword=X:2 --directory="$source" --files-from=- -o source.pot <<END
$(cd "$source" && ls keys/report/*.c keys/report/*.def)
gateway/pages/text.def
keys/base/category.def
keys/base/status.def
keys/cli/command.c
keys/cli/help.c
keys/cli/option.c
keys/cli/text_file.c
keys/base/error.h
END
cat >placeholders.py <<'END'
import ast, re, sys
PLACE = re.compile(r"%(?:\d+\$)?[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j|t)?[a-zA-Z%]")
bad, count = [], 0
for block in re.split(r"\n{2,}", open(sys.argv[1], encoding="utf-8").read()):
    lines = [line for line in block.splitlines() if not line.startswith("#~")]
    text = {"msgid": "", "msgstr": ""}
    for line in lines:
        if not line.startswith("#"):
            kind = line.split(" ")[0] if line[0] == "m" else kind
            text[kind] += ast.literal_eval(line[line.index('"'):])
    if text["msgid"] == "":
        continue
    count += 1
    wanted = PLACE.findall(text["msgid"])
    if wanted != PLACE.findall(text["msgstr"]):
        bad.append("other placeholders: " + text["msgid"])
    if wanted and not any(l.startswith("#,") and " c-format" in l for l in lines):
        bad.append("no c-format: " + text["msgid"])
if bad:
    print("\n".join(bad))
sys.exit(bool(bad) or count < 300)
END
for lang in $languages; do
    po=$source/gateway/po/$lang.po
    check "$lang.po: formats and header" msgfmt --check --check-format -o /dev/null "$po"
    msgfmt --statistics -o /dev/null "$po" 2>statistics
    check "$lang.po: nothing fuzzy or untranslated" grep -Eq '^[0-9]+ translated messages\.$' statistics
    compiled=$(sed -n "/ $lang\[\] = {/,/^};/p" "$build/keys/base/catalogue_texts.c" | grep -c '^    {"' || true)
    check "$lang.po: all of it is compiled in" grep -q "^$compiled translated" statistics
    check "$lang.po: holds all that the sources can print" msgcmp "$po" source.pot
    check "$lang.po: the same placeholders, marked" /usr/bin/python3 placeholders.py "$po"
done

# ---- errors, in a sentence with a file
if [ ! -x "$desk" ]; then
    echo "SKIP the rest: $desk is not built"
    exit "$failed"
fi
echo 'correct horse battery staple' >pass
desk() { LANGUAGE=uk "$desk" --home home --passphrase-file pass "$@" >out 2>err </dev/null; }
desk init --kdf-memory 64 || fail "the desk begins" "$(cat err)"
desk sheet --out sheet.bin || fail "the desk makes a sheet" "$(cat err)"
desk board --out board.bin || fail "the desk makes a board" "$(cat err)"
desk --help
check "the desk stays English" grep -q '^Usage:' out
printf '04926-D25AS-KQH2C-TNEYC-VQQFF\n' >typo
echo x >text

errors() { # language, of a typing error, of a missing file, of an old file, sealed, nothing yet
    local lang=$1
    for words in "seal --text-file text --out r.sealed" "answers --board board.bin"; do
        # shellcheck disable=SC2086
        speaks "$lang" "a typing error" 1 $words --sheet sheet.bin --code-file typo
        translated "$lang" "a typing error" err "skrynka-report: typo: $2"
    done
    speaks "$lang" "no such file" 1 seal --sheet absent --text-file text --out r.sealed
    translated "$lang" "no such file" err "skrynka-report: absent: $3"
    speaks "$lang" "no key sheet" 1 seal --sheet text --text-file text --out r.sealed
    translated "$lang" "no key sheet" err "skrynka-report: text: $4"
    speaks "$lang" "seal" 0 seal --sheet sheet.bin --text-file text --out r.sealed
    translated "$lang" "seal" err "$5"
    rm -f r.sealed
    cp out code
    speaks "$lang" "answers" 0 answers --sheet sheet.bin --board board.bin --code-file code
    translated "$lang" "answers" out "$6"
}
errors uk 'у коді помилка; звірте' 'такого тут немає' 'у файлі не цілий аркуш ключів' 'Запечатано.' 'ще нічого немає'
errors ru 'в коде опечатка; сверьте' 'такого здесь нет' 'в файле не целый лист ключей' 'Запечатано.' 'ещё ничего нет'
errors crh 'kodda hata bar; onı' 'mında böyle şey yoq' 'faylda açqıç varağı tolu degil' 'Mühürlendi.' 'daa iç bir şey yoq'
errors en 'the code has a typing error' 'there is no such thing here' 'the file is not a whole key sheet' 'Sealed.' 'nothing for this code yet'

exit "$failed"
