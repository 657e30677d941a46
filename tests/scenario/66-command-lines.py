#!/usr/bin/python3
"""One command line for all programs: what --help lists is what the man pages describe, option by option, and
the same bad input is refused by all of them in the same words."""
import glob
import os
import re

import checks
from checks import equal, must, note, ok
from world import DESK, GATEWAY, REPORT, SOURCE, STORE, World

PARSE = os.path.join(os.path.dirname(DESK), "skrynka-parse")
PROGRAMS = ((DESK, "keys/desk/skrynka-desk.1", "keys/desk"), (STORE, "storage/store/skrynka-store.8", "storage/store"),
            (REPORT, "keys/report/skrynka-report.1", "keys/report"), (GATEWAY, "gateway/skrynka-gateway.8", "gateway"))
COMMON = {"help", "version"}


# ---- --help and the man pages

def help_of(world, *words):
    return world.run(*words, "--help").out.decode()


def options_in(text):
    """{name: whether it takes a value} of a --help."""
    found = {}
    for line in text.split("\nOptions:\n")[1].splitlines():
        option = re.match(r"  --([a-z-]+)(?: (\S+))?(?:  |$)", line)
        if option:
            found[option[1]] = option[2] is not None
    return found


def commands_in(text):
    part = text.split("\nCommands:\n")
    return re.findall(r"^  ([a-z-]+)", part[1].split("\nOptions:")[0], re.M) if len(part) > 1 else []


def sections(page):
    """{heading: its lines}: of a command its own, of the page those of DESCRIPTION and OPTIONS."""
    found, name = {}, None
    with open(os.path.join(SOURCE, page), encoding="utf-8") as f:
        for line in f:
            heading = re.match(r"\.(?:Ss|It Cm) ([a-z][a-z-]*)\b", line)
            if line.startswith(".Sh "):
                name = line[4:].strip()
            elif heading and name in ("DESCRIPTION", "COMMANDS") or heading and name in found and name.islower():
                name = heading[1]
            found.setdefault(name, []).append(line)
    return found


def mentioned(lines):
    """{name: whether a value ever follows it} of mdoc lines."""
    found = {}
    for line in lines:
        words = line.split() if line.startswith(".") else []
        for i in range(len(words) - 2):
            first = words[i].lstrip(".")
            if first == "Fl" and words[i + 1] == "Fl" and re.fullmatch(r"[a-z-]+", words[i + 2]):
                value = words[i + 3:i + 4] in (["Ar"], ["Cm"])
                found[words[i + 2]] = found.get(words[i + 2], False) or value
    return found


def compare(where, table, page, others):
    own = {name: value for name, value in page.items() if name in table or name not in others}
    for name, value in sorted(table.items()):
        if name not in COMMON:
            ok("%s: the page describes --%s" % (where, name), name in own)
            equal("%s: --%s takes a value, or none" % (where, name), own.get(name), value)
    equal("%s: the page describes no other option" % where, sorted(set(own) - set(table)), [])


def pages(world):
    for program, page, _ in PROGRAMS:
        name, text, parts = os.path.basename(program), help_of(world, program), sections(page)
        table = options_in(text)
        must("%s --help lists options" % name, COMMON <= set(table))
        whole = mentioned([line for lines in parts.values() for line in lines])
        equal("%s: the page speaks of --help and --version" % name, COMMON - set(whole), set())
        compare(name, table, mentioned(parts["DESCRIPTION"] + parts.get("OPTIONS", [])), COMMON)
        commands = commands_in(text)
        equal("%s: every command has its section, and every section its command" % name,
              sorted(commands), sorted(part for part in parts if part is not None and part.islower()))
        for command in commands:
            compare("%s %s" % (name, command), options_in(help_of(world, program, command)),
                    mentioned(parts.get(command, [])), set(table))
    equal("skrynka-gateway: the synopsis names every option", set(mentioned(sections(PROGRAMS[3][1])["SYNOPSIS"])),
          set(options_in(help_of(world, GATEWAY))))
    equal("skrynka-parse takes nothing", set(options_in(help_of(world, PARSE))), COMMON)


