#!/usr/bin/python3 -B
"""Forms whose parts claim to be forms: what the gateway reads of a body leaves nothing behind in its memory,
however much is sent, and nothing within such a part is taken for a field. The figures are printed."""
import sys

import checks
from checks import equal, note, ok
from world import GATEWAY, SKIP, World, sanitized

ROUNDS, BODIES, PARTS = 4, 4, 900  # of 1.7 MB each; a body may have 1,000 parts
WARM = 3
# Bytes that stay for every byte sent, in the best round: what a part leaves behind is left in every round, while a
# buffer or a context that a slow disk calls for is made once.
BOUND = 0.03


def anonymous(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) * 1024


def nested():
    """Parts that are multipart/mixed, each with a long boundary of its own and nothing within it."""
    parts = []
    for i in range(PARTS):
        edge = b"%04d" % i + b"b" * 900
        parts.append(b'--XX\r\nContent-Disposition: form-data; name="x"\r\n'
                     b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s--\r\n" % (edge, edge))
    return b"".join(parts) + b"--XX--\r\n"


class Nested:
    def __init__(self, world):
        self.w = world
        self.store, (self.desk,) = world.intake(("Одна",))
        # Each thread has a heap of its own, which the first requests fill.
        self.gateway = world.gateway(self.store, options=("--threads", "1"))

    def post(self, path, body):
        return self.gateway.web.request("POST", path, body, {
            "Content-Type": "multipart/form-data; boundary=XX", "Content-Length": str(len(body))})

    def flat(self, name, path, body):
        """Nothing of it is stored: it has neither text nor file, so each is refused at its very end."""
        for _ in range(WARM):
            equal("%s: refused as empty" % name, self.post(path, body).status, 400)
        grown, answers = [], set()
        for _ in range(ROUNDS):
            before = anonymous(self.gateway.pid)
            answers |= {self.post(path, body).status for _ in range(BODIES)}
            grown.append(anonymous(self.gateway.pid) - before)
        sent = BODIES * len(body)
        note("%s: %d times %.1f MB posted, RssAnon %s MB" %
             (name, ROUNDS, sent / 1e6, ", ".join("%+.2f" % (n / 1e6) for n in grown)))
        equal("%s: all are refused alike" % name, answers, {400})
        ok("%s: memory stays as it was" % name, min(grown) < BOUND * sent, grown)

    def fields_within(self):
        """A part within a part is content, at the gateway and at the desk."""
        inner = (b'--YY\r\nContent-Disposition: form-data; name="to"\r\n\r\nnobody\r\n'
                 b'--YY\r\nContent-Disposition: attachment; filename="a"\r\n\r\nA\r\n--YY--')
        body = (b'--XX\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n'
                b"Content-Type: multipart/mixed; boundary=YY\r\n\r\n%s\r\n--XX--\r\n" % inner)
        equal("a nested form is a file", self.post("/en/report", body).status, 201)
        self.desk.import_(self.store.export())
        (item,) = self.desk.list()
        (file,) = self.desk.show(item["id"])["files"]
        equal("its name and length at the desk", (file["name"], file["size"]), ("b", len(inner)))


def main():
    with World("nested") as world:
        nest = Nested(world)
        nest.fields_within()
        nest.flat("the form", "/en/report", nested())
        nest.flat("the courier page", "/en/courier", nested())
        equal("the gateway ends", nest.gateway.stop(), 0)


if __name__ == "__main__":
    if sanitized(GATEWAY):
        print("SKIP the sanitizers keep memory that was freed")
        sys.exit(SKIP)
    sys.exit(checks.run(main))
