#!/usr/bin/python3 -B
"""The identity has a keyring of its own that only `sheet` opens: everything else works without it.
It may lie elsewhere and have another passphrase; a home of before is taken over once."""
import os
import shutil
import sys

import checks
import signed
from checks import equal, must, note, ok
from world import DESK, PASSPHRASE, World, read

OTHER = b"another passphrase for the identity"
STEPS = "write,pwrite64,fsync,rename,unlink,link,mkdir,ftruncate,openat"
SECRET, NEXT = (signed.IDENTITY, 0), (signed.IDENTITY, 1)


def everyday(world, store, web, desk):
    """Every command but `sheet`, with the identity away."""
    identity = os.path.join(desk.home, "identity.keyring")
    away = world.path("stick-" + desk.name)
    os.rename(identity, away)
    equal("fingerprint without it", desk.run("fingerprint").out.decode().split()[-1],
          desk.fingerprint)
    equal("a report", web.report("Без ключа особи.").status, 201)
    desk.import_(store.export())
    item = desk.find("Без ключа особи.")
    must("import and list without it", item, desk.list())
    desk.answer(item["id"], "checking", "Дякуємо.")
    ok("show and open without it", desk.show(item["id"])["answer"] and desk.open(item["id"]))
    store.import_board(desk.board())
    equal("board without it, and the gateway takes it",
          desk.run("stats", "--format", "json").exit, 0)
    desk.run("peer")
    result = desk.run("sheet", "--out", world.path("no-sheet"), want=1)
    ok("sheet says what is missing", b"identity keyring is not here" in result.err, result)
    ok("and writes none", not os.path.exists(world.path("no-sheet")))
    return away


def elsewhere(world, store, desk, away):
    before = read(away)
    out = world.path("sheet-elsewhere")
    result = desk.run("--identity-file", away, "sheet", "--out", out)
    equal("with --identity-file it signs", signed.sheet_read(read(out)).identity.hex(),
          desk.fingerprint)
    ok("nothing is said of a take-over", b"keyring of its own" not in result.out, result.out)
    store.import_sheet(desk, out)
    equal("its file is only read", read(away), before)
    ok("and none appeared in the home",
       not os.path.exists(os.path.join(desk.home, "identity.keyring")))
    os.rename(away, os.path.join(desk.home, "identity.keyring"))
    records, identity = desk.keyring(), desk.keyring("identity.keyring")
    ok("the desk's keyring holds no identity", not {SECRET, NEXT} & set(records))
    equal("but its public half", records[signed.IDENTITY_PK, 0].hex(), desk.fingerprint)
    equal("the identity keyring holds both and nothing else", set(identity), {SECRET, NEXT})
    ok("salts differ", read(os.path.join(desk.home, "keyring"))[16:32] != before[16:32])


def own_passphrase(world):
    home, phrase = world.path("desk-two"), world.file("other", OTHER + b"\n")
    base = (DESK, "--home", home, "--passphrase-file", world.passphrase)
    stick = world.path("identity-two")
    world.run(*base, "--identity-file", stick, "--identity-passphrase-file", phrase, "init",
              "--kdf-memory", "64")
    ok("init puts it where it is told", os.path.exists(stick) and
       not os.path.exists(os.path.join(home, "identity.keyring")))
    ok("with its own passphrase", signed.keyring_read(read(stick), OTHER))
    out = world.path("sheet-two")
    for words in ((), ("--identity-file", stick)):
        equal("sheet without file or passphrase: refused",
              world.run(*base, *words, "sheet", "--out", out, want=None).exit, 1)
    world.run(*base, "--identity-file", stick, "--identity-passphrase-file", phrase, "sheet",
              "--out", out)
    equal("with both it signs", signed.sheet_read(read(out)).identity.hex(),
          world.run(*base, "fingerprint").out.decode().split()[-1])
    wrong = world.run(*base, "--identity-file", world.path("desk-Одна", "identity.keyring"),
                      "sheet", "--out", out, want=1)
    ok("another desk's identity is refused", b"another desk" in wrong.err, wrong)


def old_home(world, desk):
    """As an earlier version left it: everything in one keyring, threads under the index key."""
    path = os.path.join(desk.home, "keyring")
    records = desk.keyring()
    records.update(desk.keyring("identity.keyring"))
    for key in [key for key in records if key[0] in (signed.IDENTITY_PK, signed.THREADS_KEY)]:
        del records[key]
    data = signed.keyring_write(read(path), PASSPHRASE, records)
    with open(path, "wb") as f:
        f.write(data)
    os.remove(os.path.join(desk.home, "identity.keyring"))
    return records


