#!/usr/bin/python3 -B
"""The heading over what the organisations say is true at every step, by the server's page and by
the script's: it arrived, it was read, it is being checked, and an answer only where somebody
answered. An old question does not stay under a new status."""
import sys

import checks
from checks import equal, must, note, ok
from texts import texts
from town import Town, need_browsers
from world import World

T = texts("uk")
TEXT = "Питання до всіх: хто відповість?"
QUESTION = "Якого року народження ваш брат?"

# What a desk says, one after the other; the heading then, and the text that is to be seen.
STEPS = (("arrived", None, T.ANSWER_ARRIVED, None),
         ("read", None, T.ANSWER_READ, None),
         ("checking", None, T.ANSWER_CHECKING, None),
         ("more", QUESTION, T.STATE_ANSWERED, QUESTION),
         ("passed", None, T.STATE_ANSWERED, None),
         ("checking", "Дякуємо.", T.STATE_ANSWERED, "Дякуємо."),
         ("read", None, T.ANSWER_READ, None))


def seen(town, p, name, code, heading, text):
    town.ask(p, code)
    p.until(lambda: p.all(".a a[href$='/status']"), "the result")
    words = p.text
    equal("%s: the heading" % name, p.one("h1").text, heading)
    answered = heading == T.STATE_ANSWERED
    ok("%s: what to do" % name, (T.STATE_READ in words) == answered and
       (T.STATE_LATER in words) != answered, words)
    ok("%s: the day of an answer, where there is one" % name,
       (T.ANSWER_DAY.split("%s")[0] in words) == answered, words)
    for one in (QUESTION, "Дякуємо."):
        equal("%s: %s" % (name, one), one in words, one == text)


def main(kinds):
    with World("states") as world:
        town = Town(world, names=("Перша",))
        people = [(kind, script, town.person(kind, javascript=script))
                  for kind in kinds for script in (False, True)]
        code = town.web.report(TEXT).code
        town.carry()
        (desk,) = town.desks
        report = town.found(desk, TEXT)["id"]
        for status, text, heading, shown in STEPS:
            note(status)
            if status != "arrived":
                desk.answer(report, status, text)
            town.publish()
            people[0][2].until(lambda: [(a["status"], a["text"]) for a in town.web.status(
                code).json().get("answers", ())] == [(status, text or "")], "the board is there")
            for kind, script, p in people:
                name = "%s, %s script, %s" % (kind.name, "with" if script else "without", status)
                seen(town, p, name, code, heading, shown)
        must("all steps", len(STEPS) == 7)
        for _, _, p in people:
            p.close()
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
