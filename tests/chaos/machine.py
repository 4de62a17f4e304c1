"""A whole silaware that can be broken at will: durable MariaDB, persistent mosquitto, a wiretap, one ingest process."""
import array
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path

import pymysql
import requests
from numbered_publisher import KWH_PER_NUMBER, NumberedPublisher, Telemetry
from servers import Mosquitto, Server, free_port, port_open, wait_for
from silaware import FreshDatabase, Ingest, assert_accounts_balance

AUTOSAVE_SECONDS = 1
# So many messages in a row that come again without the DUP flag are recognised (src/spool/redelivery.hpp).
LEAST_RUN = 8
# As `silaware up` sets its own broker: nothing is dropped while ingest is away.
UNBOUNDED = "max_queued_messages 0\n"


class Wiretap(Server):
    def __init__(self, broker):
        super().__init__("wiretap")
        self.port = free_port()
        self.broker = broker
        self.file = self.folder / "acknowledged"

    def command(self):
        return [sys.executable, str(Path(__file__).with_name("wiretap.py")), str(self.port), str(self.broker.port),
                str(self.file)]

    def is_up(self):
        return port_open(self.port)

    def acknowledged(self):
        numbers = array.array("Q")
        numbers.frombytes(self.file.read_bytes())
        return set(numbers)

    def indistinguishable(self):
        """What a broker repeated without saying so, too few at once to tell them from new readings that are equal."""
        by_connection = defaultdict(list)
        for line in Path(f"{self.file}.repeated").read_text().splitlines():
            connection, number = map(int, line.split())
            by_connection[connection].append(number)
        return {number for numbers in by_connection.values() if len(numbers) < LEAST_RUN for number in numbers}

    @property
    def environment(self):
        return {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(self.port)}


