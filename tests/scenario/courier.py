"""A gateway that exists in Python only: it seals reports and signs carry bundles with what skrynka.py
and signed.py say of them. So a test decides what stands in a bundle, also what no store would write."""
import os
import time

import nacl.bindings as sodium

import signed
import skrynka as sk
from world import read

BOUNDARY = "XxBoundaryxX"


class PaperGateway:
    def __init__(self, world, name="gateway"):
        self.w, self.name = world, name
        self.pk, self.sk = sodium.crypto_sign_keypair()
        self.count = 0
        self.begin()

    @property
    def key(self):
        return self.pk.hex()

    def begin(self):
        """A new chain: what a store does when it was put back from a backup."""
        self.chain, self.serial, self.previous = os.urandom(16), 0, bytes(32)

    def bundle(self, envelopes=(), sheets=(), **changed):
        """Signs the next bundle of the chain; gives its path. sheets: as sheet_list() gives them."""
        day = sk.day_of(time.time())
        fields = {"serial": self.serial + 1, "chain": self.chain, "previous": self.previous}
        fields.update(changed)
        data = signed.carry_make(self.sk, fields["serial"], fields["chain"], fields["previous"],
                                 sheets, [(day, (len(e) - 680) // 16400, e) for e in envelopes])
        self.count += 1
        if not changed:
            self.serial += 1
            self.previous = signed.carry_read(data).header_digest
        return self.w.file("%s-%d.carry" % (self.name, self.count), data)


def sheet_list(*sheets):
    """(bytes, board counter) pairs as a bundle lists them: by identity and serial."""
    read_all = [(signed.sheet_read(data), data, counter) for data, counter in sheets]
    read_all.sort(key=lambda s: (s[0].identity, s[0].serial))
    last = {s[0].identity: s[0].serial for s in read_all}
    return [(data, last[s.identity] == s.serial, counter) for s, data, counter in read_all]


def seal(text, sheets, epoch=None, digests=None, more=(), receipt=None):
    """A report to the organisations of these sheets (bytes); digests: what the prelude says of the
    sheets, if not the truth; more: public keys of further recipients."""
    epoch = sk.week_of(time.time()) if epoch is None else epoch
    keys = [signed.sheet_key(signed.sheet_read(data), epoch) for data in sheets] + list(more)
    body = sk.make_multipart([("text", None, text.encode())], BOUNDARY)
    digests = [sk.blake2b(data) for data in sheets] if digests is None else digests
    return sk.seal_report(receipt or sk.Receipt(os.urandom(15)), keys, epoch, body, BOUNDARY,
                          sk.sheets_digest(digests))


def sheet_of(desk):
    return read(desk.sheet_path)
