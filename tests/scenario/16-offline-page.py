#!/usr/bin/python3 -B
"""Without a network: the page that was saved as a file seals, somebody else carries it, and reads a
board from a file. And the live page, when the network goes after it was loaded."""
import base64
import os
import re
import socket
import sys
import threading
import time

import checks
import skrynka as sk
from checks import equal, must, note, ok
from texts import texts
from town import SUBMIT, Town, need_browsers
from tus import Officer, Tus
from web import CODE
from world import World, read

T = texts("uk")
TEXT = "Без мережі (%s): сорок людей без води. "
SMALL = "Словами (%s): цей текст піде месенджером. "
LIVE = "Мережа зникла (%s): сторінка лишилася відкритою. "
SAVED = "Копія (%s): збережено, скопійовано й надіслано. "
ANSWER = "Отримано з рук (%s)."

OWN = re.compile(rb"^[A-Z]+ (?:http://)?(?:[a-z0-9-]+\.)*"
                 rb"(?:google\.com|googleapis\.com|gvt1\.com|duckduckgo\.com|mozilla\.(?:com|org|net)|"
                 rb"firefox\.com)[:/]")


class Trap:
    """A proxy that lets nobody through and remembers who asked."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listening.getsockname()[1]
        self.asked = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client = self.listening.accept()[0]
            except OSError:
                return
            with client:
                client.settimeout(10)
                try:
                    self.asked.append(client.recv(4096).split(b"\r\n")[0])
                except OSError as error:
                    self.asked.append(repr(error).encode())

    def by_pages(self):
        """What was asked, but for what browsers ask their makers for by themselves. They also open
        connections to their search engine and close them again, with nothing asked."""
        return [line for line in self.asked if line and not OWN.search(line)]

    def close(self):
        self.listening.close()


class Copied:
    """Somebody who took a copy of a file on the way, while it is sent: before, in the middle of it
    and after he learns nothing, and what he begins under names of his own stands in nobody's way."""

    def __init__(self, town, name, path):
        self.town, self.name, self.officer = town, name, Officer(read(path))
        self.tus = Tus(town.wire.listening.getsockname()[1])
        self.during, self.tokens, self.rows = [], set(), set()

    def __enter__(self):
        equal("%s, a copy: names nothing before" % self.name, self.officer.asks(self.tus),
              {(404, None)})
        self.officer.blocks(self.tus)
        self.town.wire.take()
        self.town.wire.instead = self.watch
        return self

    def watch(self, exchange):
        """Asks at the first piece of each upload; the relay calls this for his questions too."""
        name = exchange.path.rsplit("/", 1)[-1]
        if exchange.method == "PATCH" and name not in self.tokens:
            self.tokens.add(name)
            self.during.append(self.officer.asks(self.tus))

    def __exit__(self, *error):
        self.town.wire.instead = None
        if error[0]:
            return
        created = [x.header("Upload-Metadata") for x in self.town.wire.take() if x.method == "POST"]
        pairs = [dict(word.split(" ") for word in text.split(",")) for text in created]
        self.rows = {base64.b64decode(p["row"]) for p in pairs if "row" in p}
        equal("%s, a copy: in the middle only his own" % self.name,
              [self.during, len(self.during) > 0], [[{(200, 0)}] * len(self.during), True])
        equal("%s, a copy: and after" % self.name, self.officer.asks(self.tus), {(200, 0)})
        ok("%s: no token follows from the file" % self.name,
           not self.tokens & {name.hex() for name in self.officer.names}, self.tokens)


