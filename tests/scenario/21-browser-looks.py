#!/usr/bin/python3 -B
"""Every page and state in four languages: axe-core finds nothing, 320 pixels and text of twice the
size fit, it can be done with the keyboard alone. --screenshots DIR also saves pictures."""
import argparse
import os
import shutil
import sys

import checks
import person
from checks import equal, must, note, ok
from person import Chromium, Firefox
from texts import LANGUAGES, texts
from town import SUBMIT, Town, axe_script, need_browsers
from web import CODE
from wire import reply, with_body
from world import World

TEXT = "Як це виглядає: дороги закриті, ліків немає. "


class Looks:
    def __init__(self, town, p, check):
        self.town, self.p, self.check, self.url = town, p, check, town.wire.url

    def pages(self, lang):
        """(name, what opens it) for every page and state."""
        T, p, town = texts(lang), self.p, self.town

        def go(path):
            return lambda: p.get(self.url + path)

        def form():
            town.form(p, lang)

        def filled():
            form()
            town.write(p, TEXT, [town.photo])
            p.run("for (const d of document.querySelectorAll('main details')) d.open = true")

        def mistake():
            form()
            p.press(SUBMIT)
            p.wait("[role=alert] .n")

        def receipt():
            form()
            town.write(p, TEXT)
            self.code = town.send(p, lang)

        def no_code():
            form()
            town.write(p, TEXT, receipt=False)
            town.send(p, lang)

        def saved():
            form()
            town.write(p, TEXT)
            p.press("#report details:last-of-type summary")
            p.press("#report details:last-of-type button")
            p.until(lambda: p.one("h1").text == T.SAVED_H1, "saved")

        def sending():
            form()
            town.write(p, TEXT, [town.large])
            town.wire.instead = lambda x: reply(500, b"no") if x.method == "PATCH" else None
            p.press(SUBMIT)
            p.until(lambda: T.SEND_WAIT in p.text or T.SEND_BUSY in p.text, "it waits")
            town.wire.instead = None

        def locked_out():
            town.wire.change = lambda x, a: with_body(a, b"no") if x.path == "/sheets" else a
            p.get("%s/%s/" % (self.url, lang))
            p.until(lambda: p.one("#mode").text == T.LOCK_FAILED, "it says so")
            town.wire.change = None

        def late(script, path, words):
            """The page's script does not come."""
            def open_page():
                town.wire.instead = lambda x: reply(404, b"no") if x.path == script else None
                p.get("%s/%s/%s" % (self.url, lang, path))
                p.until(lambda: words in p.text, "it says so")
                town.wire.instead = None
            return open_page

        def limit(files, words):
            """Something that cannot be sent so was chosen."""
            def open_page():
                form()
                p.choose("file", *files)
                p.wait_text(words)
                p.press(SUBMIT)
                p.wait("[role=alert] .n")
            return open_page

        def many_page():
            """What a browser without a script is told: a page like all refusals."""
            answer = town.web.form("/%s/report" % lang, [("file", "a.jpg", b"x")] * 1001)
            town.wire.instead = lambda x: reply(
                200, answer.body, "text/html; charset=utf-8", Content_Security_Policy=answer.headers[
                    "Content-Security-Policy"]) if x.path == "/many" else None
            p.get(self.url + "/many")
            must("it says so", T.MANY_H in p.text, p.text)

        def ask(code):
            return lambda: town.ask(p, code() if callable(code) else code, lang)

        def courier_done():
            p.get("%s/%s/courier" % (self.url, lang))
            p.choose("sealed", town.sealed_file, town.photo)
            p.press("#courier button")
            p.until(lambda: p.one("h1").text == T.COURIER_RESULT, T.COURIER_RESULT)

        def offline(*buttons):
            def open_page():
                p.get("file://" + town.offline[lang])
                for words in buttons:
                    p.until(lambda: [b for b in p.all("button") if b.text == words],
                            words)[0].click()
            return open_page

        def offline_sealed():
            offline(T.NAV_FORM)()
            p.wait(SUBMIT)
            town.write(p, TEXT)
            p.press(SUBMIT)
            p.until(lambda: p.one("h1").text == T.SAVED_H1, "sealed")
            p.press("main details summary")

        def offline_answer():
            offline(T.NAV_STATUS)()
            p.choose("board", town.board)
            p.fill("code", town.answered)
            p.press("main form button[type=submit]")
            p.until(lambda: p.one("h1").text == T.STATE_ANSWERED, T.STATE_ANSWERED)

        yield "form", form
        yield "filled", filled
        yield "mistake", mistake
        yield "receipt", receipt
        yield "no-code", no_code
        yield "saved", saved
        yield "sending", sending
        yield "locked-out", locked_out
        yield "late", late("/form.js", "", T.LOCK_LATE)
        yield "empty-file", limit([town.nothing], T.HINT_EMPTY.split("%s")[0])
        yield "many-files", limit(town.many, T.MANY_H)
        yield "many-page", many_page
        yield "status-late", late("/status.js", "status", T.LOOK_LATE)
        yield "status-form", go("/%s/status" % lang)
        yield "received", ask(lambda: self.code)
        yield "answered", ask(town.answered)
        yield "unknown", ask("04926-D25AS-KQH2C-TNEYC-VQQFE")
        yield "courier", go("/%s/courier" % lang)
        yield "courier-done", courier_done
        yield "help", go("/%s/help" % lang)
        yield "problem", go("/%s/no-such-page" % lang)
        yield "offline", offline()
        yield "offline-form", offline(T.NAV_FORM)
        yield "offline-read", offline(T.NAV_STATUS)
        yield "offline-sealed", offline_sealed
        yield "offline-answer", offline_answer

    def all(self, langs, only=()):
        for lang in langs:
            note("%s %s" % (self.p.name, lang))
            for name, open_page in self.pages(lang):
                if only and name not in only:
                    continue
                try:
                    open_page()
                    self.check(self.p, name, lang)
                except person.Refused as refused:
                    ok("%s %s opens" % (name, lang), False, refused)
                finally:
                    self.town.wire.instead = self.town.wire.change = None


