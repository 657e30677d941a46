#!/usr/bin/python3 -B
"""A resident with an ordinary browser and no JavaScript: writes in Ukrainian, attaches a video of
100 MB, keeps the code, comes back for the answer. --screenshots DIR also saves every page in
every language on a phone and on a desktop."""
import argparse
import os
import sys

import browser
import checks
import skrynka as sk
from browser import Browser, scan
from checks import equal, must, note, ok
from texts import LANGUAGES
from web import CODE
from world import World, need_tools

TEXT = ("У нашому селі «Ґанок» з 12 жовтня не пускають лікарів. Їжу привозять раз на тиждень; "
        "є поранені, серед них двоє дітей. ")
ANSWER = "Дякуємо, ми передали це лікарям. Напишіть, будь ласка, скільки людей потребують ліків."


class Resident:
    def __init__(self, world):
        self.w = world
        self.store, self.desks = world.intake(size="400M")
        self.gateway = world.gateway(self.store)
        self.url = "http://127.0.0.1:%d" % self.gateway.web.port

    def without_javascript(self, b):
        page = self.w.file("probe.html", b"<title>off</title><script>document.title='on'</script>")
        b.get("file://" + page)
        equal("JavaScript is off in this browser", b.driver.title, "off")

    def write(self, b):
        b.width(360)
        video, self.digest = self.w.random_file("відео з телефону.mp4", 100_000_000)
        b.get(self.url + "/uk/")
        equal("the page's language", b.one("html").get_dom_attribute("lang"), "uk")
        ok("it fits a narrow phone", b.content_width() <= 360, b.content_width())
        b.one("select[name=category] option[value='4']").click()
        b.fill("where", "Село Ґанок, Запорізька область")
        b.fill("when", "12 жовтня")
        b.fill("text", TEXT)
        b.fill("file", video)
        text = b.submit("text")
        found = CODE.search(text)
        must("the page after sending shows a code", found, text)
        self.code = found.group(0)
        checks.must("its check symbol is right", len(sk.r_of(self.code)) == 15)

    def scan_code(self, b):
        for width in (360, 1280):
            b.width(width)
            picture = b.picture(self.w.path("receipt-%d.png" % width))
            equal("a camera reads the code from the QR at %d pixels" % width, scan(picture),
                  [self.code])
        b.width(360)

    def check(self, b, name, code=None):
        b.get(self.url + "/uk/status")
        b.fill("code", (code or self.code).lower())
        text = b.submit("code")
        ok("%s: the address holds no code" % name, CODE.search(b.driver.current_url.upper()) is
           None, b.driver.current_url)
        return text

    def desk_work(self):
        bundle = self.store.export()
        first, second = self.desks
        for desk in self.desks:
            desk.import_(bundle)
            item = desk.find(TEXT)
            must("%s: the report is listed" % desk.name, item, desk.list())
            ok("%s: the video is byte-identical" % desk.name, self.digest in desk.open(item["id"]))
        equal("category from the form", str(item["category"]), "4")
        first.answer(first.find(TEXT)["id"], "more", ANSWER)
        for desk in self.desks:
            self.store.import_board(desk.board())
        state = self.gateway.web.status_until(self.code, "answered", answers=2)["state"]
        equal("the boards are published", state, "answered")

    def come_back(self, b, before):
        text = self.check(b, "after the answer")
        ok("the answer is on the page", ANSWER in text, text)
        ok("and who wrote it", self.desks[0].name in text, text)
        ok("it was not there before", ANSWER not in before)

    def wrong_codes(self, b):
        wrong = self.code[:-1] + ("1" if self.code[-1] == "0" else "0")
        text = self.check(b, "a typing error", wrong)
        ok("a typing error is named as one", b.all("[role=alert]"), text)
        equal("what was typed stays in the field",
              b.one("[name=code]").get_dom_attribute("value"), wrong.lower())
        self.check(b, "a foreign code", sk.code_of(bytes(15)))
        ok("a code nobody handed in has an answer too", b.all("h1"))

    def needles(self, code):
        """What must not be found on a phone: in UTF-8 and as browsers store it in memory dumps."""
        texts = [code, code.lower(), code.replace("-", ""), TEXT[:20]]
        return [t.encode(kind) for t in texts for kind in ("utf-8", "utf-16-le")]

    def nothing_kept(self, b):
        """No cookie, no cache, no storage, no autofill. What Chromium itself keeps of posted
        forms to restore a session, no page can prevent: hence Tor Browser, or a private window."""
        equal("no cookies", b.driver.get_cookies(), [])
        b.driver.quit()
        needles = self.needles(self.code)
        equal("the profile holds neither code nor text, but for session restore",
              browser.kept(b.profile, needles, but=("Sessions",)), [])
        note("session restore holds them: %s" % bool(browser.kept(b.profile, needles)))
        ok("positive control: the profile holds the address",
           browser.kept(b.profile, [self.url.encode()]))

    def private_window(self):
        """As in Tor Browser: nothing at all is left on the disk."""
        with Browser(self.w.path("private"), private=True) as b:
            self.without_javascript(b)
            b.get(self.url + "/uk/")
            b.fill("text", TEXT)
            code = CODE.search(b.submit("text")).group(0)
            self.check(b, "in a private window", code)
            b.driver.quit()
            equal("a private window leaves neither code nor text nor address",
                  browser.kept(b.profile, [*self.needles(code), self.url.encode()]), [])


def pages(base, b, code, lang):
    """(name, call that opens the page) for every kind of page."""
    def receipt():
        b.get("%s/%s/" % (base, lang))
        b.fill("text", "Пробне повідомлення.")
        b.submit("text")

    def status():
        b.get("%s/%s/status" % (base, lang))
        b.fill("code", code)
        b.submit("code")

    yield "form", lambda: b.get("%s/%s/" % (base, lang))
    yield "receipt", receipt
    yield "status-form", lambda: b.get("%s/%s/status" % (base, lang))
    yield "status", status
    yield "courier", lambda: b.get("%s/%s/courier" % (base, lang))
    yield "help", lambda: b.get("%s/%s/help" % (base, lang))
    yield "error", lambda: b.get("%s/%s/no-such-page" % (base, lang))


def screenshots(base, b, code, folder):
    os.makedirs(folder, exist_ok=True)
    for lang in LANGUAGES:
        for name, open_page in pages(base, b, code, lang):
            open_page()
            for width in browser.WIDTHS:
                b.width(width)
                ok("%s %s fits %d pixels" % (name, lang, width), b.content_width() <= width,
                   b.content_width())
                b.picture(os.path.join(folder, "%s-%s-%d.png" % (name, lang, width)))


def main(folder):
    with World("browser") as world:
        resident = Resident(world)
        with Browser(world.path("profile")) as b:
            resident.without_javascript(b)
            note("writing")
            resident.write(b)
            resident.scan_code(b)
            before = resident.check(b, "before the answer")
            note("the desks")
            resident.desk_work()
            resident.come_back(b, before)
            resident.wrong_codes(b)
            if folder:
                screenshots(resident.url, b, resident.code, folder)
            resident.nothing_kept(b)
        resident.private_window()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshots", metavar="DIR", help="save every page as a picture")
    given = parser.parse_args()
    need_tools("chromium", "chromedriver", "zbarimg")
    sys.exit(checks.run(main, given.screenshots))
