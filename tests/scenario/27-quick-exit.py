#!/usr/bin/python3 -B
"""Three presses of Shift alone leave a page at once, and small lights count them. Shift as people
use it all day does not: for capitals, with Alt or Ctrl for the layout of the keyboard, with the
mouse."""
import sys

import checks
from checks import equal, must, note, ok
from texts import LANGUAGES, texts
from town import SUBMIT, Town, need_browsers
from world import World

TEXT = "Текст, який не можна втратити."

# What residents do. Each is done where the text is, and once more than the exit needs.
HARMLESS = {
    "the layout, Alt held": ("+Alt", *["Shift"] * 4, "-Alt"),
    "the layout, Alt each time": ("+Alt", "Shift", "-Alt") * 4,
    "the layout, Shift first": ("+Shift", "+Alt", "-Shift", "-Alt") * 4,
    "the layout, Shift first and last": ("+Shift", "Alt", "-Shift") * 4,
    "Ctrl and Shift": ("+Control", "Shift", "-Control") * 4,
    "Shift, then Ctrl": ("+Shift", "+Control", "-Shift", "-Control") * 4,
    "Meta held": ("+Meta", *["Shift"] * 4, "-Meta"),
    "capitals": ("+Shift", "A", "-Shift") * 4,
    "letters in between": ("Shift", "Shift", "a") * 4,
    "a letter that comes up late": ("+a", "+Shift", "-a", "-Shift") * 4,
    "capitals, then two": ("+Shift", "A", "-Shift", "Shift", "Shift", "b"),
    "held long": ("+Shift", "+Shift", "+Shift", "+Shift", "-Shift", "b"),
}

# Everything that the lights ever said: looked at while it changes, not after a while.
WATCH = """window.said = [];
  const node = document.querySelector('header [role=status]');
  new MutationObserver(() => said.push(node.textContent)).observe(node,
    {childList: true, characterData: true, subtree: true});"""


def is_left(p):
    return not p.all("main")


def gone(p, name):
    p.until(lambda: is_left(p), name + ": it is gone")


def harmless(p, name):
    for what, events in HARMLESS.items():
        p.one("#t").click()
        p.keys(*events)
        must("%s: stays: %s" % (name, what), not is_left(p))
    for _ in range(4):
        p.keys("+Shift")
        p.one("#t").click()
        p.keys("-Shift")
    must("%s: stays: the mouse in between" % name, not is_left(p))
    ok("%s: the text is there" % name, TEXT in p.run("return document.querySelector('#t').value"))


def lights(p, name, lang):
    """Counted, said, and out again by itself; a key in between puts them out at once."""
    p.run(WATCH)
    left = texts(lang).EXIT_LEFT
    p.keys("Shift", "Shift", "x")
    expected = ["●○○ " + left.replace("%s", "2"), "●●○ " + left.replace("%s", "1"), ""]
    equal("%s: two are counted, and forgotten" % name, p.run("return said"), expected)
    p.keys("Shift")
    p.until(lambda: p.run("return said")[3:] == [expected[0], ""], "they go out by themselves")
    ok("%s: it is still there" % name, not is_left(p))


def form(town, kind, lang):
    name = "%s, %s" % (kind.name, lang)
    with town.person(kind) as p:
        town.form(p, lang)
        town.write(p, TEXT)
        harmless(p, name)
        lights(p, name, lang)
        p.keys("Shift", "Shift", "Shift")
        gone(p, name)
        p.keys("Shift", "Shift", "Shift", "Shift")
        ok("%s: pressing on does no harm" % name, not p.all(SUBMIT))


def others(town, kind):
    with town.person(kind) as p:
        for path in ("status", "courier"):
            name = "%s, %s" % (kind.name, path)
            p.get("%s/uk/%s" % (town.wire.url, path))
            p.until(lambda: p.all("header [role=status]"), "the script is there")
            p.keys("+Alt", "Shift", "Shift", "Shift", "-Alt")
            must("%s: stays" % name, not is_left(p))
            p.keys("Shift", "Shift", "Shift")
            gone(p, name)


def main(kinds):
    with World("exit") as world:
        town = Town(world)
        for kind in kinds:
            note(kind.name)
            for lang in LANGUAGES:
                form(town, kind, lang)
            others(town, kind)
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