def prepare(world):
    town = Town(world)
    town.photo, _ = world.random_file("фото.jpg", 60_000)
    town.large, _ = world.random_file("відео.mp4", 400_000)
    town.nothing = world.file("IMG_20261128_0001.jpg", b"")
    os.makedirs(world.path("many"))
    town.many = [world.file("many/%04d.jpg" % i, b"x") for i in range(1000)]
    sheets = [d.sheet_path for d in town.desks]
    town.sealed_file, _ = world.seal(sheets, "З рук у руки.")
    town.offline = {lang: world.file("offline-%s.html" % lang,
                                     town.web.get("/offline/%s.html" % lang).body)
                    for lang in LANGUAGES}
    town.answered = town.web.report(TEXT).code
    town.carry()
    for desk, status in zip(town.desks, ("more", "passed")):
        desk.answer(desk.find(TEXT)["id"], status, "Дякуємо. Скільки людей потребують ліків?")
    town.publish()
    town.board = town.desks[0].board()
    town.web.status_until(town.answered, "answered", answers=2)
    return town


def fits(p, name, width):
    p.width(width)
    ok("%s fits %d pixels" % (name, width), p.content_width() <= width, p.content_width())


def check_axe(script):
    def check(p, name, lang):
        equal("axe: %s %s %s" % (p.name, name, lang), p.axe(script), [])
        fits(p, "%s %s %s" % (p.name, name, lang), 320)
        p.width(1280)
    return check


def check_dark(script):
    def check(p, name, lang):
        equal("axe: %s %s %s, dark" % (p.name, name, lang), p.axe(script), [])
    return check


def check_large(p, name, lang):
    fits(p, "%s %s %s, text twice as large" % (p.name, name, lang), 360)


def large_text(town, kind):
    if kind is Chromium:
        return town.person(kind, preferences=person.LARGE_TEXT)
    p = town.person(kind)
    p.text_size(2)
    return p


def keyboard(town, kind):
    """Writes and sends with keys alone: every stop can be seen, and nothing holds one fast."""
    with town.person(kind) as p:
        town.form(p)
        seen = []
        for _ in range(60):
            p.key("Tab")
            where = p.run("""const a = document.activeElement, s = getComputedStyle(a);
              return [a.id || a.name || a.tagName, a.name,
                      s.outlineStyle !== 'none' || s.boxShadow !== 'none'];""")
            seen.append(where[0])
            ok("%s: %s shows that it has the focus" % (kind.name, where[0]), where[2], where)
            if where[1] == "text":
                p.do("act", actions=[{"type": "key", "id": "keyboard", "actions": [
                    {"type": kind_, "value": c} for c in TEXT for kind_ in ("keyDown", "keyUp")]}])
            if p.run("return document.activeElement.type") == "submit":
                break
        ok("%s: the fields are reached by Tab" % kind.name,
           {"k", "w", "t", "f"} <= set(seen) | {"k"}, seen)
        p.key("Enter")
        p.until(lambda: p.one("h1").text == texts("uk").DONE_H1, "sent with the keyboard")
        must("%s: a code" % kind.name, CODE.search(p.text))


def pictures(town, kinds, folder, only):
    os.makedirs(folder, exist_ok=True)

    def check(p, name, lang):
        for width in (360, 1280):
            p.width(width)
            p.run("scrollTo(0, 0)")
            p.picture(os.path.join(folder, "%s-%s-%s-%d.png" % (name, lang, p.name, width)))
            ok("%s %s fits %d" % (name, lang, width), p.content_width() <= width,
               p.content_width())
        if lang == "uk":
            p.dark()
            p.picture(os.path.join(folder, "%s-%s-%s-dark.png" % (name, lang, p.name)))
            p.dark(False)

    for kind in kinds:
        with town.person(kind) as p:
            Looks(town, p, check).all(LANGUAGES if kind is Chromium else ("uk",), only)


def main(kinds, folder, only):
    with World("looks") as world:
        town = prepare(world)
        if folder:
            pictures(town, kinds, folder, only)
            return
        script = axe_script()
        for kind in kinds:
            with town.person(kind) as p:
                # The words differ by language, the pages do not: one browser reads each.
                langs = ("crh",) if kind is Firefox else tuple(x for x in LANGUAGES if x != "crh")
                Looks(town, p, check_axe(script)).all(langs)
                p.dark()
                Looks(town, p, check_dark(script)).all(("uk",), ("filled", "receipt", "answered",
                                                                 "locked-out", "courier-done"))
            with large_text(town, kind) as p:
                Looks(town, p, check_large).all(("uk",))
            keyboard(town, kind)
        town.close()


def fetcher():
    """What axe-core was fetched with (tests/browser/install-tools); one of the two is enough."""
    return () if shutil.which("corepack") else ("npm",)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshots", metavar="DIR", help="save every page as a picture")
    parser.add_argument("--only", metavar="PAGE", nargs="+", default=(), help="of these pages")
    given = parser.parse_args()
    sys.exit(checks.run(main, need_browsers(*fetcher()), given.screenshots, given.only))
