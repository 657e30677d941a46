#!/usr/bin/python3 -B
"""What is taken in can be read at the desk: every limit of its parser is known to the gateway, to the
pages' scripts and to skrynka-report, and what is beyond one is refused with words. Empty files: one
rule with a script and without."""
import os
import sys

import checks
from checks import equal, must, note, ok
from texts import LANGUAGES, texts
from town import SUBMIT, Town, need_browsers
from world import REPORT, World

PARTS, FILES, NAME, LINE, HEAD = 1000, 900, 1024, 1080, 16384  # FORMAT 2
EMPTY = "IMG_0001.jpg"


def multipart(heads, boundary=b"XxBoundaryxX"):
    """A body whose parts have these header lines; each holds one byte."""
    parts = [b"--%s\r\n%s\r\n\r\nx\r\n" % (boundary, head) for head in heads]
    return b"".join(parts) + b"--%s--\r\n" % boundary


def field(name, filename=None):
    line = b'Content-Disposition: form-data; name="%s"' % name
    return line + (b"" if filename is None else b'; filename="%s"' % filename)


class Limits:
    def __init__(self, world, town):
        self.w, self.town, self.web = world, town, town.web

    # ---- without a script --------------------------------------------------------------------

    def post(self, heads, lang="en"):
        body = multipart(heads)
        return self.web.request("POST", "/%s/report" % lang, body, {
            "Content-Type": "multipart/form-data; boundary=XxBoundaryxX",
            "Content-Length": str(len(body))})

    def refused(self, name, reply, status, *words):
        equal("%s: refused" % name, reply.status, status)
        for said in words:
            ok("%s: it says %s" % (name, said[:30]), said in reply.text, reply.text[-600:])

    def many(self):
        for lang in LANGUAGES:
            T = texts(lang)
            self.refused("1,001 parts, " + lang,
                         self.post([field(b"text")] + [field(b"file", b"a.jpg")] * PARTS, lang), 413,
                         T.MANY_H, T.MANY_T % FILES)
        files = [("IMG_%04d.jpg" % i, b"%d" % i) for i in range(FILES)]
        reply = self.web.report("ціла вулиця", files, to=[d.slug for d in self.town.desks],
                                category=7)
        must("as many files as is said are taken, with all fields", reply.status == 201, reply.text)
        must("1,000 parts are taken",
             self.post([field(b"text")] + [field(b"file", b"a.jpg")] * (PARTS - 1)).status == 201)
        self.town.carry()
        desk = self.town.desks[0]
        item = desk.find("ціла вулиця")
        must("it is listed with its text", item, desk.list())
        shown = desk.show(item["id"])
        equal("its category is read", item["category"], 7)
        equal("all its files are", len(shown["files"]), FILES)
        equal("the other too, whole", sorted(i["attachments"] for i in desk.list()),
              [FILES, PARTS - 1])

    def heads(self):
        T = texts("en")
        over = LINE + 1 - len(field(b"file", b""))
        self.refused("a name of one byte too many",
                     self.post([field(b"text"), field(b"file", b"n" * over)]), 400, T.NAME_H,
                     T.NAME_T)
        cut = b'Content-Disposition: form-data; filename="%s"' % (b"n" * (NAME + 1))
        must("its line is within bounds", len(cut) < LINE)
        self.refused("a name that a desk would cut", self.post([field(b"text"), cut]), 400,
                     T.NAME_H, T.NAME_T)
        lines = [b"X-Line: " + b"y" * 1000] * 17
        self.refused("a head that is too long",
                     self.post([b"\r\n".join([field(b"text")] + lines)]), 400, T.BAD_REQUEST_H)
        longest = b"n" * (over - 5) + b".jpg"
        must("the longest name is taken",
             self.post([field(b"text"), field(b"file", longest)]).status == 201)
        head = b"\r\n".join([field(b"text")] + lines[:15])
        must("a head within bounds is taken", self.post([head]).status == 201)
        self.town.carry()
        desk = self.town.desks[0]
        shown = [desk.show(i["id"]) for i in desk.list()]
        ok("and its whole name is read at the desk",
           longest.decode() in [f["name"] for s in shown for f in s["files"]])

    def empty(self):
        T = texts("en")
        for name, text, files in (("an empty file alone", None, [(EMPTY, b"")]),
                                  ("several", None, [(EMPTY, b""), ("b.jpg", b"")]),
                                  ("blanks and an empty file", " \r\n\t", [(EMPTY, b"")])):
            self.refused(name, self.web.report(text, files, lang="en"), 400, T.EMPTY_H)
        equal("words and an empty file are taken",
              self.web.report("слова", [(EMPTY, b"")]).status, 201)

    # ---- with a script -----------------------------------------------------------------------

    def script(self, kind):
        town, T = self.town, texts("en")
        before = town.store.stats()["envelopes"]
        nothing = self.w.file(EMPTY, b"")
        with town.person(kind) as p:
            town.form(p, "en")
            p.choose("file", nothing)
            p.wait_text(T.HINT_EMPTY % EMPTY)
            p.press(SUBMIT)
            p.until(lambda: [n.text for n in p.all("[role=alert] .n")] ==
                    ["%s. %s" % (T.EMPTY_H, T.EMPTY_T)], "an empty file alone is refused")
            p.fill("text", "words")
            ok("%s: it is still said that the file is empty" % kind.name,
               T.HINT_EMPTY % EMPTY in p.text)
            town.send(p, "en")
        equal("%s: with words it is stored" % kind.name, town.store.stats()["envelopes"], before + 1)
        folder = self.w.path("many-" + kind.name)
        os.makedirs(folder)
        paths = [os.path.join(folder, "IMG_%04d.jpg" % i) for i in range(PARTS)]
        for path in paths:
            with open(path, "wb") as f:
                f.write(b"x")
        with town.person(kind) as p:
            town.form(p, "en")
            p.choose("file", *paths)
            words = "%s. %s" % (T.MANY_H, T.MANY_T % FILES)
            p.wait_text(words)
            town.wire.take()
            p.press(SUBMIT)
            p.until(lambda: [n.text for n in p.all("[role=alert] .n")] == [words], words)
            equal("%s: nothing was sent" % kind.name,
                  [x for x in town.wire.all if x.method == "POST"], [])

    # ---- by command ----------------------------------------------------------------------------

    def report(self):
        sheet, nothing = self.town.desks[0].sheet_path, self.w.file(EMPTY, b"")
        some, text = self.w.file("some.jpg", b"x"), self.w.file("text", b"words")
        seal = lambda name, *words, want=0: self.w.run(
            REPORT, "seal", "--sheet", sheet, "--out", self.w.path(name), *words, want=want)
        done = seal("many", *["--attach", some] * PARTS, want=1)
        ok("skrynka-report: too many, and how many fit", b"900" in done.err, done.err)
        ok("skrynka-report: nothing is left behind", not os.path.exists(self.w.path("many")))
        done = seal("empty", "--attach", nothing, want=1)
        ok("skrynka-report: an empty file alone is refused, and named",
           EMPTY.encode() in done.err and not os.path.exists(self.w.path("empty")), done.err)
        done = seal("words", "--text-file", text, "--attach", nothing)
        ok("skrynka-report: with words it is sealed, and the file is named",
           EMPTY.encode() in done.err and os.path.exists(self.w.path("words")), done.err)


def main(kinds):
    with World("limits") as world:
        limits = Limits(world, Town(world, ("Одна",)))
        for step in (limits.many, limits.heads, limits.empty, limits.report):
            note(step.__name__)
            step()
        for kind in kinds:
            note(kind.name)
            limits.script(kind)
        limits.town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
