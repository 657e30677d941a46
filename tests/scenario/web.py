"""The HTTP side of the harness: forms as a browser posts them, streamed, and what comes back."""
import http.client
import json
import os
import re
import secrets
import socket
import time
import urllib.parse

import skrynka as sk

PIECE = 1 << 18
CODE = re.compile("-".join(["[%s]{5}" % sk.SYMBOLS] * 5))


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        """What a reader sees: without tags, entities resolved."""
        import html
        page = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", self.body.decode("utf-8", "replace"))
        return html.unescape(re.sub(r"<[^>]*>", "", page))

    @property
    def code(self):
        """The receipt code on the page, checked; None if there is none."""
        for found in CODE.findall(self.text):
            sk.r_of(found)
            return found
        return None

    def json(self):
        return json.loads(self.body)


class Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Form:
    """A multipart body: fields as (name, text), files as (name, file name, bytes or path)."""

    def __init__(self, parts, boundary=None):
        self.boundary = boundary or "----WebKitFormBoundary" + secrets.token_hex(8)
        self.parts = [self.part(*p) for p in parts]
        self.tail = b"--" + self.boundary.encode() + b"--\r\n"
        self.length = sum(len(head) + size(data) + 2 for head, data in self.parts) + len(self.tail)

    def part(self, name, filename, data=None):
        head = '--%s\r\nContent-Disposition: form-data; name="%s"' % (self.boundary, name)
        if data is None:
            return (head + "\r\n\r\n").encode(), filename.encode()
        head += '; filename="%s"\r\nContent-Type: application/octet-stream' % filename
        return (head + "\r\n\r\n").encode(), data

    @property
    def headers(self):
        return {"Content-Type": "multipart/form-data; boundary=" + self.boundary,
                "Content-Length": str(self.length)}

    def pieces(self):
        for head, data in self.parts:
            yield head
            if isinstance(data, bytes):
                yield data
            else:
                with open(data, "rb") as f:
                    yield from iter(lambda: f.read(PIECE), b"")
            yield b"\r\n"
        yield self.tail


def size(data):
    return len(data) if isinstance(data, bytes) else os.path.getsize(data)


class Web:
    """A client of one gateway; every request is a connection of its own."""

    def __init__(self, host=None, port=None, unix=None, timeout=120):
        self.host, self.port, self.unix, self.timeout = host, port, unix, timeout

    def connect(self):
        if self.unix:
            return Unix(self.unix, self.timeout)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def request(self, method, path, body=None, headers=None):
        connection = self.connect()
        try:
            try:
                connection.request(method, path, body, dict(headers or {}))
            except (BrokenPipeError, ConnectionResetError):
                if connection.sock is None:
                    raise  # there never was a connection
            # Else it was answered before everything was sent: the answer says why.
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def form(self, path, parts, **headers):
        form = Form(parts)
        return self.request("POST", path, form.pieces(), {**form.headers, **headers})

    def report(self, text=None, files=(), to=(), code=None, receipt=None, lang="uk", **fields):
        """Posts the form; the fields in the order in which the page has them."""
        parts = [("to", slug) for slug in to]
        parts += [("code", code)] if code else []
        parts += [("receipt", receipt)] if receipt else []
        parts += [(name, str(value)) for name, value in fields.items()]
        parts += [("text", text)] if text is not None else []
        parts += [("file", name, data) for name, data in files]
        return self.form("/%s/report" % lang, parts)

    def status(self, code, lang="uk", accept="application/json"):
        body = urllib.parse.urlencode({"code": code}).encode()
        return self.request("POST", "/%s/status" % lang, body, {
            "Content-Type": "application/x-www-form-urlencoded", "Accept": accept})

    def status_until(self, code, state, answers=0, seconds=10):
        """The JSON answer, asked again until it is as awaited or time is up: a gateway looks for
        new boards every second."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.status(code).json()
            if time.monotonic() > deadline or (answer.get("state") == state and
                                               len(answer.get("answers", ())) >= answers):
                return answer
            time.sleep(0.02)

    def courier(self, paths, lang="uk"):
        return self.form("/%s/courier" % lang,
                         [("sealed", os.path.basename(p), p) for p in paths])
