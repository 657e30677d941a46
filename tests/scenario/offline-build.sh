#!/bin/bash
# The page that works without a network is the same bytes whoever builds it: built twice from copies
# of the source in other folders, under another locale, time zone and home, and compared with each
# other and with this build's. What a resident compares with a published sum rests on this.
set -eu
PATH=/usr/local/bin:/usr/bin:/bin
build=$(realpath "${SKRYNKA_BUILD:-.}")
source=$(realpath "${SKRYNKA_SOURCE:-.}")
here=$(realpath "$(dirname "$0")")
. "$here/checks.sh"

# The sources without what a build in them left behind, and the modules that npm fetched.
copy_source() { # folder
    mkdir -p "$1"
    tar -C "$source" -cf - --exclude='*.o' --exclude='*.a' --exclude='*.inc' --exclude='*.pieces' --exclude=catalogue_texts.c \
        --exclude=.git --exclude=config.status --exclude=node_modules --exclude=gateway/offline \
        configure configure.ac Makefile.in Makefile.am aclocal.m4 deploy gateway keys storage tests |
        tar -C "$1" -xf -
    if [ -d "$build/gateway/client/node_modules" ]; then
        cp -a "$build/gateway/client/node_modules" "$1/gateway/client/"
        # The script is bundled anew, where it can be.
        rm -rf "$1/gateway/client/bundle"
    fi
}

# How this build was configured, but for where its sources are: those of a copy are in the copy.
words=$("$build/config.status" --config | sed "s/'\\{0,1\\}--srcdir=[^ ']*'\\{0,1\\}//g")

build_pages() { # folder, variables ...
    local folder=$1
    shift
    copy_source "$folder"
    # shellcheck disable=SC2016
    (cd "$folder" && env "$@" sh -ec '
        eval "./configure -q $1"
        make -s gateway/offline/SHA256SUMS' sh "$words") >"$work/log" 2>&1 || {
        cat "$work/log"
        fail "a build in $folder"
        exit 1
    }
}

build_pages one LC_ALL=C TZ=UTC0 HOME="$work" LANGUAGE=
build_pages another/much/deeper LC_ALL=C.UTF-8 TZ=Asia/Kolkata HOME=/ LANGUAGE=uk
for name in $(printf '%s.html ' $languages) SHA256SUMS; do
    check "$name: the same in both" cmp "one/gateway/offline/$name" "another/much/deeper/gateway/offline/$name"
    check "$name: and in this build" cmp "one/gateway/offline/$name" "$build/gateway/offline/$name"
done
check "the sums are right" eval '(cd one/gateway/offline && sha256sum -c --quiet --strict SHA256SUMS)'
check "a page is not empty" [ "$(wc -c <one/gateway/offline/uk.html)" -gt 10000 ]
exit "$failed"
