#!/usr/bin/python3
"""No circles: what a file calls does not call it back, over however many others. But for the files of
one engine behind storage/kv.h, and the desk's import.
usage: circles.py [BUILD-TREE] [SOURCE-TREE]"""
import collections
import os
import pathlib
import re
import subprocess
import sys

ONE_MODULE = (re.compile(r"storage/kv(_lmdb\w*)?"), re.compile(r"keys/desk/import_\w+"))


def symbols(build, source):
    """(file, name, whether it is defined there) of every object whose source is still there."""
    objects = [o for top in ("keys", "storage", "gateway") for o in sorted((build / top).rglob("*.o"))]
    said = subprocess.run(["nm", "-A", "--extern-only", *objects], check=True, text=True,
                          stdout=subprocess.PIPE, cwd=build).stdout
    for line in said.splitlines():
        path, _, rest = line.partition(".o:")
        kind, name = rest.split()[-2:]
        path = pathlib.Path(path).relative_to(build)
        file = path.with_name(path.name.split("-")[-1])  # without automake's prefix
        if (source / file).with_suffix(".c").exists() and not name.startswith("__") and name != "main":
            yield str(file), name, kind not in "Uw"


def arrows(found):
    home = {name: file for file, name, defined in found if defined}
    calls = collections.defaultdict(set)
    for file, name, defined in found:
        if not defined and home.get(name, file) != file:
            calls[file].add(home[name])
    return calls


def circles(calls):
    """The strongly connected parts with more than one file (Tarjan 1972)."""
    index, low, stack, parts = {}, {}, [], []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in sorted(calls.get(v, ())):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = stack[stack.index(v):]
            del stack[stack.index(v):]
            if len(part) > 1:
                parts.append(sorted(part))
    for v in sorted(calls):
        if v not in index:
            visit(v)
    return [p for p in parts if not any(all(m.fullmatch(f) for f in p) for m in ONE_MODULE)]


def main():
    given = sys.argv[1:] + [""] * 2
    build = pathlib.Path(given[0] or os.environ.get("SKRYNKA_BUILD", ".")).resolve()
    source = pathlib.Path(given[1] or os.environ.get("SKRYNKA_SOURCE", ".")).resolve()
    planted = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"a"}}
    if circles(planted) != [["a", "b", "c"]]:
        sys.exit("FAIL a planted circle is not seen")
    print("PASS a circle would be seen")
    found = list(symbols(build, source))
    calls = arrows(found)
    bad = circles(calls)
    for part in bad:
        print("FAIL these files call each other: " + " ".join(part))
    if len(calls) < 100:
        sys.exit("FAIL only %d files call another: is this a built tree?" % len(calls))
    if bad:
        sys.exit(1)
    print("PASS %d files, no circle" % len(calls))


main()
