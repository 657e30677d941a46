#!/usr/bin/python3 -B
"""No answer is lost in silence: all that were given to one code reach its writer, one after the
other; one goes only when somebody says so; one that does not fit is refused. Texts come from files
as editors of every kind save them."""
import json
import os
import pty
import struct
import subprocess
import sys

import nacl.bindings as sodium

import checks
import signed
from checks import equal, must, note, ok
from world import DESK, World, read

LIMIT = 3584
DAY_LINE, BETWEEN = 11, 2


class Answers:
    def __init__(self, world):
        self.w = world
        self.store, (self.desk,) = world.intake(("Одна",))
        self.gateway = world.gateway(self.store)
        self.web = self.gateway.web

    def bring(self, *reports):
        """(text, code or None) each; gives (code, id) of each."""
        codes = [self.web.report(text, code=code).code or code for text, code in reports]
        self.desk.import_(self.store.export())
        return [(code, self.desk.find(text)["id"]) for code, (text, _) in zip(codes, reports)]

    def read_at(self, code, want=None):
        """What the writer reads, from the gateway and from the file."""
        board = self.desk.board()
        self.store.import_board(board)
        (answer,) = self.web.status_until(code, "answered")["answers"]
        (other,) = self.w.answers(code, [(self.desk.sheet_path, board)])
        equal("page and file say the same", (other["status"], other["text"]),
              (answer["status"], answer["text"]))
        if want is not None:
            equal("the writer reads " + repr(want), texts_of(answer["text"]), want)
        return answer

    def typed(self, line, *words):
        """The desk with somebody at its standard input."""
        master, slave = pty.openpty()
        with subprocess.Popen([DESK, "--home", self.desk.home, "--passphrase-file",
                               self.w.passphrase, *words], stdin=slave, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            os.write(master, line)
            out, err = process.communicate(timeout=60)
        os.close(slave)
        os.close(master)
        return process.returncode, out.decode(), err.decode()

    def text_file(self, text):
        return self.w.file("typed", text.encode())


def texts_of(text):
    """Texts of one answer, the newest first; each stands under its day when there are several."""
    day = text[:10]
    if not (len(text) > 10 and day[4] == day[7] == "-" and text[10] == "\n"):
        return [text]
    return [part[11:] for part in text.split("\n\n") if part]


def one_report(a):
    (code, report), = a.bring(("перше повідомлення", None))
    a.desk.answer(report, "more", "Коли це було?")
    a.read_at(code, ["Коли це було?"])
    result = a.desk.run("answer", report, "--status", "checking", "--text-file",
                        a.text_file("Дякуємо."))
    ok("the present one is shown, and that both go out", "Коли це було?" in result.out.decode() and
       b"both" in result.out, result.out)
    equal("the newest status", a.read_at(code, ["Дякуємо.", "Коли це було?"])["status"], "checking")
    a.desk.run("answer", report, "--status", "checking", "--text-file", a.text_file("Дякуємо."))
    a.read_at(code, ["Дякуємо.", "Коли це було?"])
    equal("show has both", [t["text"] for t in a.desk.show(report)["answer"]["texts"]],
          ["Дякуємо.", "Коли це було?"])
    a.desk.answer(report, "checking")
    a.read_at(code, ["Дякуємо.", "Коли це було?"])
    result = a.desk.run("answer", report, "--status", "passed")
    ok("what goes is shown", "Коли це було?" in result.out.decode() and
       b"not shown under the new status" in result.out, result.out)
    equal("no old question under a new status", a.read_at(code, [""])["status"], "passed")
    a.desk.answer(report, "more", "Коли це було?")
    a.desk.answer(report, "closed", "Коли це було?")
    equal("a text that is given again stays", a.read_at(code, ["Коли це було?"])["status"],
          "closed")
    result = a.desk.run("answer", report, "--status", "read", "--text-file", a.text_file("Одна."),
                        "--replace")
    ok("--replace shows what goes", "Коли це було?" in result.out.decode(), result.out)
    a.read_at(code, ["Одна."])
    words = ("answer", report, "--status", "more", "--text-file", a.text_file("Друга."))
    exit_code, out, err = a.typed(b"no\n", *words)
    ok("at a terminal it asks", "Replace it?" in err and "Одна." in out, out + err)
    a.read_at(code, ["Друга.", "Одна."])
    words = (*words[:-1], a.text_file("Третя."))
    equal("yes replaces", (a.typed(b"yes\n", *words)[0], exit_code), (0, 0))
    a.read_at(code, ["Третя."])
    a.desk.run("answer", report, "--status", "closed", "--without-text")
    a.read_at(code, [""])
    a.desk.run("answer", report, "--status", "closed", "--without-text", "--text-file", "x", want=2)


def one_code(a):
    (code, first), = a.bring(("початок розмови", None))
    (_, second), = a.bring(("продовження розмови", code))
    a.desk.answer(first, "more", "Чи були свідки?")
    a.desk.answer(second, "checking", "Дякуємо за доповнення.")
    answer = a.read_at(code, ["Дякуємо за доповнення.", "Чи були свідки?"])
    equal("the status of the newest", answer["status"], "checking")
    ok("on the page too", "Чи були свідки?" in a.web.status(code, accept="text/html").text)
    a.desk.answer(first, "more", "Хто ще там був?", "--replace")
    equal("the later one comes first", a.read_at(
        code, ["Хто ще там був?", "Дякуємо за доповнення."])["status"], "more")
    return code, first, second


def room(a):
    (code, first), = a.bring(("багато слів", None))
    (_, second), = a.bring(("ще багато слів", code))
    spare = LIMIT - 2 * DAY_LINE - BETWEEN
    a.desk.answer(first, "more", "а" * 890)
    result = a.desk.run("answer", second, "--status", "read", "--text-file",
                        a.text_file("b" * (spare - 1780 + 1)), want=1)
    ok("one byte too much for both is refused", b" 1 bytes too long" in result.err, result)
    a.read_at(code, ["а" * 890])
    a.desk.answer(second, "read", "b" * (spare - 1780))
    a.read_at(code, ["b" * (spare - 1780), "а" * 890])
    result = a.desk.run("answer", second, "--status", "read", "--text-file",
                        a.text_file("c" * (LIMIT + 1)), want=1)
    ok("one that fits no board is refused", b"3,584" in result.err, result)
    a.desk.run("answer", second, "--status", "read", "--text-file", a.text_file("c" * LIMIT),
               "--replace", want=1)
    a.read_at(code, ["b" * (spare - 1780), "а" * 890])
    too_long(a, code, first, second)


def too_long(a, code, first, second):
    """A log of before, which took more than a board holds: said, with the report's name."""
    key = a.desk.keyring()[signed.THREADS_KEY, 1]
    path = os.path.join(a.desk.home, "index", "threads-1.log")
    records = list(signed.log_records(read(path), [key]))
    digest = next(json.loads(r)["report"] for r in records
                  if json.loads(r).get("report", "").startswith(second))
    payload = json.dumps({"answer": digest, "status": 3, "day": 20000, "text": "d" * 3000}).encode()
    number = struct.unpack_from("<I", read(path), 8)[0]
    nonce = os.urandom(24)
    sealed = nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        struct.pack("<Q", len(records)) + payload, struct.pack("<IQ", number, len(records)), nonce,
        key)
    with open(path, "ab") as log:
        log.write(struct.pack("<I", len(sealed)) + sealed)
    result = a.desk.run("board", "--out", a.w.path("too-long"))
    ok("the board says which answer is not on it",
       first.encode() in result.err and b"NOT on this board" in result.err, result)
    (answer,) = a.w.answers(code, [(a.desk.sheet_path, a.w.path("too-long"))])
    equal("the newest is", answer["text"], "d" * 3000)