def asked_for(world):
    """A name that the code asks for and no table has would never be given."""
    for program, _, folder in PROGRAMS:
        text = help_of(world, program)
        known = set(options_in(text))
        for command in commands_in(text):
            known |= set(options_in(help_of(world, program, command)))
        asked = set()
        for path in glob.glob(os.path.join(SOURCE, folder, "*.c")):
            with open(path, encoding="utf-8") as f:
                asked |= set(re.findall(r'sk_args_\w+\([^;"]*?"([a-z-]+)"', f.read()))
        name = os.path.basename(program)
        must("%s: the code asks for options" % name, len(asked) > 3)
        equal("%s: the code asks for options of the table, and for all of them" % name, asked ^ (known - COMMON), set())


# ---- the same words for the same mistakes

KEY = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef"


def groups(n, between):
    return between.join(KEY[i:i + n] for i in range(0, 64, n))


def lines_of(world):
    """What reads a value of each kind; with a good one each is refused later: nothing is there."""
    none = world.path("none", "none")
    desk, store = (DESK, "--home", none), (STORE, "--store", none)
    gateway = (GATEWAY, "--store", none, "--listen", "127.0.0.1:0")
    seal = (REPORT, "seal", "--sheet", none, "--text-file", none, "--out", none)
    answers = (REPORT, "answers", "--sheet", none, "--code-file", none, "--board", none)
    return {
        "number": ((*desk, "sheet", "--out", none, "--weeks"), (*desk, "sheet", "--out", none, "--again"),
                   (*desk, "board", "--out", none, "--again"), (*desk, "list", "--category"),
                   (*store, "purge", "--rows-older-than"), (*store, "export", "--out", none, "--serial"),
                   (*gateway, "--threads"), (*gateway, "--connections"), (*seal, "--category")),
        "size": ((*store, "init", "--size"), (*store, "export", "--out", none, "--limit"), (*gateway, "--max-upload")),
        "day": ((*desk, "list", "--since"), (*desk, "destroy", "--week"), (*desk, "destroy", "--today")),
        "month": ((*desk, "destroy", "--month"),),
        "key": ((*desk, "gateway"), (*desk, "peer", none, "--name", "A", "--fingerprint"),
                (*store, "import-sheet", none, "--fingerprint"), (*seal, "--fingerprint"),
                (*answers, "--fingerprint"))}


GOOD = {
    "number": ("9", "09", "15"), "size": ("8M", "8388608", "4096K", "1G", "008M"),
    "day": ("2026-11-23", "2024-02-29", "1970-01-05"), "month": ("2026-11", "1970-01"),
    "key": (KEY, KEY.upper(), groups(4, " "), groups(2, ":"), groups(5, "-"), groups(8, "\t"), " " + KEY + " ")}
BAD = {
    "number": ("", " 9", "9 ", "+9", "-9", "0x9", "9x", "9.0", "9,0", "1e1", "\u0669", "9K", "9\n", "nine",
               str(2 ** 64 + 9), str(10 ** 30)),
    "size": ("", "0", "0M", "8m", "8k", "8MB", "8MiB", "8 M", " 8M", "8M ", "+8M", "-8M", "0x8M", "8.5M", "M", "8P", "8KK",
             "16777216T", str(2 ** 64 + (8 << 20)), str(2 ** 63), "\u0668M"),
    "day": ("", "2026-11-31", "2026-02-29", "2100-02-29", "2026-1-1", "26-11-23", "2026/11/23", " 2026-11-23",
            "2026-11-23 ", "2026-11-23T00:00", "1969-12-31", "+026-11-23", "2026-+1-23", "2026-11", "20261123",
            "10000-01-01", "\uff12\uff10\uff12\uff16-11-23", "today"),
    "month": ("", "2026", "2026-13", "2026-00", "2026-1", "2026-11-01", " 2026-11", "2026-11 ", "1969-12", "2026/11",
              "+026-11", "november"),
    "key": ("", KEY[1:], KEY + "0", "0x" + KEY[2:], KEY[:-1] + "g", groups(4, "_"), groups(4, "."), KEY + KEY)}
