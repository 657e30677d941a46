#!/usr/bin/python3 -B
"""Bodies at and beyond what the parser reads are shown as far as they were read, and said to hold
more; names are those that the browser wrote; what strangers wrote steers no terminal."""
import errno
import json
import os
import shutil
import sys
import time

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from world import BUILD, DESK, World, read, sanitized

FAULT = os.path.join(os.path.abspath(BUILD), "tests", "faults", "fault.so")

PARTS = 1000
HARMFUL = "ліворуч\u202eправоруч \x9b31m \x7f \u2066її\u2069 \U000e0041\ufeff край"
NAMES = ["C:\\reports\\new.txt", "ends with\\", 'say "hi".txt', "=?utf-8?B?0YTQvtGC0L4=?=.jpg",
         "два\r\nрядки.txt", "100%25.txt", "Şikâyet.docx", "foto.jpg."]


def escaped(name):
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode()


def part(name, value, filename=None):
    head = b'--XX\r\nContent-Disposition: form-data; name="' + escaped(name) + b'"'
    if filename is not None:
        head += b'; filename="' + (filename if isinstance(filename, bytes) else escaped(filename))
        head += b'"\r\nContent-Type: text/plain'
    return head + b"\r\n\r\n" + value + b"\r\n"


class Forms:
    def __init__(self, world):
        self.w = world
        self.store, (self.desk,) = world.intake(("Одна",))
        self.sheet = signed.sheet_read(read(self.desk.sheet_path))
        self.gateway = world.gateway(self.store)

    def bring(self, *bodies):
        """Bodies as they are, sealed by hand and handed in like a courier's files."""
        epoch = sk.week_of(time.time())
        files = []
        for i, body in enumerate(bodies):
            sealed = sk.seal_report(sk.Receipt(os.urandom(15)), [signed.sheet_key(self.sheet, epoch)],
                                    epoch, body, "XX", sk.sheets_digest([self.sheet.digest]))
            files.append(self.w.file("sealed-%d" % i, sealed))
        equal("the courier page takes them", self.gateway.web.courier(files).status, 201)
        return self.desk.import_(self.store.export())

    def open(self, report, want):
        self.w_count = getattr(self, "w_count", 0) + 1
        to = self.w.path("open-%d" % self.w_count)
        result = self.desk.run("open", report, "--to", to, want=want)
        return to, json.loads(read(os.path.join(to, "report.json"))), result


def crowded(f):
    head = part("category", b"7") + part("text", "ціла вулиця".encode())
    many = b"".join(part("file", b"x", "IMG_%04d.jpg" % i) for i in range(1100))
    whole = b"".join(part("file", b"x", "IMG_%04d.jpg" % i) for i in range(PARTS - 2))
    for name, rest, parts in (("one thousand", whole, None), ("more", many, "1,000 parts")):
        result = f.bring(head.replace("ціла".encode(), ("ціла " + name).encode()) + rest +
                         b"--XX--\r\n")
        equal("%s: import says how many" % name, b"read only in part" in result.out, bool(parts))
        (item,) = f.desk.list("--search", "ціла %s вулиця" % name)
        equal("%s: category, attachments, parsed" % name,
              (item["category"], item["attachments"], item["parsed"]), (7, 998, not parts))
        shown = f.desk.run("show", item["id"]).out.decode()
        equal("%s: shown, and that there is more" % name,
              ("вулиця" in shown, "THERE IS MORE" in shown), (True, bool(parts)))
        to, about, result = f.open(item["id"], 1 if parts else 0)
        equal("%s: all that was read is written" % name,
              len([n for n in os.listdir(to) if n.endswith(".jpg")]), 998)
        equal("%s: the body itself" % name, os.path.exists(to + "/body.bin"), bool(parts))
        equal("%s: why" % name, about["incomplete"] and parts in about["incomplete"], parts and True)
        if parts:
            ok("open says what is in body.bin", b"body.bin" in result.err and
               read(to + "/body.bin").endswith(b"--XX--\r\n"), result)