class SmallDisk:
    """A folder on a file system of its own (tmpfs) that can be filled to the last byte; root only."""

    def __init__(self, megabytes):
        self.folder = Path(tempfile.mkdtemp(prefix="silaware-disk-"))
        self.mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.folder)],
            stderr=subprocess.DEVNULL).returncode == 0
        self.balloon = self.folder / "balloon"

    def fill(self):
        with open(self.balloon, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
            try:
                while True:
                    file.write(b"\0" * 512)
            except OSError:
                pass

    def clear(self):
        self.balloon.unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
            self.folder.rmdir()
        else:
            shutil.rmtree(self.folder)


class Auditor(threading.Thread):
    """Looks at an ingest process's /metrics all the time: the accounts balance, and no counter ever falls."""
    COUNTERS = ("received", "stored", "duplicate", "quarantined")

    def __init__(self, ingest):
        super().__init__(daemon=True)
        self.ingest = ingest
        self.stopping = threading.Event()
        self.looks = 0
        self.complaints = []
        self.most_memory = 0
        self.last = None

    def run(self):
        while not self.stopping.wait(0.1):
            try:
                metrics = self.ingest.metrics()
                self.most_memory = max(self.most_memory, self.ingest.memory_mb())
            except (requests.RequestException, OSError, AssertionError):
                continue
            self.looks += 1
            try:
                assert_accounts_balance(metrics)
                for name in self.COUNTERS:
                    key = f"silaware_messages_{name}_total"
                    assert self.last is None or metrics[key] >= self.last[key], \
                        f"{key} fell from {self.last[key]} to {metrics[key]}"
            except AssertionError as complaint:
                self.complaints.append(str(complaint))
            self.last = metrics

    def stop(self):
        self.stopping.set()
        self.join(20)


class Machine:
    def __init__(self, mariadb, disk_megabytes=None, broker_settings=UNBOUNDED, **ingest_settings):
        self.mariadb = mariadb
        with ExitStack() as parts:  # none is left behind where the next one does not start
            self.database = FreshDatabase(self.mariadb)
            parts.callback(self.database.drop)
            parts.callback(self.revive_database)
            self.broker = parts.enter_context(Mosquitto(broker_settings))
            self.wiretap = parts.enter_context(Wiretap(self.broker))
            self.disk = parts.enter_context(SmallDisk(disk_megabytes)) if disk_megabytes else None
            home = {"home": self.disk.folder / "home"} if self.disk else {}
            self.ingest = parts.enter_context(Ingest(self.database, self.wiretap, **home, **ingest_settings))
            self.parts = parts.pop_all()
        self.auditor = Auditor(self.ingest)
        self.auditor.start()
        self.publisher = None
        self.broker_kills = []  # in time.monotonic
        self.taken_for_new = set()  # what the broker repeated without a sign of it
        self.log = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.auditor.stopping.set()
        if self.publisher:
            self.publisher.stopping.set()
        if kind:
            print("\n".join(self.log))
            print("\n".join(self.ingest.log().splitlines()[-60:]))
        self.parts.close()

    def revive_database(self):
        if self.mariadb.process.poll() is not None:
            self.mariadb.start()

    def publish(self, noise=0, **options):
        self.publisher = NumberedPublisher(self.broker.port, Telemetry(noise=noise), **options)
        self.publisher.start()
        return self.publisher

    # What can go wrong. Each leaves the machine whole again.

    def kill_ingest(self, pause):
        self.ingest.kill_now()
        time.sleep(pause)
        self.ingest.spawn()

    def terminate_ingest(self, pause):
        code, seconds = self.ingest.end()
        assert code == 0 and seconds < 10, f"ingest ended with {code} after {seconds:.1f} s"
        time.sleep(pause)
        self.ingest.spawn()

    def kill_database(self, pause):
        self.mariadb.kill()
        time.sleep(pause)
        self.mariadb.start()

    def freeze_database(self, pause):
        self.mariadb.process.send_signal(signal.SIGSTOP)
        time.sleep(pause)
        self.mariadb.process.send_signal(signal.SIGCONT)

    def kill_broker(self, pause):
        begin = time.monotonic()
        self.broker.kill()
        self.broker_kills.append(begin)
        time.sleep(pause)
        self.broker.start()

    def cut_network(self, _):
        self.wiretap.process.send_signal(signal.SIGUSR1)

    def stall_network(self, _):
        self.wiretap.process.send_signal(signal.SIGUSR2)
        time.sleep(2)

    def fill_disk(self, pause):
        self.disk.fill()
        time.sleep(pause)
        self.disk.clear()

    def kill_both(self, pause):
        self.mariadb.kill()
        self.ingest.kill_now()
        time.sleep(pause)
        self.ingest.spawn()
        self.mariadb.start()

    FAULTS = (kill_ingest, terminate_ingest, kill_database, freeze_database, cut_network, stall_network,
              kill_both)

    def break_things(self, seconds, chance, faults):
        """Faults in random order for so long, each kind as often as the others. `chance` is a random.Random, whose
        seed repeats the same ones."""
        end = time.monotonic() + seconds
        ahead = []
        while time.monotonic() < end:
            ahead = ahead or chance.sample(faults, len(faults))
            time.sleep(chance.uniform(0.1, 1.5))
            fault, pause = ahead.pop(), chance.choice((0, 0.2, 0.5, 1, 3))
            self.log.append(f"{time.strftime('%H:%M:%S')} {fault.__name__}({pause})")
            fault(self, pause)

    def settle(self, patience=60):
        """Ends the publishing and waits until everything that is on its way has arrived, as long as it moves on."""
        self.publisher.stop()
        # Where the disk is full of messages, it is not well before some of them are stored.
        wait_for(self.ingest.is_up, 180, "ingest to be well again")
        quiet_since, last = time.monotonic(), None
        while time.monotonic() - quiet_since < 2:
            metrics = self.ingest.metrics()
            now = (metrics["silaware_messages_received_total"], metrics["silaware_messages_spooled"])
            if now != last:
                moved, last = time.monotonic(), now
            if moved > quiet_since or now[1] > 0:
                quiet_since = time.monotonic()
            assert time.monotonic() - moved < patience, f"messages still wait, and nothing moves: {metrics}"
            time.sleep(0.1)
        self.auditor.stop()
        assert not self.auditor.complaints, self.auditor.complaints[:5]
        assert self.auditor.looks > 0
        return self.ingest.metrics()

    def stored(self):
        """How often each number is in the database."""
        numbers = Counter()
        # A FLOAT as text has six digits.
        for sql, read in (
                ("SELECT energy FROM power_monitoring", lambda value: round(value / KWH_PER_NUMBER)),
                ("SELECT cycle_count FROM utils", int), ("SELECT CAST(temperature AS DOUBLE) FROM temphumid", int),
                ("SELECT payload FROM quarantine", lambda value: int(value[len('{"bad":'):-1]))):
            with self.database.connect() as connection, connection.cursor(pymysql.cursors.SSCursor) as cursor:
                cursor.execute(sql)
                numbers.update(read(row[0]) for row in cursor)
        return numbers

    def assert_nothing_lost_or_doubled(self, metrics):
        stored = self.stored()
        doubled = {number for number, times in stored.items() if times > 1}
        if self.broker_kills:  # it went back in time, and only then are there such
            self.taken_for_new = doubled & self.wiretap.indistinguishable()
            doubled -= self.taken_for_new
        assert not doubled, f"{len(doubled)} stored twice: {sorted(doubled)[:20]}"
        promised = self.wiretap.acknowledged()
        broken = sorted(promised - stored.keys())
        assert not broken, f"{len(broken)} acknowledged by ingest and not there: {broken[:20]}"
        self.assert_only_the_broker_lost(stored)
        kept = metrics["silaware_messages_stored_total"] + metrics["silaware_messages_quarantined_total"]
        assert kept == sum(stored.values())
        return stored

    def assert_only_the_broker_lost(self, stored):
        """mosquitto writes its state every second or two, and a kill takes what it acknowledged since: that is
        between the publisher and the broker. Anything else that it acknowledged has to be there."""
        before, after = AUTOSAVE_SECONDS + 2, 0.5  # the publisher hears of an acknowledgement a little later
        lost = sorted(number for number, at in self.publisher.acknowledged.items() if number not in stored
                      and not any(kill - before <= at <= kill + after for kill in self.broker_kills))
        assert not lost, f"{len(lost)} acknowledged by the broker and not there: {lost[:20]}"

    def assert_derived_agrees_with_rows(self, gap_ms=20_000):
        """Cycles and latest readings are what a fold over the rows gives."""
        for (uid,) in self.database.rows("SELECT DISTINCT uid FROM power_monitoring"):
            cycles = []
            observed = [row[0] for row in self.database.rows(
                "SELECT observed_ms FROM power_monitoring WHERE uid = %s ORDER BY observed_ms", uid)]
            for at in observed:
                if cycles and at - cycles[-1][1] <= gap_ms:
                    cycles[-1][1] = at
                else:
                    cycles.append([at, at])
            kept = self.database.rows("SELECT start_ms, stop_ms, cycle_count FROM cycle_time WHERE uid = %s "
                                      "ORDER BY start_ms", uid)
            assert [list(row[:2]) for row in kept] == cycles, f"cycles of {uid}"
            assert [row[2] for row in kept] == list(range(1, len(cycles) + 1)), f"numbers of the cycles of {uid}"
            latest = self.database.value("SELECT l.observed_ms FROM latest_readings l JOIN known_devices k ON k.id = "
                                         "l.device_id WHERE k.uid = %s", uid)
            assert latest == observed[-1], f"latest reading of {uid}"
        runs = dict(self.database.rows("SELECT mac_address, SUM(total_run) FROM utils GROUP BY mac_address"))
        totals = dict(self.database.rows("SELECT k.uid, r.total_seconds FROM run_totals r JOIN known_devices k ON k.id = "
                                         "r.device_id"))
        assert {uid: int(seconds) for uid, seconds in runs.items()} == \
            {uid: int(seconds) for uid, seconds in totals.items()}
