#!/usr/bin/python3 -B
"""Browsers as Tor Browser's stricter levels make them: no compiler for scripts, no WebAssembly, no
SVG, languages and times that are not the reader's own. In all four languages."""
import sys

import checks
from checks import equal, must, note, ok
from person import Firefox
from texts import LANGUAGES, texts
from town import Town, need_browsers
from world import World

SAFER = {"privacy.resistFingerprinting": True, "svg.disabled": True,
         "dom.event.clipboardevents.enabled": False, "gfx.font_rendering.graphite.enabled": False,
         "mathml.disabled": True, "media.webaudio.enabled": False, "webgl.disabled": True,
         "privacy.spoof_english": 2}
TEXT = "%s, %s, суворий рівень: міни на полі за селом. "


def strict(town, kind):
    if kind is Firefox:
        return town.person(kind, jit=False, preferences=SAFER)
    return town.person(kind, jit=False)


def check_levels(p, kind):
    equal("no WebAssembly", p.run("return typeof WebAssembly"), "undefined")
    if kind is Firefox:
        equal("the time zone is not the reader's", p.run(
            "return new Date().getTimezoneOffset()"), 0)
        ok("SVG is off", not p.run(
            "return 'width' in document.createElementNS('http://www.w3.org/2000/svg', 'svg')"))


def write(town, kind, path):
    """One report in each language; gives {language: (text, code)}. Chromium, which has no such
    levels, only without its compiler."""
    sent = {}
    with strict(town, kind) as p:
        for lang in LANGUAGES if kind is Firefox else ("uk",):
            note(lang)
            text = TEXT % (lang, kind.name)
            town.form(p, lang)
            if not sent:
                check_levels(p, kind)
            equal("%s: the page's language" % lang, p.one("html").attribute("lang"), lang)
            town.write(p, text, [path], category=7)
            code = town.send(p, lang)
            must("%s: a code is shown" % lang, code, p.text)
            town.scan(p, code, lang)
            town.gateway.publish()
            page = town.ask(p, code, lang)
            ok("%s: received" % lang, texts(lang).STATE_RECEIVED in page, page)
            sent[lang] = text, code
    return sent


def main(kinds):
    with World("strict") as world:
        town = Town(world, names=("Перша",))
        path, digest = world.random_file("фото.jpg", 200_000)
        sent = {}
        for kind in kinds:
            note(kind.name)
            sent[kind] = write(town, kind, path)
        town.carry()
        desk = town.desks[0]
        for kind in kinds:
            for text, _ in sent[kind].values():
                item = town.check_opened(desk, text, [digest], category=7)
                desk.answer(item["id"], "read", "Прочитано: " + text)
        town.publish()
        for kind in kinds:
            with strict(town, kind) as p:
                for lang, (text, code) in sent[kind].items():
                    page = town.ask(p, code, lang)
                    ok("%s: the answer" % lang, "Прочитано: " + text.strip() in page, page)
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers("zbarimg")))
