"""An organisation that exists in Python only: it issues sheets and boards and opens reports with
skrynka.py and signed.py. Quicker than a desk, and shares no code with it."""
import time

import nacl.bindings as sodium

import signed
import skrynka as sk
from world import read


class Paper:
    """What a scenario needs of a desk, under the same names as world.Desk where it is the same."""

    def __init__(self, world, name, weeks=4, months=3):
        self.world, self.name = world, name
        self.identity_pk, self.identity_sk = sodium.crypto_sign_keypair()
        self.desk_pk, self.desk_sk = sodium.crypto_sign_keypair()
        self.fingerprint = self.identity_pk.hex()
        self.slug = self.fingerprint[:8]
        self.week = sk.week_of(time.time())
        self.month = sk.month_of(time.time())
        self.secrets = {self.week + i: sodium.randombytes(32) for i in range(weeks)}
        self.secrets.update((sk.MONTH | self.month + i, sodium.randombytes(32))
                            for i in range(months))
        self.counter, self.previous, self.serial = 0, bytes(32), 1
        self.carry_serial, self.carry_digest = 0, bytes(32)

    def public(self, epoch):
        return sk.public_of(self.secrets[epoch])

    def sheet(self, serial=1, rekey=False):
        """rekey: with another signing key for boards."""
        self.serial = serial
        if rekey:
            self.desk_pk, self.desk_sk = sodium.crypto_sign_keypair()
        publics = {epoch: self.public(epoch) for epoch in sorted(self.secrets)}
        weekly = [pk for epoch, pk in publics.items() if not epoch & sk.MONTH]
        monthly = [pk for epoch, pk in publics.items() if epoch & sk.MONTH]
        data = signed.sheet_make(self.identity_sk, self.desk_pk, serial, self.week, weekly,
                                 self.month, monthly, self.week)
        self.sheet_path = self.world.file("%s-sheet-%d.bin" % (self.name, serial), data)
        return self.sheet_path

    def open(self, envelope):
        """One envelope; raises skrynka.Refused."""
        return sk.open_envelope(envelope, [self.secrets[int.from_bytes(envelope[4:8], "little")]])

    def import_(self, path):
        """All reports of a bundle as (entry, opened), and what did not open, as texts."""
        bundle = read(path)
        carry = signed.carry_read(bundle)
        opened, refused = [], []
        for entry, envelope in signed.envelopes(bundle, carry):
            try:
                opened.append((entry, self.open(envelope)))
            except sk.Refused as error:
                refused.append(str(error))
        self.carry_serial, self.carry_digest = carry.serial, carry.header_digest
        return opened, refused

    def board_bytes(self, answers=(), **changed):
        """answers: (receipt, status, day, envelope digest, text). changed: other header fields."""
        today = sk.day_of(time.time())
        fields = {"counter": self.counter + 1, "issued": today, "stale": today + 30,
                  "carry_serial": self.carry_serial, "carry_digest": self.carry_digest,
                  "sheet_serial": self.serial,
                  "previous": self.previous, **changed}
        return signed.board_make(self.desk_sk, self.identity_pk, answers=answers, **fields)

    def board(self, answers=()):
        data = self.board_bytes(answers)
        self.counter += 1
        self.previous = signed.board_read(data, self.desk_pk).header_digest
        return self.world.file("%s-board-%d.bin" % (self.name, self.counter), data)
