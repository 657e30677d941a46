"""The user's persistent keyring, by libkeyutils: where the gateway keeps the key of the day."""
import ctypes
import glob
import mmap
import os

USER, THREAD = b"user", -1
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
        with open(path, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = data.find(b"name")
            while at >= 0:
                found.add(data[at + 4:at + 20])
                at = data.find(b"name", at + 1)
    return found
