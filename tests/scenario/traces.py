"""Looking for needles where they must not be: process memory, files, and what strace saw."""
import os
import re

PIECE, OVERLAP = 1 << 18, 256


class Needles:
    """Named byte strings; tells which of them a haystack holds."""

    def __init__(self, **named):
        self.named = {}
        for name, needle in named.items():
            self.add(name, needle)

    def add(self, name, needle):
        assert len(needle) >= 12, "a short needle is found by accident"
        self.named[name] = needle

    def inside(self, data):
        if data.count(0) == len(data):
            return set()
        return {name for name, needle in self.named.items() if needle in data}

    def in_file(self, path):
        found, tail = set(), b""
        with open(path, "rb") as f:
            for piece in iter(lambda: f.read(PIECE), b""):
                found |= self.inside(tail + piece)
                tail = piece[-OVERLAP:]
        return found

    def in_files(self, paths):
        return {(path, name) for path in paths if os.path.isfile(path)
                for name in self.in_file(path)}

    def in_memory(self, pid):
        """Everything readable in the process but the kernel's own pages and mapped files."""
        found = set()
        self.scanned = 0
        with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
            for start, end in mappings(pid):
                found |= self.in_mapping(memory, start, end)
        return found

    def in_mapping(self, memory, start, end):
        found, tail = set(), b""
        while start < end:
            try:
                memory.seek(start)
                piece = memory.read(min(PIECE, end - start))
            except (OSError, OverflowError, ValueError):
                break  # not readable even for us: guard pages
            if not piece:
                break
            self.scanned += len(piece)
            found |= self.inside(tail + piece)
            tail, start = piece[-OVERLAP:], start + len(piece)
        return found


def mappings(pid):
    with open("/proc/%d/maps" % pid, encoding="utf-8") as maps:
        for line in maps:
            span, rights, _, _, inode, *path = line.split(None, 5)
            start, end = (int(x, 16) for x in span.split("-"))
            name = path[0].strip() if path else ""
            if name in ("[vvar]", "[vsyscall]", "[vvar_vclock]", "[vdso]"):
                continue
            if inode == "0" or "w" in rights:
                yield start, end


STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
CALL = re.compile(rb"^(?:\[pid +)?(?:\d+\]? +)?(\w+)\((?:(\d+)<([^>]*)>)?")


def written(trace):
    """Per line of an strace (-xx -y) log: (call, target, bytes). Target "" when it has none."""
    with open(trace, "rb") as log:
        for line in log:
            call = CALL.match(line)
            if not call or b"openat" == call.group(1) or b"creat" == call.group(1):
                continue
            data = b"".join(bytes.fromhex(s.replace(b"\\x", b"").decode())
                            for s in STRING.findall(line))
            yield call.group(1).decode(), unhex(call.group(3) or b""), data


def opened(trace):
    """Paths that were opened for writing."""
    with open(trace, "rb") as log:
        for line in log:
            if re.search(rb"\b(openat|creat)\(", line) and \
                    re.search(rb"O_(WRONLY|RDWR|CREAT)|creat\(", line):
                strings = STRING.findall(line)
                if strings and b"= -1" not in line:
                    yield bytes.fromhex(strings[0].replace(b"\\x", b"").decode()).decode()


def unhex(target):
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes.fromhex(m.group(1).decode()),
                  target).decode("utf-8", "replace")