def broken(f):
    text = part("text", "доки читалося".encode())
    long_head = b"--XX\r\nX: " + b"a" * 20000 + b"\r\n\r\nx\r\n--XX--\r\n"
    cases = {"a head without end": (text + long_head, "no form", "доки читалося"),
             "cut": (text + part("file", b"y" * 500, "a.txt")[:-100], "middle", "доки читалося"),
             "nothing of a form": (b"not a form at all", "no form", None)}
    for name, (body, why, seen) in cases.items():
        before = {item["id"] for item in f.desk.list()}
        f.bring(body)
        (new,) = [item for item in f.desk.list() if item["id"] not in before]
        equal("%s: listed with what was read" % name,
              (new["text_excerpt"] == seen, new["parsed"]), (bool(seen), False))
        full = f.desk.show(new["id"])
        ok("%s: why" % name, why in full["incomplete"], full["incomplete"])
        to, about, _ = f.open(new["id"], 1)
        equal("%s: the body is there byte for byte" % name, read(to + "/body.bin"), body)
        ok("%s: report.txt says so" % name, b"THERE IS MORE" in read(to + "/report.txt"))
        equal("%s: the text too" % name, [x["value"] for x in about["fields"]], [seen] if seen else [])


DYING = """#!/usr/bin/python3
import struct, sys
sys.stdout.buffer.write(b"S")  # it has begun
say = lambda kind, data: sys.stdout.buffer.write(struct.pack("<BI", kind, len(data)) + data)
say(1, b"text"); say(2, "останнє слово".encode()); say(3, struct.pack("<Q", 25))
say(1, b"where"); say(2, b"half")
"""


def hidden(f):
    """The code of a follow-up is the writer's secret, wherever it lies in the body."""
    code = sk.Receipt(os.urandom(15)).code.encode()
    edge = 16382 - 256 - 108  # then the code begins with the second chunk
    for before in (0, edge - 28, edge - 14, edge - 1, 40000):
        body = part("text", b"a" * before) + part("code", code) + part("text", b"to be found %d" %
                                                                       before)
        f.bring(body)
        (item,) = f.desk.list("--search", "to be found %d" % before)
        to, about, _ = f.open(item["id"], 1)
        data = read(to + "/body.bin")
        equal("code after %d bytes: asterisks in its place, all else as it came" % before,
              data == body.replace(code, b"*" * len(code)), True)
        ok("and nowhere in the folder", not any(code in read(os.path.join(to, n))
                                                for n in os.listdir(to)))


def dying(f):
    """What a parser said before it died (a limit of memory or time) is kept and shown."""
    folder = f.w.path("bin")
    os.mkdir(folder)
    shutil.copy(DESK, folder)
    with open(os.path.join(folder, "skrynka-parse"), "w", encoding="utf-8") as script:
        script.write(DYING)
    os.chmod(os.path.join(folder, "skrynka-parse"), 0o700)
    f.gateway.web.report("хай там що")
    base = (os.path.join(folder, "skrynka-desk"), "--home", f.desk.home, "--passphrase-file",
            f.w.passphrase)
    f.w.run(*base, "import", f.store.export())
    (item,) = f.desk.list("--search", "останнє слово")
    equal("listed with what was read", item["parsed"], False)
    full = f.desk.show(item["id"])
    equal("whole parts only", [x["name"] for x in full["fields"]], ["text"])
    ok("and why", "could not go on" in full["incomplete"], full)
    to = f.w.path("dying")
    f.w.run(*base, "open", item["id"], "--to", to, want=1)
    ok("open writes it, and the body", "останнє слово" in read(to + "/report.txt").decode() and
       "хай там що" in read(to + "/body.bin").decode())
    _, about, _ = f.open(item["id"], 0)
    equal("with a parser that lives all is read", about["fields"][0]["value"], "хай там що")


