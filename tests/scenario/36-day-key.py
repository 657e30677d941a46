#!/usr/bin/python3 -B
"""What is not published yet outlives a restart and a kill of the gateway, through the kernel's keyring;
it does not outlive the way of the disk to another machine, and then only the marks of the day are
lost, no report. A new day publishes by itself."""
import shutil
import sys
import time

import checks
import rows
from checks import equal, must, note, ok
from keyring import Keyring
from paper import Paper
from world import GATEWAY, STORE, Store, World, in_days, read

def state(gateway, code):
    return gateway.web.status(code).json()["state"]


def restarts(world, keyring, store):
    gateway = world.gateway(store)
    codes = [gateway.web.report("перше").code]
    names = keyring.of(store.dir)
    must("the kernel keeps one key", len(names) == 1, names)
    key = keyring.payload(names[0])
    equal("of 32 bytes", len(key or b""), 32)
    equal("which is not on the disk", [p for p in store.files() if key in read(p)], [])
    equal("ended as by systemd", gateway.stop(), 0)
    gateway = world.gateway(store)
    codes.append(gateway.web.report("друге").code)
    gateway.kill()
    gateway = world.gateway(store)
    codes.append(gateway.web.report("третє").code)
    equal("until they are published nothing is known", {state(gateway, c) for c in codes},
          {"unknown"})
    gateway.publish()
    equal("after a restart and a kill all are", {state(gateway, c) for c in codes}, {"received"})
    names = keyring.of(store.dir)
    ok("another key is kept now", len(names) == 1 and keyring.payload(names[0]) != key, names)
    gateway.stop()
    equal("and none when nothing is waiting", keyring.of(store.dir), [])


def lost(world, keyring, store):
    gateway = world.gateway(store)
    before = rows.all_rows(gateway.web)
    marks = [gateway.web.report("звістка %d" % n).code for n in range(3)]
    gateway.kill()
    taken = Store(world, world.path("taken"), False, None)
    shutil.copytree(store.dir, taken.dir)
    ok("the power goes", keyring.lose(keyring.of(store.dir)[0]))
    for where in (taken, store):
        gateway = world.gateway(where)
        later = gateway.web.report("після").code
        gateway.publish()
        said = [line for line in gateway.lines if "3 receipts" in line]
        equal("it says so once", len(said), 1)
        equal("the marks of the day are lost", {state(gateway, code) for code in marks},
              {"unknown"})
        equal("those of later are not", state(gateway, later), "received")
        fresh = set(rows.all_rows(gateway.web)) - set(before)
        ok("nobody sees how many were lost", rows.is_batch(len(fresh), 1), len(fresh))
        equal("and no report is", where.run("check").exit, 0)
        gateway.stop()
    equal("all reports are there", store.stats()["envelopes"], 3 + 3 + 1)


def next_day(world, store):
    gateway = world.gateway(store, wrapper=in_days(0))
    code = gateway.web.report("учора").code
    equal("not today", state(gateway, code), "unknown")
    gateway.stop()
    gateway = world.gateway(store, wrapper=in_days(1))
    equal("a start on the next day publishes", state(gateway, code), "received")
    equal("the day is that of sending", gateway.web.status(code).json()["day"],
          time.strftime("%Y-%m-%d", time.gmtime()))
    gateway.stop()


def main():
    with World("day-key", (GATEWAY, STORE)) as world:
        keyring = Keyring()
        store, _ = world.intake(("Одна",), make=Paper, size="16M")
        if keyring.ring() == -1:
            note("the kernel keeps no keys here: only what is said of that is looked at")
            gateway = world.gateway(store)
            ok("the gateway says so", any("keeps no keys" in line for line in gateway.lines))
            return
        for step in (restarts, lost):
            note(step.__name__)
            step(world, keyring, store)
        next_day(world, world.intake(("Інша",), make=Paper, name="store-days")[0])


if __name__ == "__main__":
    if time.time() % 86400 > 86400 - 600:
        print("SKIP it is nearly midnight (UTC), when a publication is due")
        sys.exit(77)
    sys.exit(checks.run(main))
