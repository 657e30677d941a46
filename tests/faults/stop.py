#!/usr/bin/python3 -B
"""The gateway is ended under load, and whoever reaches into the epoll sets of its threads from outside
is overtaken by them (fault.c, "leave"): it ends with 0, and what it acknowledged is there."""
import http.client
import os
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import checks
from checks import equal, must
from paper import Paper
from world import BUILD, GATEWAY, STORE, World, need_programs, sanitized

LIBRARY = os.path.join(BUILD, "tests", "faults", "fault.so")
CLIENTS, ROUNDS = 4, 4


class Load:
    def __init__(self, web):
        self.web, self.codes, self.ended = web, [], threading.Event()
        self.some = threading.Event()
        self.threads = [threading.Thread(target=self.client) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def client(self):
        while not self.ended.is_set():
            try:
                reply = self.web.report("до кінця")
            except (OSError, http.client.HTTPException, AttributeError):
                if self.ended.is_set():
                    return
                continue
            if reply.status == 201:
                self.codes.append(reply.code)
                self.some.set()

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def end_under_load(world, store):
    gateway = world.gateway(store, options=("--threads", "4"), wrapper=(
        "env", "LD_PRELOAD=" + LIBRARY, "FAULT_KINDS=leave"))
    load = Load(gateway.web)
    must("reports are taken", load.some.wait(60))
    code = gateway.stop()
    load.end()
    equal("it ends with 0", code, 0) or checks.note("".join(gateway.lines)[-300:])
    return load.codes


def main():
    with World("stop", (GATEWAY, STORE)) as world:
        store, _ = world.intake(("Одна",), make=Paper, size="64M")
        codes = []
        for _ in range(ROUNDS):
            codes += end_under_load(world, store)
        gateway = world.gateway(store)
        gateway.publish()
        web = gateway.web
        states = {web.status(code).json()["state"] for code in codes}
        equal("every acknowledged code is known", states, {"received"})


if __name__ == "__main__":
    need_programs(GATEWAY, STORE)
    if sanitized(GATEWAY):
        print("SKIP a sanitizer wants to be the first library")
        sys.exit(77)
    sys.exit(checks.run(main))
