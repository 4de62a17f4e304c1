"""A fast publisher over a bare socket that knows of every numbered message whether the broker acknowledged it.

Each number is published at most once: what was in flight when a connection broke is not repeated, so whatever is
stored twice was doubled behind the publisher.
"""
import base64
import json
import os
import select
import socket
import struct
import threading
import time
from datetime import datetime, timedelta, timezone

from telemetry import CLIMATE, POWER, UTILS

JAKARTA = timezone(timedelta(hours=7))
KWH_PER_NUMBER = 1e-5


def remaining_length(size):
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (128 if size else 0))
        if not size:
            return bytes(out)


def publish_packet(topic, payload, packet_id):
    body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", packet_id) + payload
    return b"\x32" + remaining_length(len(body)) + body


class Telemetry:
    """Message number n, so that n can be read back from what is stored of it: in nine of twelve a reading's energy,
    else a run's cycle count, a temperature, or a line in quarantine."""
    KINDS = "power power power power run power power power climate power power bad".split()

    def __init__(self, meters=20, noise=0):
        """`noise`: bytes in each reading that no compression makes smaller."""
        now = int(time.time())
        self.meters = meters
        self.noise = noise
        self.start = now - 2 * 86400
        self.clock = (0, "")

    @classmethod
    def kind(cls, number):
        return cls.KINDS[number % len(cls.KINDS)]

    def __call__(self, number):
        kind, meter = self.kind(number), number % self.meters
        uid = f"0C:00:00:00:00:{meter:02X}"
        if kind == "power":
            return POWER.encode(), self.power(uid, meter, number).encode()
        if kind == "run":
            start = self.start + number % 80000
            return UTILS.encode(), json.dumps({"id": uid, "start": start, "stop": start + 5, "cycle_count": number,
                                               "total_run": 1}).encode()
        if kind == "climate":
            return CLIMATE.encode(), b'{"id":"%s","temperature":%d,"humidity":50}' % (uid.encode(), number)
        return POWER.encode(), b'{"bad":%d}' % number

    def power(self, uid, meter, number):
        # Half of the meters have a clock, and one of it stands still.
        rtc = f'"rtc":"{self.wall_clock()}",' if meter % 2 else ""
        if meter == 1:
            rtc = '"rtc":"01/01/2000 00:00:00",'
        noise = f'"noise":"{base64.b64encode(os.urandom(self.noise)).decode()}",' if self.noise else ""
        return ('{"uid":"%s",%s%s"relay_state":"ON","meter_data":{"voltage":[220.1],"current":[1.25],"power":[270.1],'
                '"frequency":[50],"pf":[0.98],"energy":[%.5f],"co2":[null]},"energy_history":[12.1,11.8]}'
                % (uid, rtc, noise, number * KWH_PER_NUMBER))

    def wall_clock(self):
        now = int(time.time())
        if now != self.clock[0]:
            self.clock = (now, datetime.fromtimestamp(now, JAKARTA).strftime("%d/%m/%Y %H:%M:%S"))
        return self.clock[1]


class NumberedPublisher(threading.Thread):
    """Publishes `message(1)`, `message(2)`, … (topic and payload) at `rate` a second (0: as fast as it goes)."""

    def __init__(self, port, message, rate=0, count=None, in_flight=2000):
        super().__init__(daemon=True)
        self.port = port
        self.message = message
        self.rate = rate
        self.count = count
        self.in_flight = in_flight
        self.sent = 0                 # the highest number that left
        self.acknowledged = {}        # number: when the broker's PUBACK came (time.monotonic)
        self.stopping = threading.Event()
        self.begin = None

    def run(self):
        while not self.finished():
            try:
                self.publish()
            except OSError:
                time.sleep(0.05)

    def finished(self):
        return self.stopping.is_set() or (self.count is not None and self.sent >= self.count)

    def stop(self):
        self.stopping.set()
        self.join(30)
        return self

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = b"numbered"
        connection.sendall(b"\x10" + remaining_length(12 + len(name)) + b"\x00\x04MQTT\x04\x02\x00\x00" +
                           struct.pack("!H", len(name)) + name)
        answer = connection.recv(4)
        if len(answer) != 4 or answer[3] != 0:
            raise OSError("refused")
        return connection

    def publish(self):
        with self.connect() as connection:
            waiting = {}
            received = b""
            packet_id = 0
            last = time.monotonic()
            self.begin = self.begin or time.monotonic()
            while not self.finished() or waiting:
                due = self.due(len(waiting)) if not self.finished() else 0
                packets = []
                for _ in range(due):
                    number = self.sent + 1
                    packet_id = packet_id % 65535 + 1
                    waiting[packet_id] = number
                    packets.append(publish_packet(*self.message(number), packet_id))
                    self.sent = number
                if packets:
                    connection.sendall(b"".join(packets))
                ready, _, _ = select.select([connection], [], [], 0 if due else 0.005)
                if not ready:
                    if self.finished() and time.monotonic() - last > 20:
                        return
                    continue
                chunk = connection.recv(65536)
                if not chunk:
                    raise OSError("closed")
                last = time.monotonic()
                received = self.take_acknowledgements(received + chunk, waiting, last)

    def due(self, waiting):
        room = min(self.in_flight - waiting, 500)
        if self.count is not None:
            room = min(room, self.count - self.sent)
        if self.rate:
            room = min(room, int((time.monotonic() - self.begin) * self.rate) - self.sent)
            if room < -self.rate:  # the clock of the rate starts again after a pause
                self.begin = time.monotonic() - self.sent / self.rate
        return max(room, 0)

    def take_acknowledgements(self, data, waiting, now):
        at = 0
        while len(data) - at >= 2:
            size = 2 + data[at + 1]
            if len(data) - at < size:
                break
            if data[at] >> 4 == 4:
                self.acknowledged[waiting.pop(data[at + 2] << 8 | data[at + 3])] = now
            at += size
        return data[at:]