SAYS = {"number": r"--[a-z-]+ takes a number from \d+ to \d+", "size": r"--[a-z-]+ takes a size with K, M, G or T, from \w+ to \w+",
        "day": "--[a-z-]+ takes a day: YYYY-MM-DD", "month": "--[a-z-]+ takes a month: YYYY-MM",
        "key": "(--fingerprint takes|gateway takes a key of) 64 hexadecimal digits"}


def said(result, pattern):
    """One line of the program's that matches, and nothing else."""
    name = os.path.basename(result.argv[0])
    text = result.err.decode()
    return result.exit == 2 and result.out == b"" and \
        re.fullmatch(r"%s: %s \(see %s --help\)\n" % (name, pattern, name), text) is not None


def values(world):
    environment = dict(os.environ, LANGUAGE="en")
    for kind, lines in lines_of(world).items():
        for line in lines:
            what = "%s %s" % (os.path.basename(line[0]), " ".join(word for word in line[1:] if word[:1] != "/"))
            for value in GOOD[kind]:
                result = world.run(*line, value, want=None, env=environment)
                ok("%s %r is taken" % (what, value), result.exit == 1, result)
            for value in BAD[kind]:
                result = world.run(*line, value, want=None, env=environment)
                ok("%s %r is refused in the same words" % (what, value), said(result, SAYS[kind]), result)
        note(kind)


def shapes(world):
    """Unknown options, missing values and words too many, of every program and command."""
    environment = dict(os.environ, LANGUAGE="en")

    def refused(name, pattern, *words):
        result = world.run(*words, want=None, env=environment)
        ok(name, said(result, pattern), result)

    for program in (DESK, STORE, REPORT, GATEWAY, PARSE):
        name, text = os.path.basename(program), help_of(world, program)
        needs = {DESK: ("--home", "h"), STORE: ("--store", "s")}.get(program, ())
        refused(name + ": an unknown option", "there is no option --frob", program, "--frob=secret")
        refused(name + ": a short one", "there is no option -x", program, "-x")
        for command in commands_in(text):
            line = (program, *needs, command)
            refused("%s %s: an unknown option" % (name, command), "there is no option --frob", *line, "--frob=secret")
            for option, value in options_in(help_of(world, program, command)).items():
                if value:
                    refused("%s %s --%s without a value" % (name, command, option), "--%s needs a value" % option,
                            *line, "--" + option)
                elif option not in COMMON:
                    refused("%s %s --%s with a value" % (name, command, option), "--%s takes no value" % option,
                            *line, "--%s=secret" % option)
            equal("%s %s --version" % (name, command), world.run(program, command, "--version").out,
                  world.run(program, "--version").out)
        if commands_in(text):
            refused(name + ": no command", "no command was given", program, *needs)
            refused(name + ": an unknown command", "there is no such command", program, *needs, "secret")
    for program, needs, command in ((DESK, ("--home", "h"), "list"), (STORE, ("--store", "s"), "stats"),
                                    (REPORT, (), "answers")):
        refused("%s: a word too many" % os.path.basename(program), command + " takes options only",
                program, *needs, command, "secret")
    refused("skrynka-gateway: a word", "skrynka-gateway takes options only", GATEWAY, "--store", "s", "secret")
    refused("skrynka-parse: a word", "skrynka-parse takes options only", PARSE, "secret")


def main():
    with World("lines", need=(DESK, STORE, REPORT, GATEWAY, PARSE)) as world:
        pages(world)
        asked_for(world)
        shapes(world)
        note("shapes")
        values(world)


if __name__ == "__main__":
    raise SystemExit(checks.run(main))
