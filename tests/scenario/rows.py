"""What the gateway publishes of receipts, read anew from FORMAT 9."""
import struct

from checks import must

EMPTY, RECEIVED, CARRIED = 0, 1, 2
HEAD, PLACE = 24, 17


class Table:
    """One answer of /receipts or /receipts/{prefix}."""

    def __init__(self, data):
        magic, self.bits, self.prefix, zero, self.places, self.day, end = struct.unpack(
            "<8sBBHIII", data[:HEAD])
        must("receipts: well formed", magic == b"SKROWS_2" and zero == end == 0 and
             len(data) == HEAD + PLACE * self.places, data[:HEAD].hex())
        places = [struct.unpack("<16sB", data[at:at + PLACE]) for at in range(HEAD, len(data), PLACE)]
        self.rows = {row: state for row, state in places if state != EMPTY}
        order = [row for row, state in places if state != EMPTY]
        must("receipts: in key order, empty places behind", order == sorted(set(order)) and
             not any(data[HEAD + PLACE * len(order):]), len(order))


def table(web, prefix=None):
    reply = web.get("/receipts" if prefix is None else "/receipts/%02x" % prefix)
    must("receipts: 200", reply.status == 200, reply.status)
    return Table(reply.body)


def all_rows(web):
    """row -> state, of all prefixes."""
    whole = table(web)
    if whole.bits == 0:
        return whole.rows
    return {row: state for n in range(1 << whole.bits)
            for row, state in table(web, n << (8 - whole.bits)).rows.items()}


def is_batch(added, reports=0):
    """Whether a publication may have added so many rows: a power of two that holds these reports."""
    return added >= max(8, reports) and added & (added - 1) == 0