class Story:
    def __init__(self, town, kind):
        self.town, self.kind = town, kind
        self.text, self.small, self.live, self.saved, self.answer = (
            text % kind.name for text in (TEXT, SMALL, LIVE, SAVED, ANSWER))

    def open_page(self, p):
        p.get("file://" + self.town.page)
        equal("it says where it is", p.one("h1").text, T.OFFLINE_H1)

    def button(self, p, words):
        p.until(lambda: [b for b in p.all("button,a") if b.text == words], words)[0].click()

    def seal(self, p, text, files=()):
        self.button(p, T.NAV_FORM)
        p.wait(SUBMIT)
        self.town.write(p, text, files, category=4)
        p.press(SUBMIT)
        p.until(lambda: p.one("h1").text == T.SAVED_H1, "sealed")
        found = CODE.search(p.text)
        must("a code is shown", found, p.text)
        return found.group(0)

    def save(self, p):
        """Presses the link; gives the file that was downloaded."""
        before = set(os.listdir(p.downloads))
        p.press("main a[download]")
        new = p.until(lambda: [n for n in os.listdir(p.downloads) if n not in before and
                               not n.endswith((".part", ".crdownload", ".tmp"))], "the download")
        path = os.path.join(p.downloads, new[0])
        p.until(lambda: os.path.getsize(path) >= 17080, "the whole file")
        ok("the file's name says nothing", new[0].startswith("document"), new)
        return path

    def write_offline(self):
        trap = Trap()
        with self.town.person(self.kind, proxy=trap.address) as p:
            self.open_page(p)
            self.code = self.seal(p, self.text, [self.town.photo])
            self.town.scan(p, self.code, "offline")
            self.file = self.save(p)
            self.button(p, T.OFFLINE_BACK)
            self.seal(p, self.small)
            p.press("main details summary")
            self.armour = p.run("return document.querySelector('textarea').value")
            equal("no request was made", trap.by_pages(), [])
            p.get_anyway("http://127.0.0.1:8090/")
            p.until(trap.by_pages, "positive control: a request would have been seen")
        trap.close()

    def hand_in(self):
        with self.town.person(self.kind) as p, Copied(self.town, "courier", self.file) as copied:
            for _ in range(2):
                self.courier(p)
                p.choose("sealed", self.file)
                p.press("#courier button")
                p.until(lambda: p.one("h1").text == T.COURIER_RESULT, T.COURIER_RESULT)
                ok("with JavaScript: accepted", T.COURIER_ACCEPTED in p.text, p.text)
        equal("courier: sent twice, under two tokens", len(copied.tokens), 2)
        with self.town.person(self.kind, javascript=False) as p:
            self.courier(p)
            p.paste("#courier textarea", self.armour)
            p.press("#courier button")
            p.until(lambda: p.one("h1").text == T.COURIER_RESULT, T.COURIER_RESULT)
            ok("as text, without JavaScript: accepted", T.COURIER_ACCEPTED in p.text, p.text)

    def courier(self, p):
        p.get(self.town.wire.url + "/uk/courier")

    def network_gone(self):
        """The live page was loaded; then there is no network any more, and it seals into a file."""
        with self.town.person(self.kind) as p:
            self.town.form(p)
            p.offline()
            self.town.wire.take()
            self.town.write(p, self.live)
            p.press("#report details:last-of-type summary")
            self.button(p, T.SAVE_BUTTON)
            p.until(lambda: p.one("h1").text == T.SAVED_H1, "sealed")
            self.live_file = self.save(p)
            equal("nothing was sent", self.town.wire.take(), [])

    def send_saved(self):
        """Saved in the live page, copied at a checkpoint, and then sent from that page."""
        with self.town.person(self.kind) as p:
            self.town.form(p)
            self.town.write(p, self.saved)
            p.press("#report details:last-of-type summary")
            self.button(p, T.SAVE_BUTTON)
            p.until(lambda: p.one("h1").text == T.SAVED_H1, "sealed")
            code = CODE.search(p.text).group(0)
            with Copied(self.town, "live page", self.save(p)) as copied:
                self.button(p, T.SAVED_NOW)
                p.until(lambda: p.one("h1").text == T.DONE_H1, "it is sent")
        today = sk.day_of(time.time())
        ok("live page: under the row of its code", copied.rows <= {
            sk.Receipt(sk.r_of(code)).row(day) for day in (today - 1, today)}, copied.rows)

    def desks(self):
        for desk in self.town.desks:
            item = self.town.check_opened(desk, self.text, [self.town.digest], category=4)
            equal("sealed by the offline page", desk.show(item["id"])["sealed_by"],
                  "offline page")
            desk.answer(item["id"], "passed", self.answer)
            self.town.check_opened(desk, self.small, category=4)
            self.town.check_opened(desk, self.live)
            self.town.check_opened(desk, self.saved)

    def read_board(self, board):
        trap = Trap()
        with self.town.person(self.kind, proxy=trap.address) as p:
            self.open_page(p)
            self.button(p, T.NAV_STATUS)
            p.choose("board", board)
            p.fill("code", self.code)
            p.press("main form button[type=submit]")
            p.until(lambda: p.one("h1").text == T.STATE_ANSWERED, T.STATE_ANSWERED)
            ok("the answer is shown", self.answer in p.text, p.text)
            equal("no request was made", trap.by_pages(), [])
        trap.close()


def main(kinds):
    with World("offline") as world:
        town = Town(world)
        reply = town.web.get("/offline/uk.html")
        must("the gateway serves the page", reply.status == 200, reply.status)
        ok("nothing in it connects before anything is asked", b"<link" not in reply.body)
        town.page = world.file("сторінка.html", reply.body)
        town.photo, town.digest = world.random_file("фото.jpg", 100_000)
        stories = [Story(town, kind) for kind in kinds]
        for story in stories:
            note(story.kind.name)
            story.write_offline()
            story.hand_in()
            story.network_gone()
            story.send_saved()
            equal("what was saved live is taken too", town.web.courier([story.live_file]).status,
                  201)
        town.carry()
        for story in stories:
            story.desks()
        board = town.desks[0].board()
        ok("a board", read(board).startswith(b"SKBOARD1"))
        for story in stories:
            note(story.kind.name)
            story.read_board(board)
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers("zbarimg")))
