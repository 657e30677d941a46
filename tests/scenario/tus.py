"""A client of tus 1.0.0, written from the protocol's text and FORMAT 8, for scenarios."""
import base64
import hashlib
import http.client
import os
import socket

import checks

PATCH = "application/offset+octet-stream"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = response.getheaders()
        self.headers = {name.lower(): value for name, value in self.fields}
        self.body = response.read()

    def number(self, name):
        value = self.headers.get(name)
        return int(value) if value is not None and value.isdigit() else None

    @property
    def offset(self):
        return self.number("upload-offset")

    def __repr__(self):
        return "%d %s %r" % (self.status, self.headers, self.body[:80])


def metadata(**pairs):
    return ",".join("%s %s" % (name, base64.b64encode(value).decode())
                    for name, value in pairs.items())


class Officer:
    """Holds a copy of a sealed file, and tries every name of its upload that could follow from it."""

    def __init__(self, envelope):
        self.length, self.row = len(envelope), os.urandom(16)
        parts = (envelope, envelope[:680], envelope[680:], envelope[-16400:], envelope[:16400])
        label = lambda part: bytes([12]) + b"upload-token" + part
        self.names = {digest for part in parts for digest in (
            hashlib.blake2b(label(part), digest_size=32).digest()[:16], part[:16], part[-16:],
            hashlib.blake2b(part, digest_size=32).digest()[:16],
            hashlib.blake2b(part, digest_size=16).digest(), hashlib.sha256(part).digest()[:16])}

    def asks(self, tus):
        """What he is told, as {(status, offset)}."""
        answers = [tus.head("/uploads/" + name.hex()) for name in self.names]
        return {(answer.status, answer.offset) for answer in answers}

    def blocks(self, tus):
        """Is there first, with a row of his own, and under every other name with another length."""
        for i, name in enumerate(sorted(self.names)):
            length = self.length + 16400 * self.length_step() if i % 2 else self.length
            tus.create(length, Upload_Metadata=metadata(token=name, row=self.row))

    def length_step(self):
        """To the next class: as much again."""
        return (self.length - 680) // 16400


class Tus:
    """port: of the gateway or of a proxy before it."""

    def __init__(self, port, timeout=60):
        self.port, self.timeout = port, timeout

    def request(self, method, path, body=None, version="1.0.0", **headers):
        fields = {name.replace("_", "-"): str(value) for name, value in headers.items()
                  if value is not None}
        if version:
            fields["Tus-Resumable"] = version
        if body is not None or method in ("POST", "PATCH"):
            fields.setdefault("Content-Length", str(len(body or b"")))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            try:
                connection.request(method, path, body, fields)
            except (BrokenPipeError, ConnectionResetError):
                pass  # answered before everything was sent
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def create(self, length, **headers):
        return self.request("POST", "/uploads", Upload_Length=length, **headers)

    def head(self, path, **headers):
        return self.request("HEAD", path, **headers)

    def patch(self, path, offset, data, **headers):
        return self.request("PATCH", path, data, Upload_Offset=offset,
                            **{"Content_Type": PATCH, **headers})

    def delete(self, path):
        return self.request("DELETE", path)

    # ---- a PATCH by hand, to stop in the middle of ---------------------------------------------

    def begin_patch(self, path, offset, length):
        """A connection on which the head of a PATCH was sent."""
        s = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        s.sendall(("PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\n"
                   "Upload-Offset: %d\r\nContent-Length: %d\r\n\r\n" %
                   (path, PATCH, offset, length)).encode())
        return s

    # ---- a whole upload ------------------------------------------------------------------------

    def send(self, envelope, tries=50, **pairs):
        """Creates and sends, and goes on after every cut. (path, number of PATCH requests)."""
        created = self.persist(lambda: self.create(
            len(envelope), Upload_Metadata=metadata(**pairs) or None), 201, tries)
        path = created.headers["location"]
        for count in range(1, tries):
            try:
                offset = self.head(path).offset
                if offset == len(envelope):
                    return path, count - 1
                answer = self.patch(path, offset, envelope[offset:])
                if answer.status == 204 and answer.offset == len(envelope):
                    return path, count
            except (OSError, http.client.HTTPException):
                continue
        raise checks.Stop("the upload never ended")

    def persist(self, call, status, tries):
        for _ in range(tries):
            try:
                answer = call()
            except (OSError, http.client.HTTPException):
                continue
            if answer.status == status:
                return answer
            raise checks.Stop("wanted %d: %r" % (status, answer))
        raise checks.Stop("no answer")


def read_answer(s):
    """What came back on a connection of begin_patch; None if it was closed without a word."""
    response = http.client.HTTPResponse(s)
    try:
        response.begin()
        return Answer(response)
    except (OSError, http.client.HTTPException):
        return None