def not_begun(f):
    """A fault of the machine before the parser reads the report, or while the desk talks with it, is no
    fault of the report: nothing is recorded, and the same bundle is imported when it has passed."""
    f.gateway.web.report("нічого не вада")
    bundle, before = f.store.export(), len(f.desk.list())
    folder = f.w.path("bin")
    words = ("--home", f.desk.home, "--passphrase-file", f.w.passphrase, "import", bundle)
    trials = []
    for name, does in (("ends at once", "exit 1"), ("does not start", "exit 127"), ("is killed", "kill -9 $$")):
        trials.append((name, (), os.path.join(folder, "skrynka-desk"), does))
    if not sanitized(DESK):
        for kind, error in (("write", errno.ENOSPC), ("write", errno.EIO), ("read", errno.EIO)):
            preload = ("env", "LD_PRELOAD=" + FAULT, "FAULT_KINDS=" + kind, "FAULT_UNDER=pipe:", "FAULT_AT=1",
                       "FAULT_ERRNO=%d" % error)
            trials.append(("%s fails: %s" % (kind, os.strerror(error)), preload, DESK, None))
    for name, preload, program, does in trials:
        if does:
            with open(os.path.join(folder, "skrynka-parse"), "w", encoding="utf-8") as script:
                script.write("#!/bin/sh\n%s\n" % does)
        result = f.w.run(*preload, program, *words, want=1)
        ok("%s: the import says that it passes" % name, b"nothing was recorded" in result.err or
           b"reading or writing failed" in result.err or b"no space left" in result.err, result)
        equal("%s: nothing is listed as unreadable" % name, len(f.desk.list()), before)
    result = f.desk.run("import", bundle)
    ok("then it is imported", b"1 new" in result.out and b"in part" not in result.out, result.out)
    (item,) = f.desk.list("--search", "нічого не вада")
    equal("whole", item["parsed"], True)


def names(f):
    f.bring(part("text", "імена".encode()) +
            b"".join(part("file", b"%d" % i, n) for i, n in enumerate(NAMES)) +
            part("file", b"9", "фото.jpg".encode("cp1251")) +
            part("поле \"1\"", b"v") + b"--XX--\r\n")
    (item,) = f.desk.list("--search", "імена")
    to, about, _ = f.open(item["id"], 0)
    got = about["files"]
    equal("names as they were given", [x["name"] for x in got[:-1]], NAMES)
    equal("fields too", about["fields"][-1]["name"], 'поле "1"')
    want = part("file", b"", NAMES[2]).split(b"\r\n", 1)[1].split(b"\r\n\r\n")[0] + b"\r\n"
    equal("the raw header stands beside", got[2]["header"], want.decode())
    ok("one that is no text in hexadecimal too",
       "фото.jpg".encode("cp1251") in bytes.fromhex(got[-1]["header_hex"]) and
       not any("header_hex" in x for x in got[:-1]), got[-1])
    equal("the files are right", [read(os.path.join(to, x["file"])) for x in got],
          [b"%d" % i for i in range(len(NAMES))] + [b"9"])
    equal("safe names", [x["file"][3:] for x in got[-3:-1]], ["Sikayet.docx", "foto.jpg"])
    equal("none ends in a dot or a space", [x["file"] for x in got if x["file"][-1] in ". "], [])


def harmless(f):
    f.bring(part("text", HARMFUL.encode()) + part("file", b"1", HARMFUL + ".txt") + b"--XX--\r\n")
    (item,) = f.desk.list("--search", "ліворуч")
    bad = [c for c in HARMFUL if c in "\u202e\x9b\x7f\u2066\u2069\U000e0041\ufeff"]
    to, about, _ = f.open(item["id"], 0)
    for name, data in (("show --json", f.desk.run("show", item["id"], "--json").out),
                       ("list --json", f.desk.run("list", "--json").out),
                       ("report.json", read(to + "/report.json"))):
        found = [hex(ord(c)) for c in bad if c in data.decode()]
        equal("%s: nothing that steers a terminal" % name, found, [])
        ok("%s: letters stay readable" % name, "праворуч" in data.decode())
    equal("and the text is exact", (about["fields"][0]["value"], about["files"][0]["name"]),
          (HARMFUL, HARMFUL + ".txt"))


def main():
    with World("forms") as world:
        f = Forms(world)
        for step in (crowded, broken, hidden, dying, not_begun, names, harmless):
            note(step.__name__)
            step(f)
        equal("the gateway ends", f.gateway.stop(), 0)


if __name__ == "__main__":
    sys.exit(checks.run(main))
