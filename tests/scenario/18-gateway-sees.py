#!/usr/bin/python3 -B
"""What the running gateway sees of a report that was sealed in the browser: a ciphertext of its
size class, and a row. Two reports of the same class look the same, whoever wrote what to whom."""
import base64
import re
import sys
import time
import urllib.parse

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from town import Town, need_browsers
from world import World

ONE = dict(text="Перша розповідь про Галину Петрівну, яку шукають з весни. ", category=5,
           where="Мелітополь, вулиця Гоголя", contact="галина@пошта.укр")
OTHER = dict(text="Інше, коротке. ", receipt=False, to=[1])
ONE_CHUNK = 680 + 16400


def spellings(text):
    """A text as it could stand in what was sent."""
    for kind in ("utf-8", "utf-16-le", "utf-16-be"):
        data = text.encode(kind)
        yield data
        for shift in range(3):  # base64 depends on what stands before
            coded = base64.b64encode(bytes(shift) + data)
            yield coded[4 if shift else 0:-4]
    yield urllib.parse.quote(text).encode()
    yield urllib.parse.quote_plus(text).encode()
    yield text.encode().hex().encode()


def secrets(town, person, code, fields, files):
    words = [code, code.lower(), code.replace("-", ""), code.replace("-", "").lower()]
    words += [v for k, v in fields.items() if k in ("text", "where", "contact")]
    words += [d.slug for d in town.desks] + [d.fingerprint for d in town.desks] + files
    found = [(w, s) for w in words for s in spellings(w) if len(s) >= 8]
    r = sk.r_of(code)
    receipt = sk.Receipt(r)
    raw = [r, receipt.row_key, receipt.mailbox_seed, receipt.mailbox, *(bytes.fromhex(d.fingerprint) for d in town.desks)]
    return found + [("a secret as bytes", s) for r in raw
                    for s in (r, base64.b64encode(r), r.hex().encode())]


def shape(exchanges):
    """What can be told apart: method, path, size, and the names and sizes of header fields."""
    shapes = []
    for x in exchanges:
        head = bytes(x.sent).split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        fields = [(n.lower(), len(v)) for n, _, v in (h.partition(b":") for h in head)]
        path = re.sub("/uploads/[0-9a-f]{32}$", "/uploads/TOKEN", x.path)
        shapes.append((x.method, path, len(x.body), x.status, fields))
    return shapes


def submit(town, kind, fields):
    """One report with a fresh browser; gives (exchanges of the sending, everything sent, code)."""
    with town.person(kind) as p:
        town.wire.take()
        town.form(p)
        before = town.wire.take()
        town.write(p, **fields)
        code = town.send(p, follow_up="code" in fields and fields.get("receipt", True))
        after = town.wire.take()
        # Firefox asks for an icon once in a while; it carries nothing.
        after = [x for x in after if x.path != "/favicon.ico"]
        return after, b"".join(bytes(x.sent) for x in before + after), code


def check_upload(name, after, code):
    sealed = b"".join(x.body for x in after if x.path.startswith("/uploads"))
    equal("%s: one envelope of one chunk was sent" % name, len(sealed), ONE_CHUNK)
    equal("%s: nothing but /uploads was asked" % name,
          [x for x in after if not x.path.startswith("/uploads")], [])
    metadata = dict(w.split(" ") for w in after[0].header("Upload-Metadata").split(","))
    equal("%s: the row and a token stand in the metadata" % name, sorted(metadata),
          ["row", "token"])
    if code:
        receipt, today = sk.Receipt(sk.r_of(code)), sk.day_of(time.time())
        days = [receipt.row(today - 1), receipt.row(today)]  # midnight may have passed since
        equal("%s: it is the code's row" % name, base64.b64decode(metadata["row"]) in days, True)
    equal("%s: both are 16 bytes" % name, {len(base64.b64decode(v)) for v in metadata.values()},
          {16})


def check_inside(town, name, after, fields):
    """What only a recipient can see, with the keys of the second desk: no code in there either."""
    sealed = b"".join(x.body for x in after if x.path.startswith("/uploads"))
    secrets = signed.opening_keys(town.desks[1].keyring())
    opened = sk.open_envelope(sealed, [secrets[int.from_bytes(sealed[4:8], "little")]])
    equal("%s: the text is inside" % name, sk.field(opened, "text"), fields["text"])
    equal("%s: what only says how to send is not" % name,
          {"code", "to", "receipt"} & {part for part, _, _ in opened.parts}, set())
    equal("%s: the slots of nobody are dummies" % name, opened.dummies + len(fields.get("to", "12")),
          8)


def main(kinds):
    with World("sees") as world:
        town = Town(world)
        for kind in kinds:
            note(kind.name)
            after, everything, code = submit(town, kind, ONE)
            check_upload(kind.name, after, code)
            found = [w for w, s in secrets(town, kind, code, ONE, []) if s in everything]
            equal("%s: neither code, recipient nor text was sent" % kind.name, found, [])
            ok("positive control: the gateway's own address is found",
               b"127.0.0.1" in everything)
            check_inside(town, kind.name, after, ONE)
            other = dict(OTHER, code=code)
            again, everything, none = submit(town, kind, other)
            check_inside(town, kind.name + ", another", again, other)
            found = [w for w, s in secrets(town, kind, code, OTHER, []) if s in everything]
            equal("%s: nor the code that was typed in" % kind.name, found, [])
            check_upload(kind.name + ", another", again, none)
            equal("%s: no code was wanted" % kind.name, none, None)
            equal("%s: two reports look the same" % kind.name, shape(again), shape(after))
        town.carry()
        equal("the first desk cannot read what was not for it", len(town.desks[0].list()),
              len(kinds))
        must("the second reads both", len(town.desks[1].list()) == 2 * len(kinds))
        town.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
