#!/usr/bin/python3
"""wiretap.py LISTEN_PORT BROKER_PORT FILE: a proxy between ingest and the broker that writes down which numbered
messages ingest has acknowledged, so that the promise behind a PUBACK can be held against the database.

FILE gets the numbers as unsigned 64-bit integers. FILE.repeated gets a line "connection number" for each message that
the broker delivered on an earlier connection and now again as if it were new, without the DUP flag: what it lost in a
crash may come so. SIGUSR1 cuts every connection; SIGUSR2 holds them for two seconds.
"""
import re
import selectors
import signal
import socket
import struct
import sys
import time

NUMBER = re.compile(rb'"(?:energy|cycle_count|temperature|bad)":\[?([0-9.]+)')
PUBLISH, PUBACK = 3, 4
DUP = 8


def packets(data):
    """Whole MQTT packets at the front of `data` as (type, flags, body), and the rest."""
    found, at, size = [], 0, len(data)
    while at + 2 <= size:
        length, shift, head = 0, 0, at + 1
        while head < size:
            digit = data[head]
            length |= (digit & 127) << shift
            shift += 7
            head += 1
            if digit < 128:
                break
        else:
            break
        if head + length > size:
            break
        found.append((data[at] >> 4, data[at] & 15, data[head:head + length]))
        at = head + length
    return found, data[at:]


class Delivered:
    """Which numbers the broker has delivered."""

    def __init__(self):
        self.flags = bytearray()

    def add(self, number):
        """False if it was there."""
        if number >= len(self.flags):
            self.flags.extend(bytes(number + 100_000 - len(self.flags)))
        fresh = not self.flags[number]
        self.flags[number] = 1
        return fresh


class Link:
    """One connection of ingest and its counterpart to the broker."""

    def __init__(self, name, client, broker, delivered):
        self.name = name
        self.client, self.broker = client, broker
        self.delivered = delivered
        self.from_client = self.from_broker = b""
        self.numbers = {}  # packet id: number

    def heard_from_broker(self, data):
        """Gives the numbers that come again without the DUP flag."""
        found, self.from_broker = packets(self.from_broker + data)
        for kind, flags, body in found:
            if kind != PUBLISH or not flags & 6:
                continue
            after_topic = 2 + (body[0] << 8 | body[1])
            packet_id = body[after_topic] << 8 | body[after_topic + 1]
            number = NUMBER.search(body, after_topic)
            if number:
                text = number.group(1)
                self.numbers[packet_id] = number = round(float(text) * 1e5) if b"." in text else int(text)
                if not self.delivered.add(number) and not flags & DUP:
                    yield number

    def heard_from_client(self, data):
        found, self.from_client = packets(self.from_client + data)
        for kind, _, body in found:
            if kind == PUBACK:
                number = self.numbers.pop(body[0] << 8 | body[1], None)
                if number is not None:
                    yield number


class Wiretap:
    def __init__(self, listen_port, broker_port, file):
        self.broker_port = broker_port
        self.file = open(file, "ab", buffering=0)
        self.repeated = open(file + ".repeated", "a", buffering=1)
        self.delivered = Delivered()
        self.connections = 0
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", listen_port))
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.links = {}  # socket: its link
        self.cut_now = False
        self.hold_until = 0

    def accept(self):
        client, _ = self.listener.accept()
        try:
            broker = socket.create_connection(("127.0.0.1", self.broker_port), timeout=2)
        except OSError:
            client.close()
            return
        self.connections += 1
        link = Link(self.connections, client, broker, self.delivered)
        for end in (client, broker):
            end.settimeout(10)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.links[end] = link
            self.selector.register(end, selectors.EVENT_READ)

    def close(self, link):
        for end in (link.client, link.broker):
            if self.links.pop(end, None):
                self.selector.unregister(end)
            end.close()

    def pass_on(self, end):
        link = self.links[end]
        try:
            data = end.recv(262144)
        except OSError:
            data = b""
        if not data:
            return self.close(link)
        try:
            if end is link.broker:
                for number in link.heard_from_broker(data):
                    self.repeated.write(f"{link.name} {number}\n")
                link.client.sendall(data)
            else:
                numbers = list(link.heard_from_client(data))
                # Written down before it is passed on: also what the broker never hears was promised.
                self.file.write(struct.pack(f"<{len(numbers)}Q", *numbers))
                link.broker.sendall(data)
        except OSError:
            self.close(link)

    def run(self):
        while True:
            for key, _ in self.selector.select(0.1):
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj in self.links:
                    self.pass_on(key.fileobj)
            if self.cut_now:
                self.cut_now = False
                for link in set(self.links.values()):
                    self.close(link)
            while time.monotonic() < self.hold_until:
                time.sleep(0.05)


if __name__ == "__main__":
    tap = Wiretap(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    signal.signal(signal.SIGUSR1, lambda *_: setattr(tap, "cut_now", True))
    signal.signal(signal.SIGUSR2, lambda *_: setattr(tap, "hold_until", time.monotonic() + 2))
    tap.run()
