#!/usr/bin/python3 -B
"""kill -9 under load: what was acknowledged is there and opens, nothing is there by half.

Each round starts the gateway on the same store, lets several clients post, and kills it when a
random number of acknowledgements (or a random moment after the start) is reached.
"""
import argparse
import http.client
import random
import secrets
import sys
import threading
import time

import checks
import skrynka as sk
from checks import equal, must, ok
from paper import Paper
from world import GATEWAY, STORE, World

CLIENTS = 4


class Load:
    """Clients that post until the gateway is gone or a count is reached."""

    def __init__(self, web, limit):
        self.web, self.limit = web, limit
        self.lock, self.reached = threading.Lock(), threading.Event()
        self.acknowledged, self.refused, self.posted = [], [], 0
        self.threads = [threading.Thread(target=self.client) for _ in range(CLIENTS)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def join(self):
        for thread in self.threads:
            thread.join()

    def client(self):
        while self.posted < self.limit * 3:
            canary = secrets.token_hex(8)
            files = [("f", canary.encode() * random.randint(1500, 40000))] \
                if random.random() < 0.2 else []
            with self.lock:
                self.posted += 1
            try:
                reply = self.web.report("Звіт " + canary, files)
            except (OSError, http.client.HTTPException):
                return
            self.note(reply, canary, files)

    def note(self, reply, canary, files):
        with self.lock:
            if reply.status != 201:
                self.refused.append(reply.status)
                self.reached.set()
                return
            self.acknowledged.append((canary, reply.code, bool(files)))
            if len(self.acknowledged) >= self.limit:
                self.reached.set()


def kill_at_start(world, store):
    """Recovery itself is interrupted: killed before it is ready, or just then."""
    gateway = world.gateway(store, ready=False)
    gateway.up.wait(random.uniform(0, 0.03))
    gateway.kill()


def kill_under_load(world, store):
    gateway = world.gateway(store)
    load = Load(gateway.web, random.randint(1, 40)).start()
    load.reached.wait(60)
    threading.Event().wait(random.uniform(0, 0.01))  # the moment of death is the test's input
    gateway.kill()
    load.join()
    equal_or_silent("no report was refused", load.refused)
    return load.acknowledged


def equal_or_silent(name, refused):
    if refused:
        ok(name, False, refused[:5])


def by_canary(opened):
    """{canary: opened report}, and the canaries that came twice."""
    found, doubled = {}, []
    for _, out in opened:
        canary = sk.field(out, "text").split()[1]
        if canary in found:
            doubled.append(canary)
        found[canary] = out
    return found, doubled


def whole(out, canary, with_file):
    files = sk.files(out)
    if len(files) != int(with_file):
        return False
    return not files or (files[0][1].count(canary.encode()) * 16 == len(files[0][1]))


def collected(store):
    """What broke off is collected after a start, in small steps between the deposits."""
    deadline = time.monotonic() + 10
    while b"being uploaded 0\n" not in store.run("check").out:
        if time.monotonic() > deadline:
            return False
    return True


def judge(world, store, desk, acknowledged):
    left = store.run("check").out.split(b"being uploaded ")[1].split()[0]
    checks.note("%d reports were cut off in the last round" % int(left))
    gateway = world.gateway(store)
    gateway.publish()
    if any("keeps no keys" in line for line in gateway.lines):
        acknowledged_states = {"received", "unknown"}
    else:
        acknowledged_states = {"received"}
    states = {gateway.web.status(code).json()["state"] for _, code, _ in acknowledged}
    ok("every acknowledged code is known", states <= acknowledged_states, states)
    must("the store is whole", store.run("check", want=None).exit == 0)
    opened, broken = desk.import_(store.export())
    found, doubled = by_canary(opened)
    checks.note("%d acknowledged, %d in the bundle" % (len(acknowledged), len(found)))
    equal("every report in the bundle opens", broken, [])
    equal("none is there twice", doubled, [])
    equal("every acknowledged report is there",
          [c for c, _, _ in acknowledged if c not in found], [])
    equal("and whole", [c for c, _, f in acknowledged if c in found and
                        not whole(found[c], c, f)], [])
    ok("there were reports with files among them", any(f for _, _, f in acknowledged))
    ok("no half-stored pieces stay behind", collected(store), store.run("check").out)
    gateway.stop()


def main(count):
    with World("kill", (GATEWAY, STORE)) as world:
        store, (desk,) = world.intake(("Одна",), make=Paper, size="%dM" % (512 + 4 * count))
        acknowledged = []
        for i in range(count):
            if random.random() < 0.15:
                kill_at_start(world, store)
            else:
                acknowledged += kill_under_load(world, store)
        must("reports were acknowledged", acknowledged)
        judge(world, store, desk, acknowledged)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=25, help="rounds")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = parser.parse_args()
    random.seed(given.seed)
    print("     --count %d --seed %d" % (given.count, given.seed))
    sys.exit(checks.run(main, given.count))
