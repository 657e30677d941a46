"""A relay between a browser and a gateway's Unix socket that writes down every byte, in both
directions, as it stood on the wire, and may answer in the gateway's place."""
import re
import select
import socket
import threading

PIECE = 1 << 16


class Exchange:
    """One request and its answer. sent: the request's bytes; got: the answer's."""

    def __init__(self, head):
        self.sent, self.got = bytearray(head), bytearray()
        self.method, self.path = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2]

    @property
    def body(self):
        return bytes(self.sent[self.sent.index(b"\r\n\r\n") + 4:])

    def header(self, name):
        found = re.search(rb"(?im)^%s: *(.*?)\r$" % name.encode(), self.sent.split(b"\r\n\r\n")[0])
        return found and found.group(1).decode("latin-1")

    @property
    def status(self):
        return int(self.got[9:12] or 0)

    def __repr__(self):
        return "%s %s %d -> %s" % (self.method, self.path, len(self.body), self.status)


class Wire:
    """with Wire(target) as wire: ... wire.url; wire.all: the exchanges so far, in order.

    change(exchange, answer) may give other bytes for an answer; instead(exchange) may give bytes
    before the gateway is asked (None: ask it). Answers whole, with their length in the head.
    Without a target, `instead` answers everything.
    """

    def __init__(self, target):
        self.target, self.all, self.lock = target, [], threading.Lock()
        self.change = self.instead = None
        self.closed, self.open = False, set()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """No network any more: nobody is let in, and who is in is put out."""
        self.closed = True
        try:
            self.listening.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listening.close()
        with self.lock:
            for s in self.open:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def take(self):
        """The exchanges since the last call."""
        with self.lock:
            taken, self.all = self.all, []
        return taken

    def sent(self):
        with self.lock:
            return b"".join(bytes(x.sent) for x in self.all)

    def accept(self):
        while not self.closed:
            try:
                client = self.listening.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def dial(self):
        if isinstance(self.target, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            return server
        return socket.create_connection(self.target)

    def serve(self, client):
        with self.lock:
            self.open.add(client)
        try:
            with client, (self.dial() if self.target else socket.socket()) as server:
                source, answers = client.makefile("rb"), server.makefile("rb")
                while self.exchange(client, source, server, answers):
                    pass
        except OSError:
            pass
        finally:
            with self.lock:
                self.open.discard(client)

    def exchange(self, client, source, server, answers):
        if self.target and client not in select.select([client, server], [], [])[0]:
            return False  # the gateway has closed what was idle for long: so do we
        head = read_head(source)
        if not head:
            return False
        exchange = Exchange(head)
        with self.lock:
            self.all.append(exchange)
        given = None
        if self.instead:
            read_body(source, length_of(head), exchange.sent.extend)
            given = self.instead(exchange)
            if given is None:
                server.sendall(exchange.sent)
        else:
            server.sendall(head)
            read_body(source, length_of(head),
                      lambda data: (exchange.sent.extend(data), server.sendall(data)))
        if given is None:
            given = self.answer(exchange, answers)
        exchange.got += given
        client.sendall(given)
        return b"connection: close" not in given.split(b"\r\n\r\n")[0].lower()

    def answer(self, exchange, answers):
        head = read_head(answers)
        got = bytearray(head)
        if exchange.method != "HEAD" and head[9:12] not in (b"204", b"304"):
            read_body(answers, length_of(head), got.extend)
        return self.change(exchange, bytes(got)) if self.change else bytes(got)



def read_head(stream):
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(PIECE)
        if not line:
            return b""
        head += line
    return bytes(head)


def length_of(head):
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found.group(1)) if found else 0


def read_body(stream, left, take):
    while left > 0:
        data = stream.read1(min(left, PIECE))
        if not data:
            raise OSError("cut")
        left -= len(data)
        take(data)


def reply(status, body=b"", kind="text/plain", **headers):
    """An answer as bytes, for `instead` and `change`."""
    lines = ["HTTP/1.1 %d x" % status, "Content-Type: " + kind, "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % (n.replace("_", "-"), v) for n, v in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def body_of(answer):
    return answer.split(b"\r\n\r\n", 1)[1]


def with_body(answer, body):
    """The same answer with another body of any length."""
    head, _, _ = answer.partition(b"\r\n\r\n")
    return re.sub(rb"(?i)(\r\ncontent-length: *)\d+", rb"\g<1>%d" % len(body), head) + \
        b"\r\n\r\n" + body
