#!/bin/bash
# Replays the seeds of every fuzz target, and damaged copies of them.
set -u
build=${SKRYNKA_BUILD:-.}
source=${SKRYNKA_SOURCE:-.}
bad=0
ran=0
for target in "$build"/tests/fuzz/fuzz_*; do
    case $target in *.o | *.log | *.trs | *.c) continue ;; esac
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=$(basename "$target")
    if out=$("$target" "$source/tests/fuzz/seeds/${name#fuzz_}" 2>&1); then
        echo "PASS $name: $out"
    else
        echo "FAIL $name: $out"
        bad=1
    fi
    ran=$((ran + 1))
done
[ "$ran" -ge 27 ] || { echo "FAIL only $ran targets ran"; bad=1; }
exit "$bad"
