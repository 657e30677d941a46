#!/bin/bash
# deploy/install-packages asks for what the release has; deploy/npm-locked installs by npm, or where
# only corepack is by that, from where npm is configured to fetch. Stand-ins play apt, dpkg and both.
set -eu
PATH=/usr/local/bin:/usr/bin:/bin
source=$(realpath "${SKRYNKA_SOURCE:-$(dirname "$0")/../..}")
here=$(realpath "$(dirname "$0")")
. "$here/checks.sh"

stand_in() { # folder/name, shell lines on stdin
    mkdir -p "$(dirname "$1")"
    { echo '#!/bin/sh'; cat; } >"$1"
    chmod +x "$1"
}
for tool in sh bash awk sed grep cat id env dirname basename cmp cp rm mkdir chmod tail head; do
    mkdir -p tools
    ln -s "$(command -v "$tool")" "tools/$tool"
done

# ---- packages: what the stand-in of apt is asked to install
stand_in apt/apt-get <<'END'
case "$*" in *install*) shift 4; echo "$@" >>asked ;; esac
END
stand_in apt/apt-cache <<'END'
grep -qx "$2" known
END
stand_in apt/dpkg-query <<'END'
for package; do :; done
grep -qx "$package" have && echo 'install ok installed'
END
stand_in apt/id <<'END'
echo 0
END
mkdir -p tree/deploy
cp "$source/deploy/install-packages" "$source/deploy/packages" tree/deploy/
install() { # build|check, commands that are there
    local upto=$1
    shift
    rm -rf commands asked
    mkdir commands
    for command; do echo | stand_in "commands/$command"; done
    : >asked
    PATH=$work/apt:$work/commands:$work/tools tree/deploy/install-packages "$upto" >out 2>err || fail "install-packages" "$(cat err)"
}
asks() { tr ' ' '\n' <asked | grep -qx -- "$1"; }
asks_not() { ! asks "$1"; }

grep -v '^#' "$source/deploy/packages" | awk 'NF {print $1}' | tr '|' '\n' >all
: >have
grep -vx node-corepack all >known
install build
check "a release without corepack gets npm" asks npm
check "and is not asked for corepack" asks_not node-corepack
check "what builds is asked for" asks liblmdb-dev
check "what only checks is not" asks_not chromium
check "no name with a bar goes to apt" asks_not 'node-corepack|npm'
cp all known
install check
check "a release with corepack gets it" asks node-corepack
check "and no npm" asks_not npm
check "what checks is asked for" asks chromium
install build npm node
check "npm is there: neither is asked for" eval 'asks_not npm && asks_not node-corepack && asks_not nodejs'
install build corepack
check "corepack is there: neither is asked for" eval 'asks_not npm && asks_not node-corepack'
grep -vx node-corepack all >have
install check
check "npm's package is installed: nothing is asked for" [ ! -s asked ]
mkdir -p tree/gateway/client/bundle
: >tree/gateway/client/bundle/form.js
: >have
install build
check "a release's tree needs neither node nor zopfli to be built" eval 'asks_not nodejs && asks_not node-corepack && asks_not zopfli && asks gcc'
install check
check "but to be checked" eval 'asks nodejs && asks zopfli'

# ---- locked packages
mkdir -p locked
echo '{"packageManager": "x"}' >locked/package.json
echo '{}' >locked/package-lock.json
for name in npm corepack; do
    stand_in "by-$name/$name" <<END
echo "$name \$*; registry \${COREPACK_NPM_REGISTRY:-none}; certificates \${NODE_EXTRA_CA_CERTS:-none}" >>'$work/called'
[ ! -e '$work/broken' ] || exit 1
mkdir node_modules
END
done
locked() { # wanted exit code, folder of a stand-in, variables ...
    local want=$1 by=$2 got=0
    shift 2
    : >called
    mkdir -p home target
    env -i PATH="$work/$by:$work/tools" HOME="$work/home" npm_config_globalconfig="$work/npmrc" "$@" "$source/deploy/npm-locked" locked target 2>err || got=$?
    check "$by $*: exit $want" [ "$got" = "$want" ]
}
called() { grep -qF -- "$1" called; }
locked 0 by-npm
check "npm installs what is locked" called 'npm ci --ignore-scripts'
check "what was installed is known" cmp -s locked/package-lock.json target/node_modules/.locked
locked 0 nothing
check "what is there is not installed again" [ ! -s called ]
echo '{ }' >locked/package-lock.json
locked 1 nothing
check "without either it says what to do" grep -q 'install-packages' err
locked 0 by-corepack
check "corepack's npm does the same" called 'corepack npm ci --ignore-scripts'
check "with the package.json that names it" cmp -s locked/package.json target/package.json
check "from its own registry when none is configured" called 'registry none; certificates none'
echo '{  }' >locked/package-lock.json
printf 'registry = https://user.example/npm/\ncafile=/user.pem\n' >home/.npmrc
locked 0 by-corepack
check "from the registry of .npmrc" called 'registry https://user.example/npm; certificates /user.pem'
rm -rf target
locked 0 by-corepack npm_config_registry=https://said.example/ NODE_EXTRA_CA_CERTS=/said.pem
check "the environment goes before .npmrc" called 'registry https://said.example; certificates /said.pem'
rm -rf target
: >broken
locked 1 by-corepack
check "a failure leaves nothing that looks whole" [ ! -e target/node_modules/.locked ]
check "and names the other way" grep -q 'apt-get install npm' err
exit "$failed"
