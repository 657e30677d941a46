"""Two organisations with a gateway on its Unix socket, a wire before it that writes down every
byte, and what residents do at their browsers."""
import os
import re

import checks
import skrynka as sk
from browser import scan
from checks import equal, must, ok
from person import BROWSERS
from texts import texts
from web import CODE
from wire import Wire
from world import BUILD, need_tools, read

TOOLS = os.path.join(BUILD, "tests", "browser", "node_modules")
SUBMIT = "#report button[type=submit]"


def need_browsers(*more):
    """The names of the browsers to test, as [class]; SKRYNKA_BROWSER chooses one."""
    need_tools("chromium", "chromedriver", "firefox-esr", *more)
    chosen = os.environ.get("SKRYNKA_BROWSER")
    return [b for b in BROWSERS if chosen in (None, b.name)]


def axe_script():
    path = os.path.join(TOOLS, "axe-core", "axe.min.js")
    must("axe-core is there (make browser-tools)", os.path.exists(path), path)
    return read(path).decode()


class Town:
    def __init__(self, world, names=("Перша", "Друга"), size="128M", options=()):
        self.w = world
        self.store, self.desks = world.intake(names, size=size)
        self.gateway = world.gateway(self.store, unix=True, options=options)
        self.web = self.gateway.web
        self.wire = Wire(self.gateway.socket)
        self.people = 0

    def person(self, kind, **options):
        """Somebody with a fresh browser."""
        self.people += 1
        name = "%s-%d" % (kind.name, self.people)
        downloads = self.w.path("downloads-" + name)
        os.makedirs(downloads)
        p = kind(self.w.path("profile-" + name), downloads=downloads, **options)
        p.downloads = downloads
        return p

    def close(self):
        self.wire.close()

    def scripts(self):
        """The paths of the form's scripts."""
        page = self.web.get("/uk/").body.decode()
        return re.findall(r"<script[^>]* src=[\"']?([^ \"'>]+)", page)

    # ---- at the browser ------------------------------------------------------------------------

    def form(self, p, lang="uk", script=True):
        """Opens the form and waits until it is ready."""
        p.get("%s/%s/" % (self.wire.url, lang))
        if script:
            p.until(lambda: p.one("#mode").text == texts(lang).MODE_DEVICE, "the form is ready")

    def write(self, p, text=None, files=(), category=None, code=None, receipt=True, to=None,
              **fields):
        """Fills in the form. to: numbers of desks, all by default."""
        for i, desk in enumerate(self.desks if to is not None else ()):
            if i not in to:
                p.press("[name=to][value='%s']" % desk.slug)
        if code:
            p.press("#report summary")
            p.fill("code", code)
        if not receipt:
            p.press("[name=receipt][value=no]")
        if category:
            p.press("select[name=category] option[value='%d']" % category)
        for name, value in fields.items():
            p.fill(name, value)
        if text:
            p.fill("text", text)
        if files:
            p.choose("file", *files)

    def send(self, p, lang="uk", follow_up=False):
        """Sends it, with or without a script; gives the code on the page, or None."""
        heading = texts(lang).DONE_ADDED if follow_up else texts(lang).DONE_H1
        p.press(SUBMIT)
        p.until(lambda: [h.text for h in p.all("h1")] == [heading], heading)
        found = CODE.search(p.text)
        if found:
            must("the code's check symbol is right", len(sk.r_of(found.group(0))) == 15)
        return found and found.group(0)

    def scan(self, p, code, name):
        for width in (360, 1280):
            p.width(width)
            ok("%s: it fits %d pixels" % (name, width), p.content_width() <= width,
               p.content_width())
            equal("%s: a camera reads the code at %d pixels" % (name, width),
                  scan(p.picture(self.w.path("%s-%d.png" % (p.name, width)))), [code])

    def ask(self, p, code, lang="uk", go=True):
        """Asks for answers by the page; gives what it says."""
        if go:
            p.get("%s/%s/status" % (self.wire.url, lang))
        p.fill("code", code)
        p.press("#status button")
        p.until(lambda: [h.text for h in p.all("h1")] not in ([], [texts(lang).STATUS_H1]),
                "the state")
        return p.text

    # ---- at the desks --------------------------------------------------------------------------

    def carry(self):
        bundle = self.store.export()
        for desk in self.desks:
            desk.import_(bundle)

    def found(self, desk, text):
        item = desk.find(text)
        must("%s: listed: %s" % (desk.name, text[:40]), item, desk.list())
        return item

    def check_opened(self, desk, text, digests=(), **fields):
        """The report is listed, says what it should, and its files are byte-identical."""
        item = self.found(desk, text)
        shown = desk.show(item["id"])
        given = {f["name"]: f["value"] for f in shown["fields"]}
        for name, value in {"text": text, **fields}.items():
            equal("%s: %s of %s" % (desk.name, name, text[:20]), given.get(name), str(value))
        # Without JavaScript a browser's whole form is sealed; a desk is not shown the code in it.
        unwanted = {"code"} if shown["sealed_by"] == "gateway" else {"code", "to", "receipt"}
        ok("%s: the code is not in it" % desk.name, not unwanted & set(given), given)
        if digests:
            ok("%s: the files are byte-identical" % desk.name,
               set(digests) <= set(desk.open(item["id"])))
        return item

    def publish(self):
        for desk in self.desks:
            self.store.import_board(desk.board())


def each(kinds, call, *args):
    for kind in kinds:
        checks.note(kind.name)
        call(kind, *args)
