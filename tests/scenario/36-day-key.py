#!/usr/bin/python3 -B
"""What is not published yet outlives a restart and a kill of the gateway, through the kernel's keyring;
it does not outlive the way of the disk to another machine, and then only the marks of the day are
lost, no report. A new day publishes by itself."""
import errno
import os
import shutil
import sys
import time

import checks
import rows
from checks import equal, must, note, ok
from keyring import Keyring
from paper import Paper
from world import BUILD, GATEWAY, STORE, Store, World, in_days, read, sanitized

FAULT = os.path.join(os.path.abspath(BUILD), "tests", "faults", "fault.so")


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


def without_keys(world, keyring):
    """The kernel keeps no keys: the day's key is in this process alone. The gateway says at start what a
    restart costs; until then all is as ever; a restart costs the marks, and no report."""
    store, _ = world.intake(("Без ключів",), make=Paper, name="store-without", size="16M")
    no_keys = ("env", "LD_PRELOAD=" + FAULT, "FAULT_KINDS=keys", "FAULT_AT=1", "FAULT_HOW=from",
               "FAULT_ERRNO=%d" % errno.ENOSYS)
    gateway = world.gateway(store, wrapper=no_keys)
    warned = any("keeps no keys" in line for line in gateway.lines)
    equal("it says what a restart costs", (warned, any("restart" in line for line in gateway.lines)),
          (True, True))
    first = gateway.web.report("перше").code
    equal("the kernel has no key of this store", keyring.of(store.dir), [])
    equal("until it is published nothing is known", state(gateway, first), "unknown")
    gateway.publish()
    equal("then it is received", state(gateway, first), "received")
    marks = [gateway.web.report("звістка %d" % n).code for n in range(2)]
    gateway.stop()
    gateway = world.gateway(store, wrapper=no_keys)
    later = gateway.web.report("після").code
    gateway.publish()
    equal("a restart costs the marks of the day", {state(gateway, c) for c in marks}, {"unknown"})
    equal("which is said once, with their number",
          len([line for line in gateway.lines if "2 receipts" in line]), 1)
    equal("those of before and of later are there", {state(gateway, c) for c in (first, later)}, {"received"})
    mark = gateway.web.report("під сигналом").code
    gateway.kill()
    gateway = world.gateway(store)
    equal("it says nothing when there are keys again", [x for x in gateway.lines if "keeps no keys" in x], [])
    again = gateway.web.report("знову з ключем").code
    gateway.stop()
    gateway = world.gateway(store)
    gateway.publish()
    equal("the mark of before is lost, that of now kept by the kernel",
          (state(gateway, mark), state(gateway, again)), ("unknown", "received"))
    gateway.stop()
    equal("no report is lost", (store.run("check").exit, store.stats()["envelopes"]), (0, 6))


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
        if sanitized(GATEWAY):
            note("a sanitizer must be the first library: a kernel without keys is not played")
        else:
            note("without keys")
            without_keys(world, keyring)
        next_day(world, world.intake(("Інша",), make=Paper, name="store-days")[0])


if __name__ == "__main__":
    if time.time() % 86400 > 86400 - 600:
        print("SKIP it is nearly midnight (UTC), when a publication is due")
        sys.exit(77)
    sys.exit(checks.run(main))
