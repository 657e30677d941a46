#!/usr/bin/python3 -B
"""Intake fails closed: no organisation, or only organisations whose sheets have run out: 503 and a
page that says so. Nothing is stored that nobody could open."""
import json
import sys
import time

import checks
import signed
import skrynka as sk
from checks import equal, ok
from world import STORE, World, in_days, read

WEEKS_AGO = 5


def check_closed(name, store, web, why):
    for path in ("/uk/", "/en/"):
        reply = web.get(path)
        ok("%s: %s says so instead of a form" % (name, path),
           reply.status == 503 and b'name="text"' not in reply.body, reply.status)
    reply = web.report("Є хто?")
    equal("%s: a report is answered with 503" % name, reply.status, 503)
    ok("%s: by a page" % name, reply.headers.get("Content-Type", "").startswith("text/html"))
    equal("%s: without a code" % name, reply.code, None)
    equal("%s: a large one too" % name, web.report("x", [("f", bytes(300_000))]).status, 503)
    equal("%s: status checks work" % name, web.status(sk.code_of(bytes(15))).status, 200)
    stats = store.run("stats", "--json", want=None)
    equal("%s: nothing was stored" % name, json.loads(stats.out)["envelopes"], 0)
    for result in (stats, store.run("stats", want=None), store.run("check", want=None)):
        ok("%s: %s tells the operator" % (name, result.argv[3]), result.exit == 1 and
           b"nobody could open what arrives" in result.err and why in result.err, result)


def run_out(world):
    """A sheet of two weeks, made and imported five weeks ago."""
    store = world.store("store-old")
    then = in_days(-7 * WEEKS_AGO)
    desk = world.desk("Стара", wrapper=then)
    sheet = desk.sheet(weeks=2, months=1)
    this_week = sk.week_of(time.time())
    parsed = signed.sheet_read(read(sheet))
    equal("the desk made it five weeks ago", parsed.issued, this_week - WEEKS_AGO)
    equal("for two weeks", (parsed.first_week, parsed.weeks), (this_week - WEEKS_AGO, 2))
    equal("the store refuses it today", store.import_sheet(desk, sheet, want=None).exit, 1)
    world.run(*then, STORE, "--store", store.dir, "import-sheet", "--name", desk.name,
              "--fingerprint", desk.fingerprint, sheet)
    return store, desk


def main():
    with World("closed") as world:
        empty = world.store("store-empty")
        check_closed("no organisation", empty, world.gateway(empty).web, b"no organisation is known")
        store, old = run_out(world)
        gateway = world.gateway(store)
        check_closed("sheet run out", store, gateway.web, b"run out or are revoked")
        desk = world.desk("Нова")
        store.import_sheet(desk, desk.sheet())
        gateway.stop()
        web = world.gateway(store).web
        equal("and stats is content", store.run("stats", want=None).exit, 0)
        equal("with one valid sheet intake opens", web.report("Так.").status, 201)
        form = web.get("/uk/").body.decode()
        ok("and the old organisation is not offered", 'name=to value="%s"' % old.slug not in form)
        ok("only named as known", 'value="%s" data-pin="%s" data-offered=0' % (
            old.slug, old.fingerprint) in form)
        equal("nor taken", web.report("Ні.", to=[old.slug]).status, 400)


if __name__ == "__main__":
    sys.exit(checks.run(main))
