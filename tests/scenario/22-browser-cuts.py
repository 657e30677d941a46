#!/usr/bin/python3 -B
"""A line that breaks again and again while a browser seals and sends: what arrives is whole."""
import sys

import checks
from checks import must, note, ok
from proxy import Proxy, Rule
from texts import texts
from town import SUBMIT, Town, need_browsers
from web import CODE
from world import World

TEXT = "Велике відео (%s) лінією, що рветься. "
SIZE, CUTS = 12_000_000, 5
T = texts("uk")


def send(town, kind, path, cuts, apart, watch=lambda p: None):
    """Sends a file over a line that is cut so often, each time after `apart` more bytes."""
    rules = [Rule(cut=apart + 1000 * i, on=b"PATCH ") for i in range(1, cuts + 1)]
    with Proxy(town.gateway.socket) as proxy, town.person(kind) as p:
        p.get("http://127.0.0.1:%d/uk/" % proxy.port)
        p.until(lambda: p.one("#mode").text == T.MODE_DEVICE, "the form is ready")
        town.write(p, TEXT % kind.name, [path])
        proxy.add(*rules)
        watch(p)
        p.press(SUBMIT)
        p.until(lambda: p.one("h1").text == T.DONE_H1, "stored", 1800)
        ok("%s: the line was cut %d times" % (kind.name, cuts), len(proxy.done) == cuts,
           len(proxy.done))
        must("%s: a code is shown" % kind.name, CODE.search(p.text), p.text)


def main(kinds):
    with World("cuts") as world:
        town = Town(world, names=("Перша",))
        path, digest = world.random_file("відео.mp4", SIZE)
        for kind in kinds:
            note(kind.name)
            send(town, kind, path, CUTS, 100_000)
        town.carry()
        for kind in kinds:
            town.check_opened(town.desks[0], TEXT % kind.name, [digest])
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
