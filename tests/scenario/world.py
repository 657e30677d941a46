"""A small world for scenarios: a temporary folder with a store, a gateway and desks in it.

Programs come from the build tree SKRYNKA_BUILD. Nothing here sleeps: it waits for a ready line,
an exit, a file. Only processes that a scenario started are ended, by their process id.
"""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import checks
import signed
from keyring import Keyring
from web import Web

BUILD = os.environ.get("SKRYNKA_BUILD", ".")
SOURCE = os.environ.get("SKRYNKA_SOURCE",
                        os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
GATEWAY = os.path.join(BUILD, "gateway", "skrynka-gateway")
STORE = os.path.join(BUILD, "storage", "skrynka-store")
DESK = os.path.join(BUILD, "keys", "desk", "skrynka-desk")
REPORT = os.path.join(BUILD, "keys", "report", "skrynka-report")
CLOCK = os.path.join(os.path.abspath(BUILD), "tests", "faults", "clock.so")
PASSPHRASE = b"correct horse battery staple"
SKIP = 77


def need_programs(*programs):
    missing = [p for p in programs or (GATEWAY, STORE, DESK, REPORT) if not os.access(p, os.X_OK)]
    if missing:
        print("FAIL not built: %s (set SKRYNKA_BUILD to the build folder)" % " ".join(missing))
        sys.exit(1)


def need_tools(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        print("SKIP not installed: " + " ".join(missing))
        sys.exit(SKIP)


def in_days(days):
    """Words that start a program whose clock is some days ahead, or with a minus behind."""
    return "env", "LD_PRELOAD=" + CLOCK, "CLOCK_AHEAD=%d" % (days * 86400)


def sanitized(program):
    """A sanitizer has its own malloc, and must be the first library of a process."""
    with open(program, "rb") as f:
        return b"__asan_init" in f.read()


class Result:
    def __init__(self, argv, process, out, err):
        self.argv, self.exit, self.out, self.err = argv, process.returncode, out, err

    def __str__(self):
        return "%s: exit %s, %s" % (os.path.basename(self.argv[0]), self.exit,
                                    self.err.decode("utf-8", "replace").strip() or "no message")


class World:
    """with World("name") as w: ...; the folder stays when a check failed."""

    def __init__(self, name, need=()):
        need_programs(*need)
        self.dir = tempfile.mkdtemp(prefix="skrynka-%s-" % name)
        self.gateways = []
        self.passphrase = self.file("passphrase", PASSPHRASE + b"\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for gateway in self.gateways:
            gateway.kill()
        Keyring().forget(self.dir)
        if checks.failed or kind:
            print("     kept for a look: %s" % self.dir)
        else:
            shutil.rmtree(self.dir)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def file(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def random_file(self, name, length):
        """A file of random bytes; gives its path and SHA-256."""
        digest = hashlib.sha256()
        with open(self.path(name), "wb") as f:
            while length > 0:
                piece = os.urandom(min(length, 1 << 20))
                digest.update(piece)
                f.write(piece)
                length -= len(piece)
        return self.path(name), digest.hexdigest()

    def run(self, *argv, want=0, env=None, stdin=b""):
        """Runs a program to its end. want: the exit code it must have; None takes any."""
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=env, cwd=self.dir) as process:
            try:
                out, err = process.communicate(stdin, timeout=300)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                raise checks.Stop("%s did not end" % (argv,))
        result = Result(argv, process, out, err)
        if want is not None and result.exit != want:
            raise checks.Stop("%s, wanted %d: %s" % (" ".join(map(str, argv)), want, result))
        return result

    def store(self, name="store", init=True, size="64M"):
        return Store(self, self.path(name), init, size)

    def desk(self, name, wrapper=()):
        return Desk(self, name, wrapper)

    def gateway(self, store, **options):
        gateway = Gateway(self, store, **options)
        self.gateways.append(gateway)
        return gateway

    def intake(self, names=("Перша", "Друга"), make=None, **store_options):
        """A store with these organisations' sheets, and their desks (or what make gives)."""
        store, desks = self.store(**store_options), []
        for name in names:
            desk = (make or Desk)(self, name)
            store.import_sheet(desk, desk.sheet())
            desks.append(desk)
        return store, desks

    def seal(self, sheets, text, *options):
        """skrynka-report seal: (path of the sealed file, code or None)."""
        number = len(os.listdir(self.dir))
        argv = [REPORT, "seal"]
        for sheet in sheets:
            argv += ["--sheet", sheet]
        out = self.path("report-%d.sealed" % number)
        text_file = self.file("text-%d" % number, text.encode())
        result = self.run(*argv, "--text-file", text_file, "--out", out, *options)
        found = re.search("(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", result.out.decode())
        return out, found and found.group(0)

    def answers(self, code, pairs):
        """skrynka-report answers --json over (sheet, board) pairs."""
        argv = [REPORT, "answers", "--json", "--code-file",
                self.file("code", code.encode() + b"\n")]
        for sheet, board in pairs:
            argv += ["--sheet", sheet, "--board", board]
        found = json.loads(self.run(*argv).out)
        return found["answers"] if isinstance(found, dict) else found


class Gateway:
    """A running gateway; .web talks to it. wrapper: words before the command (strace, in_days).
    unix: on a Unix socket (.socket), as in earnest, instead of a port. swap: whether it may run on
    a machine that swaps and does not let it lock memory: nothing real is in these tests."""

    def __init__(self, world, store, wrapper=(), options=(), ready=True, unix=False, swap=True,
                 env=None):
        self.world, self.lines = world, []
        self.log = world.path("gateway-%d.log" % len(world.gateways))
        self.socket = self.log[:-4] + ".sock" if unix else None
        argv = [*wrapper, GATEWAY, "--store", store.dir, "--listen",
                "unix:" + self.socket if unix else "127.0.0.1:0", *options,
                *(["--accept-swap"] if swap else [])]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env=env)
        self.pid = self.process.pid
        self.up = threading.Event()
        self.said = threading.Condition()
        self.published = 0
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if ready:
            self.wait_ready()

    def read(self):
        with open(self.log, "wb") as log, self.process.stdout as output:
            for line in output:
                log.write(line)
                log.flush()
                self.lines.append(line.decode("utf-8", "replace"))
                if "ready on" in self.lines[-1]:
                    self.up.set()
                if self.lines[-1].startswith("published: "):
                    with self.said:
                        self.published += 1
                        self.said.notify_all()
        self.up.set()

    def wait_ready(self):
        self.up.wait(60)
        if self.socket:
            checks.must("the gateway says that it is ready", any("ready on" in x for x in self.lines),
                        "".join(self.lines))
            self.web = Web(unix=self.socket)
            return
        found = [re.search(r"ready on \D*127\.0\.0\.1:(\d+)", line) for line in self.lines]
        ports = [int(m.group(1)) for m in found if m]
        checks.must("the gateway says that it is ready", ports, "".join(self.lines)) \
            if not ports else None
        self.web = Web("127.0.0.1", ports[0])

    def publish(self):
        """Has it publish the receipts so far, which it does by itself at midnight, and waits."""
        with self.said:
            before = self.published
            self.process.send_signal(signal.SIGUSR1)
            checks.must("the gateway says that it published",
                        self.said.wait_for(lambda: self.published > before, 60))

    def stop(self):
        """Ends it as systemd would; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        return self.wait()

    def wait(self):
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.reader.join(10)
        return code


class Store:
    def __init__(self, world, path, init, size):
        self.world, self.dir, self.bundles = world, path, 0
        if init:
            self.run("init", "--size", size)

    def run(self, *words, want=0):
        return self.world.run(STORE, "--store", self.dir, *words, want=want)

    def import_sheet(self, desk, sheet, want=0):
        return self.run("import-sheet", "--name", desk.name, "--fingerprint", desk.fingerprint,
                        sheet, want=want)

    def export(self, *options, name=None):
        self.bundles += 1
        out = self.world.path(name or "carry-%d.bin" % self.bundles)
        self.run("export", "--out", out, *options)
        return out

    def import_board(self, board, want=0):
        return self.run("import-board", board, want=want)

    def purge(self):
        return self.run("purge")

    def stats(self):
        return json.loads(self.run("stats", "--json").out)

    def offline(self, folder="offline-pages"):
        """Writes the pages that work without a network; by language: their sums and those of their program."""
        out = self.world.run(GATEWAY, "--store", self.dir, "--offline", self.world.path(folder)).out.decode()
        sums = lambda before: dict(reversed(line.split("  ")) for line in re.findall(
            r"^%s([0-9a-f]{64}  \w+)\.html$" % before, out, re.M))
        programs = sums("# ")
        return {lang: {"page": page, "program": programs[lang]} for lang, page in sums("").items()}

    def files(self):
        for folder, _, names in os.walk(self.dir):
            yield from (os.path.join(folder, name) for name in names)


class Desk:
    """One organisation's desk; a cheap keyring, because the cost is not what is tested."""

    def __init__(self, world, name, wrapper=()):
        self.world, self.name, self.wrapper = world, name, tuple(wrapper)
        self.home = world.path("desk-" + name)
        self.count, self.pinned = 0, False
        self.run("init", "--kdf-memory", "64")
        self.fingerprint = self.run("fingerprint").out.decode().split()[-1]
        self.slug = self.fingerprint[:8]

    def run(self, *words, want=0):
        return self.world.run(*self.wrapper, DESK, "--home", self.home, "--passphrase-file",
                              self.world.passphrase, *words, want=want)

    def out(self, kind):
        self.count += 1
        return self.world.path("%s-%s-%d.bin" % (self.name, kind, self.count))

    def sheet(self, weeks=13, months=6):
        self.sheet_path = self.out("sheet")
        self.run("sheet", "--weeks", str(weeks), "--months", str(months), "--out",
                 self.sheet_path)
        return self.sheet_path

    def pin(self, bundle):
        """Trusts the gateway that signed this bundle, as if the operator had told its key."""
        self.pinned = True
        return self.run("gateway", read(bundle)[24:56].hex())

    def import_(self, *bundles, want=0, options=()):
        if not self.pinned:
            self.pin(bundles[0])
        return self.run("import", *options, *bundles, want=want)

    def list(self, *options):
        return json.loads(self.run("list", "--json", *options).out)

    def show(self, report):
        return json.loads(self.run("show", str(report), "--json").out)

    def find(self, text):
        """The report in the list whose excerpt begins like this text."""
        for item in self.list():
            if text.startswith(item["text_excerpt"][:20]) and item["text_excerpt"]:
                return item
        return None

    def open(self, report):
        """Opens one report into a new folder; gives {SHA-256: path} of the files there."""
        self.count += 1
        to = self.world.path("%s-open-%d" % (self.name, self.count))
        self.run("open", str(report), "--to", to)
        return {sha256(p): p for p in walk(to)}

    def answer(self, report, status, text=None, *options):
        words = ["answer", str(report), "--status", status, *options]
        if text is not None:
            words += ["--text-file", self.world.file("answer", text.encode())]
        self.run(*words)

    def board(self):
        out = self.out("board")
        self.run("board", "--out", out)
        return out

    def keyring(self, name="keyring"):
        return signed.keyring_read(read(find_keyring(self.home, name)), PASSPHRASE)


def find_keyring(home, name="keyring"):
    path = os.path.join(home, name)
    checks.must("%s is a keyring" % name, read(path)[:8] == b"SKKEYS_1")
    return path


def walk(folder):
    for base, _, names in os.walk(folder):
        yield from (os.path.join(base, name) for name in names)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def read(path):
    with open(path, "rb") as f:
        return f.read()
