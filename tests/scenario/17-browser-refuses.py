#!/usr/bin/python3 -B
"""When something on the way is broken or meddled with: the page says so, and neither a word nor
the code nor a name leaves the device. The wire judges: it has every byte that was sent."""
import sys

import checks
from checks import equal, must, note, ok
from person import Chromium
from texts import texts
from town import SUBMIT, Town, need_browsers
from web import CODE
from wire import body_of, reply, with_body
from world import World, read

T = texts("uk")
TEXT = "Таємне слово: Мар'янівка, троє зниклих. "
SECRETS = [TEXT.encode(k) for k in ("utf-8", "utf-16-le")] + ["Мар'янівка".encode()]


class Case:
    def __init__(self, town, kind):
        self.town, self.kind, self.wire = town, kind, town.wire

    def person(self):
        self.wire.take()
        return self.town.person(self.kind)

    def quiet(self, name, slugs=True):
        """Nothing of the report has left."""
        sent = self.wire.sent()
        secrets = SECRETS + [d.slug.encode() for d in self.town.desks if slugs]
        equal("%s: nothing of it was sent" % name, [s for s in secrets if s in sent], [])
        posts = [x for x in self.wire.all if x.method == "POST" and
                 not x.path.startswith("/uploads")]
        equal("%s: no form was posted" % name, posts, [])

    def refused_sheets(self, p, name, words, change):
        """The page with other /sheets: says what is wrong, holds the button, sends nothing."""
        def altered(exchange, answer):
            return with_body(answer, change(body_of(answer))) if exchange.path == "/sheets" \
                else answer
        self.wire.take()
        self.wire.change = altered
        p.get(self.wire.url + "/uk/")
        p.until(lambda: p.one("#mode").text == T.LOCK_FAILED, T.LOCK_FAILED)
        ok("%s: it says why" % name, words in p.text, p.text)
        self.town.write(p, TEXT)
        ok("%s: there is no button to send" % name, not p.one(SUBMIT).shown)
        ok("%s: nor one to send it unlocked" % name, T.PLAIN_BUTTON not in p.text, p.text)
        ok("%s: nothing is said of saving and sending" % name,
           T.SAVE_H not in p.text and T.SUBMIT_HINT not in p.text, p.text)
        p.one("#w").type("\ue007")  # Enter in a field sends forms too
        equal("%s: the page stays" % name, p.one("#mode").text, T.LOCK_FAILED)
        self.quiet(name)
        self.wire.change = None

    def tampered_sheets(self, stranger):
        first, second = (read(d.sheet_path) for d in self.town.desks)
        cases = (("a changed key", lambda b: flip(b, 170)),
                 ("somebody else's keys", lambda b: stranger + second),
                 ("one is left out", lambda b: first),
                 ("an error page", lambda b: b"<h1>no</h1>"))
        with self.person() as p:
            for name, change in cases:
                self.refused_sheets(p, name, T.LOCK_FORGED, change)

    def cut_script(self):
        """A script that is not whole is not run: the page says so (24-browser-late.py goes on)."""
        for path in self.town.scripts():
            with self.person() as p:
                self.wire.change = lambda x, a, cut=path: \
                    with_body(a, body_of(a)[:-100]) if x.path == cut else a
                p.get(self.wire.url + "/uk/")
                p.until(lambda: p.one("#mode").text == T.LOCK_FAILED, "%s is cut: it says so" % path)
                self.quiet("a cut script")
            self.wire.change = None

    def older_browser(self):
        """What only browsers since 2021 have is not needed."""
        if self.kind is Chromium:
            with self.person() as p:
                # Given back when the scripts have run: chromedriver needs it.
                p.cdp("Page.addScriptToEvaluateOnNewDocument", source="""
                    const given = Object.hasOwn;
                    delete Object.hasOwn;
                    addEventListener('load', () => { Object.hasOwn = given; });""")
                self.town.form(p)
                ok("without Object.hasOwn the form is ready", p.one(SUBMIT).shown)

    def broken_browser(self):
        """A browser that lacks something: only Chromium can be told so before a page begins."""
        if self.kind is not Chromium:
            return
        for missing in ("crypto", "FormData", "fetch"):
            with self.person() as p:
                p.cdp("Page.addScriptToEvaluateOnNewDocument",
                      source="delete window.%s;" % missing)
                p.get(self.wire.url + "/uk/")
                self.town.write(p, TEXT)
                button = p.one(SUBMIT)
                if button.shown:
                    button.click()
                p.until(lambda: p.one("#mode").text not in (T.MODE_WAIT, T.MODE_DEVICE) or
                        p.all("[role=alert] .n"), "no %s: the page says so" % missing)
                ok("no %s: the page says that it does not work" % missing,
                   T.LOCK_FAILED in p.text, p.text)
                self.quiet("no %s" % missing)

    def refused_upload(self):
        """The server answers 500: the page says so and keeps trying; what it sends is sealed."""
        with self.person() as p:
            self.town.form(p)
            self.wire.instead = lambda x: reply(500, b"no") \
                if x.path.startswith("/uploads") else None
            self.town.write(p, TEXT)
            p.press(SUBMIT)
            p.until(lambda: T.SEND_WAIT in p.text or T.SEND_BUSY in p.text, "it says that it waits")
            ok("no code is shown for what is not stored", not CODE.search(p.text), p.text)
            self.quiet("500")
            self.wire.instead = None
            p.until(lambda: p.one("h1").text == T.DONE_H1, "it goes on by itself")
            must("and is stored", CODE.search(p.text), p.text)
            self.quiet("in the end")


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def main(kinds):
    with World("refuses") as world:
        town = Town(world)
        stranger = read(world.intake(("Чужа",), name="store-of-a-stranger")[1][0].sheet_path)
        for kind in kinds:
            note(kind.name)
            case = Case(town, kind)
            case.tampered_sheets(stranger)
            case.cut_script()
            case.older_browser()
            case.broken_browser()
            case.refused_upload()
        equal("only what went on by itself was stored", town.store.stats()["envelopes"],
              len(kinds))
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
