"""A disk that loses power: what record.so wrote down, cut off at any point and put together as a disk may have it.

What was synced is there. Of what was not, a file's writes may be missing, all there, there up to one of them, or
there in any choice, one of them torn between two sectors. Names (made, renamed, removed) reach the disk in their
order, at the latest when their folder is synced.
"""
import os
import shutil
import struct

CREATE, WRITE, TRUNCATE, ALLOCATE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, SYNCED_WRITE, MARK = range(1, 12)
NAMES = (CREATE, RENAME, UNLINK, MKDIR, RMDIR)
HEAD = struct.Struct("<IIQQQ")
SECTOR = 512
PENDING = ("none", "all", "prefix", "choice")


class Log:
    """The file that record.so appends to; the scenario marks in it what was acknowledged by then."""

    def __init__(self, path, under):
        self.path, self.under = path, os.path.realpath(under)
        self.before = path + ".before"
        shutil.copytree(self.under, self.before, symlinks=True)
        self.inodes = {os.lstat(p).st_ino: os.path.relpath(p, self.under) for p in walk(self.under)}

    def environment(self, library):
        return dict(os.environ, LD_PRELOAD=library, SKRYNKA_RECORD_LOG=self.path, SKRYNKA_RECORD_UNDER=self.under)

    def mark(self, word):
        word = word.encode()
        with open(self.path, "ab", buffering=0) as f:
            f.write(HEAD.pack(MARK, len(word), 0, 0, 0) + word)

    def read(self):
        with open(self.path, "rb") as f:
            data = f.read()
        return Records(self, data)


def walk(folder):
    for base, folders, names in os.walk(folder):
        yield base
        yield from (os.path.join(base, name) for name in names)


class File:
    """One object on the disk, whatever it is called."""

    def __init__(self, base=b""):
        self.base, self.changes = base, []  # (position, kind, a, data, synced at or None)

    def content(self, upto, choose):
        """choose(changes that are not on disk) -> those that are, data maybe shortened."""
        held = [c for c in self.changes if c[0] < upto]
        safe = {c[0] for c in held if c[4] is not None and c[4] < upto}
        lucky = {c[0]: c for c in choose([c for c in held if c[0] not in safe])}
        data = bytearray(self.base)
        for change in held:
            if change[0] in safe:
                apply(data, change)
            elif change[0] in lucky:
                apply(data, lucky[change[0]])
        return data


def apply(data, change):
    _, kind, a, written, _ = change
    if kind == TRUNCATE:
        del data[a:]
        data.extend(bytes(a - len(data)))
    elif kind == ALLOCATE:
        data.extend(bytes(max(0, a - len(data))))
    else:
        data.extend(bytes(max(0, a - len(data))))
        data[a:a + len(written)] = written


