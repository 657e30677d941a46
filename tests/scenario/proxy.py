#!/usr/bin/python3 -B
"""A bad network in a box: a proxy on loopback that cuts, stalls and repeats at given bytes.

In a scenario:
    with Proxy(("127.0.0.1", port), [Rule(cut=1000), Rule(stall=50_000), Rule()]) as proxy:
        ... talk to proxy.port; proxy.release() lets what stalls go on ...
By hand:
    proxy.py --to 127.0.0.1:8080 --on PATCH --cut 1000,50000 --stall 200000
"""
import argparse
import random
import socket
import struct
import sys
import threading

PIECE = 16384
WAIT = 60


class Rule:
    """What becomes of one connection. Positions count bytes from the client, beginning with `on`
    (the start of a request line, as "PATCH "), or with the connection's first byte.

    cut     after so many bytes both sides are reset (or closed in order, if `gently`)
    down    the same, counted in bytes to the client
    stall   after so many bytes nothing is passed on any more, until release()
    repeat  after so many bytes the request is sent a second time, from `on`, over a new connection
            to the target, and goes on there; the first is left open and silent: what a browser
            does when a kept connection is reset
    """

    def __init__(self, cut=None, down=None, stall=None, repeat=None, on=b"", gently=False):
        self.cut, self.down, self.stall, self.repeat = cut, down, stall, repeat
        self.on, self.gently = on.encode() if isinstance(on, str) else on, gently
        self.acts = any(n is not None for n in (cut, down, stall, repeat))


