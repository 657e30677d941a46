#!/usr/bin/python3 -B
"""A client that we did not write against our server: tus-js-client in Node, through a network that
cuts, repeats and loses answers; what arrives is the envelope, byte by byte, once."""
import json
import os
import random
import struct
import sys
import time
import urllib.request

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from proxy import Proxy, Rule
from tus import Tus, metadata
from world import BUILD, GATEWAY, SOURCE, STORE, World, need_tools, read

SCRIPT = os.path.join(SOURCE, "tests", "browser", "tus-client.mjs")
MODULES = os.path.join(BUILD, "tests", "browser", "node_modules", "tus-js-client")


def sealed(chunks):
    week = int(time.time() - 345600) // 604800
    return struct.pack("<BxxxI", 1, week) + os.urandom(680 - 8 + 16400 * chunks)


class Client:
    def __init__(self, world, gateway):
        self.world, self.port, self.count = world, gateway.web.port, 0
        self.tus, self.sent = Tus(self.port), []

    def run(self, name, envelope, rules=(), want_error=False, **options):
        """One run of the client behind a proxy; its report."""
        self.count += 1
        path = self.world.file("sealed-%d" % self.count, envelope)
        with Proxy(("127.0.0.1", self.port), rules) as proxy:
            here = "http://127.0.0.1:%d" % proxy.port
            if "url" in options:
                options["url"] = here + options["url"]
            asked = json.dumps({"endpoint": here + "/uploads", "file": path, **options})
            result = self.world.run("node", SCRIPT, asked,
                                    env={**os.environ, "SKRYNKA_BUILD": os.path.abspath(BUILD)})
            got = json.loads(result.out)
            got["carried_out"] = len(proxy.done)
        ok("%s: the client %s" % (name, "gives up" if want_error else "is content"),
           ("error" in got) == want_error, got.get("error"))
        got["path"] = "/uploads/" + got["url"].rpartition("/")[2] if got.get("url") else None
        return got

    def whole(self, name, envelope, rules=(), **options):
        got = self.run(name, envelope, rules, **options)
        equal(name + ": every cut happened", got["carried_out"], len(rules))
        must(name + ": an address", got["path"], got)
        equal(name + ": all of it is on disk", self.tus.head(got["path"]).offset, len(envelope))
        self.sent.append(envelope)
        return got


def check_cuts(client):
    plain = client.whole("plain", sealed(1))
    equal("plain: two requests", plain["requests"], ["POST", "PATCH"])
    lots = random.Random(13)
    for i in range(6):
        envelope = sealed(lots.choice((1, 4, 32)))
        cuts = [lots.randrange(len(envelope)) for _ in range(lots.randrange(1, 7))]
        rules, left = [], len(envelope)
        for cut in cuts:  # a cut must lie within what is left to be sent
            if cut < left:
                rules.append(Rule(cut=cut, on="PATCH ", gently=lots.random() < 0.5))
                left -= cut
        client.whole("%d cuts" % len(rules), envelope, rules)
    client.whole("the answer to the creation is lost", sealed(2), [Rule(down=20, on="POST ")])
    client.whole("an answer to a PATCH is lost", sealed(2), [Rule(down=5, on="PATCH ")])
    client.whole("in pieces", sealed(16), [Rule(cut=30_000, on="PATCH ")], chunk=50_000)
    client.whole("a PATCH is repeated", sealed(16), [Rule(repeat=100_000, on="PATCH ")])


def check_override(client):
    got = client.whole("POST for PATCH", sealed(8), [Rule(cut=40_000, on="POST /uploads/")],
                       override=True)
    ok("POST for PATCH: no PATCH was sent", "PATCH" not in got["requests"], got["requests"])


def check_resume(client):
    """Stopped, and gone on with by another process that has the file and the token."""
    envelope = sealed(64)
    token, row = os.urandom(16), os.urandom(16)
    got = client.run("stopped", envelope, metadata=metadata(row=row, token=token), chunk=100_000,
                     abort=300_000)
    ok("stopped: the client stopped", got.get("aborted"), got)
    equal("stopped: its address is its token", got["path"], "/uploads/" + token.hex())
    at = client.tus.head(got["path"]).offset
    equal("stopped: what was accepted is there", at, got["aborted"])
    got = client.whole("gone on with by token", envelope, metadata=metadata(row=row, token=token))
    equal("gone on with: the same upload", got["path"], "/uploads/" + token.hex())
    row_state(client, row)
    envelope = sealed(8)
    token = os.urandom(16)
    client.tus.create(len(envelope), Upload_Metadata=metadata(token=token))
    client.tus.patch("/uploads/" + token.hex(), 0, envelope[:12_345])
    got = client.whole("gone on with by address", envelope, url="/uploads/" + token.hex())
    equal("gone on with by address: asked first", got["requests"][0], "HEAD")


def row_state(client, row):
    with urllib.request.urlopen("http://127.0.0.1:%d/receipts/%02x" % (client.port, row[0])) as f:
        ok("its row is there", row + struct.pack("<IB3x", int(time.time()) // 86400, 1) in f.read())


def check_refused(client):
    token = os.urandom(16)
    envelope = sealed(4)
    client.tus.create(len(envelope), Upload_Metadata=metadata(token=token))
    client.run("terminated", envelope, url="/uploads/" + token.hex(), terminate=True)
    equal("terminated: it is gone", client.tus.head("/uploads/" + token.hex()).status, 404)
    client.run("no envelope", b"GIF89a" + bytes(17074), want_error=True)
    client.run("of no length", bytes(1000), want_error=True)


def main():
    with World("tus", (GATEWAY, STORE)) as world:
        store, _ = world.intake(("Одна",), make=Paper, size="128M")
        gateway = world.gateway(store)
        client = Client(world, gateway)
        for step in (check_cuts, check_override, check_resume, check_refused):
            note(step.__name__)
            step(client)
        equal("the gateway ends cleanly", gateway.stop(), 0)
        carry = signed.carry_read(read(store.export()))
        equal("the bundle holds what was sent, byte by byte, once",
              sorted(e.digest.hex() for e in carry.entries),
              sorted(sk.blake2b(envelope).hex() for envelope in client.sent))
        equal("the store is whole", store.run("check").exit, 0)


if __name__ == "__main__":
    need_tools("node")
    if not os.path.isdir(MODULES):
        print("SKIP tus-js-client is not installed (make browser-tools)")
        sys.exit(77)
    sys.exit(checks.run(main))
