#!/usr/bin/python3 -B
"""The code on the page is never broken inside a group, whatever its groups begin with: on a phone
the groups stand one under another, on a desktop in one line. Drawn by the server and by the script,
with ordinary and with enlarged text. Copied, it is one line."""
import os
import sys

import checks
import person
import skrynka as sk
from checks import equal, note, ok
from person import Chromium
from town import Town, need_browsers
from world import World

WIDTHS = ((320, 5), (360, 5), (1280, 1))  # and how many lines the groups take


def code_with(digits):
    """A code whose second to fifth groups begin with digits, or all with letters: browsers break a
    line behind a hyphen before the one, and not before the other."""
    while True:
        code = sk.code_of(os.urandom(15))
        if all(group[0].isdigit() == digits for group in code.split("-")[1:]):
            return code


def look(p, name, code):
    groups, box = p.all(".k b"), p.one(".k")
    equal("%s: an element for each group" % name, [g.text.strip("-") for g in groups],
          code.split("-"))
    for width, lines in WIDTHS:
        p.width(width)
        rects = [g.rect for g in groups]
        tops = {round(r["y"]) for r in rects}
        height = box.rect["height"]
        equal("%s, %d pixels: so many lines" % (name, width), len(tops), lines)
        ok("%s, %d pixels: none is broken" % (name, width),
           all(abs(r["height"] - height / lines) < 2 for r in rects), (height, rects))
        ok("%s, %d pixels: all is inside" % (name, width),
           all(0 <= r["x"] and r["x"] + r["width"] <= width for r in rects), rects)
    ok("%s: copied, it is one line" % name, code in p.text.split("\n"), p.text)


def follow(town, p, name, code, script):
    """The page after a report under a code that is known: the same box as that of a new one."""
    town.form(p, script=script)
    town.write(p, "Доповнення.", code=code)
    equal("%s: it is shown" % name, town.send(p, follow_up=True), code)
    look(p, name, code)


def main(kinds):
    with World("codes") as world:
        town = Town(world)
        for kind in kinds:
            for script in (False, True):
                for large in (False, True):
                    name = "%s, %s script%s" % (kind.name, "with" if script else "without",
                                                ", large text" if large else "")
                    note(name)
                    chosen = person.LARGE_TEXT if large and kind is Chromium else {}
                    with town.person(kind, javascript=script, preferences=chosen) as p:
                        if large and kind is not Chromium:
                            p.text_size(2)
                        for digits in (True, False):
                            follow(town, p, "%s, %s" % (name, "digits" if digits else "letters"),
                                   code_with(digits), script)
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