class Proxy:
    """rules: each is used once, by the first connection (or, with `on`, request) that comes to it;
    afterwards everything passes. If that connection ends before the rule's position, the next one
    has it (a browser may repeat a request by itself, and be refused). A target is (host, port) or
    the path of a Unix socket."""

    def __init__(self, target, rules=(), port=0):
        self.target, self.rules = target, list(rules)
        self.lock, self.released = threading.Lock(), threading.Event()
        self.done, self.hit = [], threading.Condition(self.lock)  # rules that were carried out
        self.connections, self.closed = set(), False
        self.listening = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()

    def add(self, *rules):
        with self.lock:
            self.rules += rules

    def release(self):
        """What stalls goes on, now and later."""
        self.released.set()

    def wait(self, count=1, seconds=WAIT):
        """Waits until so many rules were carried out; whether they were."""
        with self.hit:
            return self.hit.wait_for(lambda: len(self.done) >= count, seconds)

    def close(self):
        self.closed = True
        self.released.set()
        self.listening.close()
        with self.lock:
            left, self.connections = list(self.connections), set()
        for s in left:
            end(s, True)

    # ---- inside --------------------------------------------------------------------------------

    def accept(self):
        while not self.closed:
            try:
                client = self.listening.accept()[0]
                server = self.dial()
            except OSError:
                if self.closed:
                    return
                client.close()
                continue
            Connection(self, client, server)

    def dial(self):
        if isinstance(self.target, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
        else:
            server = socket.create_connection(self.target, WAIT)
            server.settimeout(None)
        return server

    def keep(self, *sockets):
        with self.lock:
            self.connections.update(sockets)

    def take_rule(self, data):
        """The next rule, if it is for this connection: (rule, where in data its count begins)."""
        with self.lock:
            rule = self.rules[0] if self.rules else None
            at = -1 if rule is None else find_request(data, rule.on)
            if at < 0:
                return None, 0
            return self.rules.pop(0), at

    def give_back(self, rule):
        with self.lock:
            if rule.acts and not any(done is rule for done in self.done):
                self.rules.insert(0, rule)

    def carried_out(self, rule):
        with self.hit:
            self.done.append(rule)
            self.hit.notify_all()


class Connection:
    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.rule, self.count, self.back, self.record = None, 0, 0, b""
        proxy.keep(client, server)
        threading.Thread(target=self.up, daemon=True).start()
        threading.Thread(target=self.down, args=(server,), daemon=True).start()

    def up(self):
        self.pass_up()
        if self.rule:
            self.proxy.give_back(self.rule)

    def pass_up(self):
        for data in pieces(self.client):
            if self.rule is None:
                self.rule, at = self.proxy.take_rule(data)
                if self.rule is not None:
                    self.send(data[:at])
                    data = data[at:]
            if not (self.ruled(data) if self.rule else self.send(data)):
                return
        close_half(self.server)

    def send(self, data):
        try:
            self.server.sendall(data)
            return True
        except OSError:
            end(self.client, True)
            return False

    def ruled(self, data):
        """Passes data on up to the rule's position and carries it out there."""
        rule = self.rule
        for name in ("cut", "stall", "repeat"):
            position = getattr(rule, name)
            if position is None or not self.count <= position <= self.count + len(data):
                continue
            now, data = data[:position - self.count], data[position - self.count:]
            self.note(now)
            if not self.send(now):
                return False
            setattr(rule, name, None)
            self.proxy.carried_out(rule)
            if not getattr(self, name)():
                return False
        self.note(data)
        return self.send(data)

    def note(self, data):
        self.count += len(data)
        if self.rule.repeat is not None:
            self.record += data

    def cut(self):
        for s in (self.server, self.client):
            end(s, not self.rule.gently)
        return False

    def stall(self):
        self.proxy.released.wait()
        return not self.proxy.closed

    def repeat(self):
        self.server = self.proxy.dial()
        self.proxy.keep(self.server)
        threading.Thread(target=self.down, args=(self.server,), daemon=True).start()
        return self.send(self.record)

    def down(self, server):
        for data in pieces(server):
            limit = self.rule.down if self.rule else None
            if server is not self.server:
                continue  # the answer to what was repeated elsewhere
            if limit is not None and self.back + len(data) >= limit:
                data = data[:limit - self.back]
                send_quietly(self.client, data)
                self.proxy.carried_out(self.rule)
                self.cut()
                return
            self.back += len(data) if self.rule else 0
            send_quietly(self.client, data)
        if server is self.server:
            close_half(self.client)


def find_request(data, on):
    """Where a request that begins like `on` begins in data; -1 if none does."""
    if data.startswith(on):
        return 0
    at = data.find(b"\r\n\r\n" + on)
    return at + 4 if at >= 0 else -1


def pieces(s):
    try:
        while True:
            data = s.recv(PIECE)
            if not data:
                return
            yield data
    except OSError:
        return


def send_quietly(s, data):
    try:
        s.sendall(data)
    except OSError:
        pass


def close_half(s):
    try:
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def end(s, reset):
    """Ends a connection: by a reset, or as if all had been said."""
    try:
        if reset and s.family != socket.AF_UNIX:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.shutdown(socket.SHUT_RDWR if not reset or s.family == socket.AF_UNIX else socket.SHUT_RD)
    except OSError:
        pass
    s.close()


def numbers(text):
    return [int(n) for n in text.split(",") if n]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", required=True, help="127.0.0.1:PORT, or the path of a Unix socket")
    parser.add_argument("--port", type=int, default=0, help="to listen on; any by default")
    parser.add_argument("--on", default="", help="count from a request that begins so: PATCH")
    for name in ("cut", "down", "stall", "repeat"):
        parser.add_argument("--" + name, type=numbers, default=[], metavar="N,N...",
                            help="one connection after the other")
    parser.add_argument("--random", type=int, default=0, metavar="COUNT", help="so many random cuts")
    parser.add_argument("--most", type=int, default=200_000, help="random cuts lie below")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lots = random.Random(given.seed)
    rules = [Rule(on=given.on, **{name: n}) for name in ("cut", "down", "stall", "repeat")
             for n in getattr(given, name)]
    rules += [Rule(on=given.on, cut=lots.randrange(given.most)) for _ in range(given.random)]
    host, _, port = given.to.rpartition(":")
    with Proxy((host, int(port)) if host else given.to, rules, given.port) as proxy:
        print("ready on 127.0.0.1:%d" % proxy.port, flush=True)
        sys.stdin.read()  # until whoever started it goes away


if __name__ == "__main__":
    main()
