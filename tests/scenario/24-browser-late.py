#!/usr/bin/python3 -B
"""JavaScript is on, but the page's script is late, cut, missing or altered: the page itself holds
the form from its first byte, says so calmly, and nothing leaves in plain unless somebody chooses
the ordinary way by its own button. Both forms; the wire judges."""
import os
import sys
import threading

import checks
import skrynka as sk
from checks import equal, must, note, ok
from texts import texts
from town import Town, need_browsers
from web import CODE
from wire import body_of, reply, with_body
from world import World

TEXT = "Таємне слово: Зарічне, двоє зниклих. "
BOX = "[role=alert] .n"


def closing(answer):
    """The same answer, after which the connection ends."""
    return answer.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


def gone(_):
    raise OSError("the line is cut before the first byte")


# What becomes of the script: instead of asking the gateway, or to its answer; and a language each.
WAYS = {
    "cut": ("uk", None, lambda a: closing(a)[:-len(body_of(a)) // 2]),
    "shortened": ("ru", None, lambda a: with_body(a, body_of(a)[:-100])),
    "missing": ("crh", lambda x: reply(404, b"no"), None),
    "altered": ("en", None, None),
    "gone": ("uk", gone, None),
}


class Page:
    """One of the two forms: where it is, what a person fills in, and what must not leave."""

    def __init__(self, town, name):
        self.town, self.wire, self.name = town, town.wire, name
        self.script = "/form.js" if name == "report" else "/status.js"
        self.plain = town.web.get(self.script).body
        must("the script is there", len(self.plain) > 10_000, len(self.plain))
        self.code = sk.code_of(os.urandom(15))
        self.button = "#%s button[type=submit]" % name

    def open(self, p, lang):
        p.get("about:blank")  # get() does not wait: what is found below is of the new page
        p.until(lambda: not p.all(self.button), "the page before is gone")
        self.wire.take()
        p.get("%s/%s/%s" % (self.wire.url, lang, "status" if self.name == "status" else ""))
        p.until(lambda: p.all(self.button), "the form")

    def fill(self, p):
        if self.name == "report":
            p.fill("text", TEXT)
        else:
            p.fill("code", self.code)

    def words(self, lang):
        T = texts(lang)
        return (T.LOCK_LATE, T.PLAIN_BUTTON) if self.name == "report" else \
            (T.LOOK_LATE, T.LOOK_SERVER)

    def press_all(self, p):
        """Whatever sends forms: a key in a field, and the submission that scripts ask for."""
        p.one("#w" if self.name == "report" else "#k").type("\ue007")
        p.run("const f = document.getElementById(arguments[0]);"
              "f.requestSubmit ? f.requestSubmit() : f.querySelector('[type=submit]').click()",
              self.name)

    def quiet(self, name):
        sent = self.wire.sent()
        secrets = [TEXT.encode(), "Зарічне".encode(), self.code.encode(),
                   self.code.replace("-", "").encode()]
        equal("%s: nothing of it has left" % name, [s for s in secrets if s in sent], [])
        equal("%s: no form was posted" % name,
              [x for x in self.wire.all if x.method == "POST" and
               not x.path.startswith("/uploads")], [])

    def said(self, p, lang, name):
        words, _ = self.words(lang)
        p.until(lambda: any(words in b.text for b in p.all(BOX)), "%s: it says so" % name)
        ok("%s: the button is not there" % name, not p.one(self.button).shown)
        ok("%s: it can be loaded again" % name,
           texts(lang).RELOAD in [b.text for b in p.all("main button")], p.text)
        if self.name == "report":
            equal("%s: it does not claim to lock" % name, p.one("#mode").text,
                  texts(lang).LOCK_FAILED)
        else:
            ok("%s: nor that the server looks" % name, texts(lang).STATUS_SEEN not in p.text)


class Late:
    def __init__(self, town, person, name):
        self.town, self.person, self.page = town, person, Page(town, name)

    def spoil(self, instead, change):
        page = self.page
        page.wire.instead = instead and (lambda x: instead(x) if x.path == page.script else None)
        page.wire.change = change and (lambda x, a: change(a) if x.path == page.script else a)

    def spoiled(self, way):
        page, name = self.page, "%s, %s" % (way, self.page.name)
        lang, instead, change = WAYS[way]
        if way == "altered":
            other = page.plain.replace(b"preventDefault", b"stopDefaults__", 1)
            must("there is something to alter", other != page.plain)
            instead = lambda x: reply(200, other, "text/javascript")
        self.spoil(instead, change)
        p = self.person
        page.open(p, lang)
        page.fill(p)
        page.said(p, lang, name)
        page.press_all(p)
        page.said(p, lang, name)
        page.quiet(name)
        if way == "missing":
            self.chosen(p, lang, name)
        self.spoil(None, None)

    def chosen(self, p, lang, name):
        """The ordinary way is there, apart, and sends in plain: the wire sees that it can see."""
        page, T = self.page, texts(lang)
        _, label = page.words(lang)
        ok("%s: it is said what that means" % name,
           (T.PLAIN_TEXT if page.name == "report" else T.LOOK_SERVER_TEXT) in p.text, p.text)
        next(b for b in p.all("main button") if b.text == label).click()
        if page.name == "report":
            p.until(lambda: [h.text for h in p.all("h1")] == [T.DONE_H1], T.DONE_H1)
            ok("%s: stored, when chosen" % name, CODE.search(p.text), p.text)
            ok("%s: in plain" % name, TEXT.encode() in page.wire.sent())
        else:
            p.until(lambda: [h.text for h in p.all("h1")] == [T.STATE_UNKNOWN], T.STATE_UNKNOWN)
            ok("%s: in plain" % name, page.code.encode() in page.wire.sent())

    def stalled(self):
        """Nothing comes, for long; then it does."""
        page, name, lang, go = self.page, "stalled, " + self.page.name, "en", threading.Event()
        T = texts(lang)

        def wait(_):
            go.wait()

        self.spoil(wait, None)
        p = self.person
        try:
            page.open(p, lang)
            page.fill(p)
            if page.name == "report":
                p.until(lambda: p.one("#mode").text == T.MODE_WAIT, "it says that it waits")
                equal("%s: the button is held" % name,
                      p.one(page.button).attribute("disabled"), "true")
            page.quiet(name)
            page.said(p, lang, name)  # after a while, by itself
            page.press_all(p)
            page.quiet(name)
        finally:
            go.set()
        self.goes_on(p, name)
        self.spoil(None, None)

    def goes_on(self, p, name):
        """It came after all: what was typed is still there and goes the way it should."""
        page, T = self.page, texts("en")
        p.until(lambda: p.one(page.button).shown and not p.all(BOX), "it goes on by itself")
        if page.name == "report":
            p.until(lambda: p.one("#mode").text == T.MODE_DEVICE, T.MODE_DEVICE)
            must("%s: stored in the end" % name, self.town.send(p, "en"))
        else:
            p.press(page.button)
            p.until(lambda: [h.text for h in p.all("h1")] == [T.STATE_UNKNOWN], T.STATE_UNKNOWN)
        page.quiet(name)

    def pressed_early(self):
        """Who sends before the script is there is told at once."""
        page, name, lang, go = self.page, "pressed early, " + self.page.name, "crh", \
            threading.Event()
        self.spoil(lambda _: None if go.wait() else None, None)
        p = self.person
        try:
            page.open(p, lang)
            page.fill(p)
            page.press_all(p)
            page.said(p, lang, name)
            page.quiet(name)
        finally:
            go.set()
        self.spoil(None, None)

    def page_cut(self):
        """The page itself ends right behind its button, and the script does not come."""
        page, name, lang = self.page, "page cut, " + self.page.name, "ru"
        path = "/%s/%s" % (lang, "" if page.name == "report" else "status")

        plain = self.town.web.get(path).body
        end = plain.index(b"</button>", plain.index(b"id=" + page.name.encode())) + 9
        page.wire.instead = lambda x: gone(x) if x.path == page.script else \
            reply(200, plain[:end], "text/html; charset=utf-8",
                  Content_Security_Policy=self.town.web.get(path).headers[
                      "Content-Security-Policy"]) if x.path == path else None
        p = self.person
        page.open(p, lang)
        page.fill(p)
        page.press_all(p)
        page.said(p, lang, name)
        page.quiet(name)
        self.spoil(None, None)


def main(kinds):
    with World("late") as world:
        town = Town(world)
        for kind in kinds:
            note(kind.name)
            for name in ("report", "status"):
                with town.person(kind, hurried=True) as p:
                    late = Late(town, p, name)
                    for way in WAYS:
                        late.spoiled(way)
                    late.pressed_early()
                    late.page_cut()
                    late.stalled()
        equal("stored is what was chosen, and what went on by itself",
              town.store.stats()["envelopes"], 2 * len(kinds))
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
