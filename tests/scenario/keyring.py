"""The user's persistent keyring, by libkeyutils: where the gateway keeps the key of the day."""
import ctypes
import glob
import os

USER, THREAD = b"user", -1
PIECE = 1 << 20
NUMBERS = 64  # more publications than any scenario has


class Keyring:
    def __init__(self):
        try:
            self.lib = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
        except OSError:
            self.lib = None

    def ring(self):
        """-1: the kernel keeps no keys here."""
        return self.lib.keyctl_get_persistent(-1, THREAD) if self.lib else -1

    def of(self, folder):
        """The names of the keys that are kept for the stores in a folder. A store's name is in its
        inbox, the key is not."""
        ring = self.ring()
        names = [b"skrynka:%s:%d" % (name.hex().encode(), number) for name in inbox_names(folder)
                 for number in range(NUMBERS)]
        return [name for name in names if ring != -1 and self.find(ring, name) != -1]

    def find(self, ring, name):
        return self.lib.keyctl_search(ring, USER, name, 0)

    def payload(self, name):
        buffer = ctypes.create_string_buffer(64)
        length = self.lib.keyctl_read(self.find(self.ring(), name), buffer, 64)
        return buffer.raw[:length] if length > 0 else None

    def lose(self, name):
        ring = self.ring()
        return self.lib.keyctl_unlink(self.find(ring, name), ring) == 0

    def forget(self, folder):
        """What killed gateways left: a user may have 200 keys."""
        for name in self.of(folder):
            self.lose(name)


def inbox_names(folder):
    """What follows the key "name" in the inboxes below a folder; now and then something else."""
    found = set()
    for path in glob.glob(os.path.join(folder, "**", "inbox", "*.mdb"), recursive=True):
        for data in written(path):
            found.update(data[at + 4:at + 20] for at in places(data, b"name"))
    return found


def places(data, word):
    at = data.find(word)
    while at >= 0:
        yield at
        at = data.find(word, at + 1)


def written(path):
    """The parts of a file that were ever written, in pieces that overlap a little."""
    with open(path, "rb", buffering=0) as f:
        at, end = 0, os.fstat(f.fileno()).st_size
        while at < end:
            try:
                at = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:  # nothing more
                return
            yield os.pread(f.fileno(), PIECE + 64, at)
            at += PIECE
