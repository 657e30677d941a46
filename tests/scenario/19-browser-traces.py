#!/usr/bin/python3 -B
"""What a browser keeps on the disk of somebody who wrote, looked for an answer and left: nothing of
ours. A fresh profile before and after; private windows and ordinary ones."""
import os
import sys

import checks
from browser import kept
from checks import equal, must, note, ok
from texts import texts
from town import Town, need_browsers
from wire import Wire, reply
from world import World

T = texts("uk")
TEXT = "Сліди: у нашому дворі третю ніч стоять військові. "

def needles(code, path):
    texts = [code, code.lower(), code.replace("-", ""), TEXT[:20], os.path.basename(path)]
    return [t.encode(kind) for t in texts for kind in ("utf-8", "utf-16-le")]


def stored_by_pages(p):
    """What scripts of this page could have put aside."""
    return p.run_later("""const done = arguments[arguments.length - 1];
      const databases = indexedDB.databases ? indexedDB.databases() : Promise.resolve([]);
      const workers = navigator.serviceWorker ? navigator.serviceWorker.getRegistrations() : [];
      const boxes = self.caches ? caches.keys() : [];
      Promise.all([databases, workers, boxes].map(x => Promise.resolve(x).catch(() => [])))
        .then(found => done([localStorage.length, sessionStorage.length, document.cookie,
                             ...found.map(x => x.length)]));""")


def exit_by(p, how, away):
    """Leaves; then Back must not lead to a page of ours."""
    p.run("document.getElementById('exit').href = arguments[0]", away)  # there is no network here
    if how == "key":
        for _ in range(3):
            p.key("Shift")
    else:
        p.press("#exit")
    p.until(lambda: p.url == away and p.all("h1"), "the other page")
    ok("no page of ours is left in the history", p.run("return history.length") <= 3,
       p.run("return history.length"))
    for _ in range(3):
        p.do("back")
        ok("Back after leaving by the %s shows nothing of ours" % how,
           not p.url.startswith("http") or p.url.startswith(away), p.url)


def visit(town, p, path, away):
    """Writes with a file, looks for the answer, leaves. Gives the code."""
    town.form(p)
    town.write(p, TEXT, [path])
    code = town.send(p)
    must("a code is shown", code, p.text)
    p.press("footer a[href$='/status']")
    p.wait("#status")
    town.gateway.publish()
    state = town.ask(p, code, go=False)
    ok("it was received", T.STATE_RECEIVED in state, state)
    equal("no cookies, storages, databases, workers, caches", stored_by_pages(p),
          [0, 0, "", 0, 0, 0])
    equal("the browser names no cookies", p.do("cookies"), [])
    exit_by(p, "key", away)
    town.form(p)
    town.write(p, TEXT)
    exit_by(p, "button", away)
    equal("nothing was downloaded", os.listdir(p.downloads), [])
    return code


def check_profile(p, private, code, path, url):
    found = kept(p.profile, needles(code, path))
    if private:
        equal("a private window leaves nothing", found + kept(p.profile, [url]), [])
        return
    equal("an ordinary window keeps neither text nor code nor file name", found, [])
    ok("positive control: it keeps the address", kept(p.profile, [url]))


def main(kinds):
    with World("traces") as world:
        town = Town(world)
        path, _ = world.random_file("двір-з-балкона.jpg", 50_000)
        elsewhere = Wire(None)
        elsewhere.instead = lambda x: reply(200, b"<h1>Weather</h1>", "text/html")
        away = elsewhere.url + "/"
        for kind in kinds:
            for private in (True, False):
                note("%s, %s" % (kind.name, "private" if private else "ordinary"))
                with town.person(kind, private=private) as p:
                    code = visit(town, p, path, away)
                check_profile(p, private, code, path, town.wire.url.split("//")[1].encode())
        elsewhere.close()
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