def take_over(world, store, web):
    desk = world.desk("Стара")
    records = old_home(world, desk)
    store.import_sheet(desk, first_sheet(world, desk, records))
    web.report("До старого столу.")
    desk.import_(store.export())
    ok("it goes on with its threads", desk.find("До старого столу."))
    desk.answer(desk.find("До старого столу.")["id"], "read", "Так.")
    equal("and answers", desk.show(desk.find("До старого столу.")["id"])["answer"]["text"], "Так.")


def first_sheet(world, desk, records):
    equal("fingerprint of a home of before", desk.run("fingerprint").out.decode().split()[-1],
          records[SECRET][32:].hex())
    held = open(os.path.join(desk.home, "keyring"), "rb")
    before = held.read()
    copy = desk.home + "-copy"
    shutil.copytree(desk.home, copy)
    out = world.path("sheet-old")
    result = desk.run("sheet", "--out", out)
    ok("sheet takes it over, with words", b"keyring of its own" in result.out, result.out)
    sheet = signed.sheet_read(read(out))
    equal("the same identity signs", sheet.identity, records[SECRET][32:])
    ok("the keys moved", not {SECRET, NEXT} & set(desk.keyring()))
    equal("all of them", desk.keyring("identity.keyring"),
          {SECRET: records[SECRET], NEXT: records[NEXT]})
    ok("a second time nothing is said", b"keyring of its own" not in
       desk.run("sheet", "--out", out).out)
    held.seek(0)
    ok("the old keyring's bytes were overwritten", held.read() != before)
    held.close()
    killed(world, copy, records)
    cut_off(world, desk, copy, records)
    return out


def cut_off(world, desk, copy, records):
    """A crash between the two files: both hold it; and a stranger's file in its place."""
    base = (DESK, "--home", copy, "--passphrase-file", world.passphrase)
    place = os.path.join(copy, "identity.keyring")
    shutil.copy(world.path("desk-Одна", "identity.keyring"), place)
    result = world.run(*base, "sheet", "--out", world.path("sheet-cut"), want=1)
    ok("another identity in its place: refused", b"another desk" in result.err, result)
    shutil.copy(os.path.join(desk.home, "identity.keyring"), place)
    world.run(*base, "sheet", "--out", world.path("sheet-cut"))
    equal("cut off between the files, it goes on",
          SECRET in signed.keyring_read(read(os.path.join(copy, "keyring")), PASSPHRASE), False)


def killed(world, copy, records):
    """Killed at some steps of the take-over: the next `sheet` finishes it, with the same keys."""
    n, points = 1, 0
    if b"__asan_init" in read(DESK) or not shutil.which("strace"):
        note("SKIP kills: no strace, or a build with sanitizers")
        return
    while True:
        home = world.path("killed")
        shutil.copytree(copy, home)
        base = (DESK, "--home", home, "--passphrase-file", world.passphrase)
        words = ("sheet", "--out", world.path("sheet-killed"))
        result = world.run("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + STEPS, "-e",
                           "inject=%s:signal=KILL:when=%d" % (STEPS, n), *base, *words, want=None)
        if result.exit == 0:
            break
        world.run(*base, "list")
        world.run(*base, *words)
        ring = {name: signed.keyring_read(read(os.path.join(home, name)), PASSPHRASE)
                for name in ("keyring", "identity.keyring")}
        good = equal("step %d: the identity moved, whole" % n,
                     ({SECRET, NEXT} & set(ring["keyring"]), ring["identity.keyring"]),
                     (set(), {SECRET: records[SECRET], NEXT: records[NEXT]}))
        good &= equal("step %d: no leftovers" % n,
                      [x for x in os.listdir(home) if x.endswith((".old", ".tmp"))], [])
        if not good:
            raise checks.Stop("step %d" % n)
        shutil.rmtree(home)
        n, points = n + 2, points + 1
    ok("killed at several points", points > 5, points)


def init_again(world):
    """An init that was cut off before the desk's keyring was there can be run again."""
    desk = world.desk("Перервана")
    os.remove(os.path.join(desk.home, "keyring"))
    desk.run("init", "--kdf-memory", "64")
    equal("the identity of the first try stays",
          desk.run("fingerprint").out.decode().split()[-1], desk.fingerprint)


def main():
    with World("apart") as world:
        store, (desk,) = world.intake(("Одна",))
        gateway = world.gateway(store)
        note("everyday")
        away = everyday(world, store, gateway.web, desk)
        elsewhere(world, store, desk, away)
        note("own passphrase, homes of before")
        own_passphrase(world)
        take_over(world, store, gateway.web)
        init_again(world)
        equal("the gateway ends", gateway.stop(), 0)


if __name__ == "__main__":
    sys.exit(checks.run(main))
