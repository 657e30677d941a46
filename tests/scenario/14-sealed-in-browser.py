#!/usr/bin/python3 -B
"""Residents with Chromium and with Firefox, without JavaScript and with it: from the form over the
receipt to the desk and back to the answer."""
import sys

import checks
from checks import equal, must, note, ok
from texts import texts
from town import Town, need_browsers
from world import World

PLAIN = "Без скриптів (%s): з учорашнього дня немає води. "
SEALED = "Запечатано (%s): «Ґанок» закритий, їжу не привозять. "
FOLLOW = "Доповнення (%s): сьогодні привезли воду. "
SILENT = "Мовчки (%s): відповідь не потрібна. "
ANSWER = "Дякуємо (%s). Напишіть, скільки людей потребують ліків."
T = texts("uk")
BY_BROWSER, BY_GATEWAY = 1, 2


class Story:
    """What one browser's reports are called, and their codes."""

    def __init__(self, town, kind, files):
        self.town, self.kind, self.files = town, kind, files
        self.plain, self.sealed, self.follow, self.silent, self.answer = (
            text % kind.name for text in (PLAIN, SEALED, FOLLOW, SILENT, ANSWER))

    def without_script(self):
        with self.town.person(self.kind, javascript=False) as p:
            self.town.form(p, script=False)
            equal("without JavaScript the page says so", p.one("#mode").text, T.FORM_LOCKED)
            self.town.write(p, self.plain, self.files[:1], category=4)
            self.plain_code = self.town.send(p)
            must("a code is shown", self.plain_code, p.text)
            self.town.scan(p, self.plain_code, "without JavaScript")

    def with_script(self):
        p = self.person = self.town.person(self.kind)
        self.town.form(p)
        self.town.write(p, self.sealed, self.files, category=9, where="Село Ґанок",
                        when="12 жовтня")
        self.code = self.town.send(p)
        must("a code is shown", self.code, p.text)
        self.town.scan(p, self.code, "sealed")
        self.town.form(p)
        self.town.write(p, self.follow, code=self.code.lower())
        equal("a follow-up shows the same code", self.town.send(p, follow_up=True), self.code)
        self.town.form(p)
        self.town.write(p, self.silent, receipt=False, to=[0])
        equal("no code is shown to whom wanted none", self.town.send(p), None)
        self.received()

    def received(self):
        self.town.gateway.publish()
        text = self.town.ask(self.person, self.code)
        ok("the page says that it was received", T.STATE_RECEIVED in text, text)

    def desks(self):
        first, second = self.town.desks
        for desk in (first, second):
            item = self.town.check_opened(desk, self.plain, self.digests[:1], category=4)
            equal("sealed by the gateway", desk.show(item["id"])["sealed_by"], "gateway")
            item = self.town.check_opened(desk, self.sealed, self.digests, category=9,
                                          where="Село Ґанок", when="12 жовтня")
            equal("the list shows the category", str(item["category"]), "9")
            shown = desk.show(item["id"])
            equal("sealed by a browser", shown["sealed_by"], "browser")
            follow = self.town.check_opened(desk, self.follow)
            equal("the follow-up is in its thread",
                  [r["id"] for r in shown["thread"]], [follow["id"]])
        self.town.check_opened(first, self.silent)
        equal("not for the second", second.find(self.silent), None)
        for text in (self.plain, self.sealed):
            first.answer(first.find(text)["id"], "more", self.answer)

    def answers(self):
        text = self.town.ask(self.person, self.code)
        ok("the answer is on the page", self.answer in text, text)
        ok("and who wrote it", self.town.desks[0].name in text, text)
        text = self.town.ask(self.person, self.plain_code)
        ok("also to what was sent without JavaScript", self.answer in text, text)
        self.person.close()
        with self.town.person(self.kind, javascript=False) as p:
            text = self.town.ask(p, self.code)
            ok("and without JavaScript", self.answer in text, text)


def main(kinds):
    with World("sealed") as world:
        town = Town(world)
        pairs = [world.random_file("фото.jpg", 300_001), world.random_file("a;b.mp4", 1)]
        stories = [Story(town, kind, [path for path, _ in pairs]) for kind in kinds]
        for story in stories:
            note(story.kind.name)
            story.digests = [digest for _, digest in pairs]
            story.without_script()
            story.with_script()
        note("the desks")
        town.carry()
        for story in stories:
            story.desks()
        town.publish()
        for story in stories:
            town.web.status_until(story.plain_code, "answered")
            note(story.kind.name)
            story.answers()
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers("zbarimg")))