def files(a):
    (code, report), = a.bring(("для файлів", None))
    ask = 'Коли\tце "було"? \\ <b> \u2028/'  # what JSON and pages must escape
    want = "Дякуємо.\n" + ask
    for name, data in (("CR LF", ("Дякуємо.\r\n%s\r\n" % ask).encode()),
                       ("a mark", ("\ufeff%s\n" % want).encode()),
                       ("CR", ("Дякуємо.\r%s\r" % ask).encode()),
                       ("no last end", want.encode())):
        a.desk.run("answer", report, "--status", "more", "--text-file", a.w.file("f", data),
                   "--replace")
        equal("an answer with %s" % name, a.desk.show(report)["answer"]["text"], want)
    a.read_at(code, [want])
    for name, data, says in (("UTF-16", "так".encode("utf-16"), b"line 1, byte 1: this is UTF-16"),
                             ("windows-1251", "a\nтак".encode("cp1251"), b"line 2, byte 3 is not"),
                             ("an escape", b"a\r\nb\r\n\x1b[2J", b"line 3, byte 7: a control")):
        result = a.desk.run("answer", report, "--status", "more", "--text-file",
                            a.w.file("f", data), want=1)
        ok("%s is refused, with the place" % name, says in result.err, result)


def main():
    with World("answers") as world:
        a = Answers(world)
        for step in (one_report, one_code, files, room):
            note(step.__name__)
            step(a)
        equal("the gateway ends", a.gateway.stop(), 0)


if __name__ == "__main__":
    sys.exit(checks.run(main))