class Records:
    def __init__(self, log, data):
        self.log, self.names, self.marks, self.points = log, [], [], []
        self.inodes, self.first, self.files = {}, {}, []
        for inode, path in log.inodes.items():
            whole = os.path.join(log.before, path)
            made = File(read(whole)) if os.path.isfile(whole) else None
            self.inodes[inode] = self.first[path] = made
            self.files += [made] if made else []
        at = 0
        while at < len(data):
            at = self.take(at, data)
        self.end = at

    def take(self, at, data):
        kind, text_len, inode, a, b = HEAD.unpack_from(data, at)
        text = data[at + HEAD.size:at + HEAD.size + text_len]
        after = at + HEAD.size + text_len
        if kind == MARK:
            self.marks.append((at, text.decode()))
            return after
        self.points.append(at)
        if kind in NAMES:
            self.name(at, kind, inode, [os.path.relpath(os.fsdecode(p), self.log.under) for p in text.split(b"\0")])
        elif kind == SYNC:
            self.sync(at, inode, a)
        elif kind in (WRITE, SYNCED_WRITE):
            self.change(at, WRITE, inode, a, data[after:after + b], at if kind == SYNCED_WRITE else None)
            after += b
        else:
            self.change(at, kind, inode, a, b"", None)
        return after

    def name(self, at, kind, inode, paths):
        made = None
        if kind == CREATE:
            made = self.inodes[inode] = File()
            self.files.append(made)
        self.names.append([at, kind, paths, made, None])

    def change(self, at, kind, inode, a, data, synced):
        file = self.inodes.get(inode)
        if file is not None:
            file.changes.append([at, kind, a, data, synced])

    def sync(self, at, inode, since):
        """A folder's sync brings all names so far to the disk, as a journal does; a file's its own content."""
        file = self.inodes.get(inode)
        for held in self.names if file is None else file.changes:
            if held[0] < since and held[-1] is None:
                held[-1] = at

    def first_content(self, path):
        """Where the first content was written to what has this name in the end; room is taken with zeros."""
        changes = self.tree(self.names)[path].changes
        return min((c[0] for c in changes if c[1] == WRITE and any(c[3])), default=self.end)

    def forget_syncs(self):
        """As if no program had ever synced: for the control."""
        for held in [*self.names, *(c for f in self.files for c in f.changes)]:
            held[-1] = None

    def acknowledged(self, upto):
        return [word for at, word in self.marks if at <= upto]

    def disk(self, upto, pending, random, to):
        """Makes the disk that a loss of power at this point leaves behind; pending: one of PENDING."""
        names = [n for n in self.names if n[0] < upto]
        safe = max([i + 1 for i, n in enumerate(names) if n[4] is not None and n[4] < upto], default=0)
        held = {"none": safe, "all": len(names)}.get(pending, random.randint(safe, len(names)))
        choose = {"none": lambda held: [], "all": lambda held: held,
                  "prefix": lambda held: torn(held[:random.randint(0, len(held))], random),
                  "choice": lambda held: torn([c for c in held if random.random() < 0.5], random)}[pending]
        tree = self.tree(names[:held])
        shutil.rmtree(to, ignore_errors=True)
        for path in sorted(tree):
            whole = os.path.join(to, path)
            if tree[path] is None:
                os.makedirs(whole, mode=0o700, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(whole), mode=0o700, exist_ok=True)
            with open(os.open(whole, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
                f.write(tree[path].content(upto, choose))

    def tree(self, names):
        tree = dict(self.first)
        for _, kind, paths, made, _ in names:
            if kind in (CREATE, MKDIR):
                tree[paths[0]] = made
            elif kind in (UNLINK, RMDIR):
                tree.pop(paths[0], None)
            else:
                move(tree, *paths)
        return tree

    def differs(self):
        """Paths in which the log and the real disk differ when nothing is lost: there must be none."""
        tree, found = self.tree(self.names), []
        real = {os.path.relpath(p, self.log.under): p for p in walk(self.log.under)}
        for path in sorted(set(tree) ^ set(real)):
            found.append(path)
        for path, file in tree.items():
            if file is not None and path in real and "lock" not in path \
                    and file.content(self.end + 1, lambda held: held) != read(real[path]):
                found.append(path)
        return found


def move(tree, old, new):
    tree.update({new + path[len(old):]: tree.pop(path) for path in list(tree)
                 if path == old or path.startswith(old + "/")})


def torn(changes, random):
    """One write of these may have reached the disk in part, by sectors."""
    writes = [i for i, c in enumerate(changes) if c[1] == WRITE and len(c[3]) > SECTOR]
    if writes and random.random() < 0.5:
        i = random.choice(writes)
        at, kind, a, data, synced = changes[i]
        n = random.randrange(0, len(data), SECTOR) - a % SECTOR
        changes = [*changes[:i], [at, kind, a, data[:max(n, 0)], synced], *changes[i + 1:]]
    return changes


def read(path):
    with open(path, "rb") as f:
        return f.read()
