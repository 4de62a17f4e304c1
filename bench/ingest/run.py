#!/usr/bin/python3
"""bench/ingest/run.py [--messages N] [--rounds N] [--samples N] [--build FOLDER]

Publisher (100 meters, QoS 1), mosquitto, durable MariaDB and `silaware ingest` on this machine, against a subscriber
that only counts. Both take the same messages from the same broker at full publisher speed; the time ends with the last
message counted, or the last row committed. Then ten times overload: the database gets a tenth of the time.

Needs a build with the bench preset: cmake --preset bench && cmake --build --preset bench
"""
import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--messages", type=int, default=300_000)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--samples", type=int, default=1, help="samples in each message, a row each")
parser.add_argument("--meters", type=int, default=100)
parser.add_argument("--overload-seconds", type=float, default=20)
parser.add_argument("--build", type=Path, default=SOURCE / "build/bench")
options = parser.parse_args()
os.environ.setdefault("SILAWARE_BINARY", str(options.build / "silaware"))

from servers import MariaDB, Mosquitto  # noqa: E402
from silaware import FreshDatabase, Ingest  # noqa: E402

PUBLISH = options.build / "bench/ingest/bench_publish"
COUNT = options.build / "bench/ingest/bench_count"


def start_publisher(broker, messages, rate=0):
    return subprocess.Popen([PUBLISH, str(broker.port), str(messages), str(options.meters), str(options.samples), str(rate)],
                            stdout=subprocess.PIPE, text=True)


class Usage:
    """CPU time of processes between two looks: unlike a rate, hardly touched by what else the machine does."""

    def __init__(self, **pids):
        self.pids = pids
        self.before = self.look()

    def look(self):
        ticks = os.sysconf("SC_CLK_TCK")
        found = {}
        for name, pid in self.pids.items():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            found[name] = (int(fields[11]) + int(fields[12])) / ticks
        return found

    def per_message(self):
        """Microseconds of CPU that each process spent on a message."""
        now = self.look()
        return {name: (now[name] - self.before[name]) / options.messages * 1e6 for name in now}


def since(children):
    """Microseconds of CPU for a message, of child processes that have ended since."""
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = now.ru_utime + now.ru_stime - children.ru_utime - children.ru_stime
    return seconds / options.messages * 1e6


def bare(broker):
    """Messages a second of the subscriber that only counts, and the CPU time of each process."""
    counter = subprocess.Popen([COUNT, str(broker.port), str(options.messages)], stdout=subprocess.PIPE, text=True)
    assert counter.stdout.readline() == "ready\n"
    usage = Usage(broker=broker.process.pid)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    publisher = start_publisher(broker, options.messages)
    assert counter.wait(600) == 0, "the counting subscriber lost messages"
    seconds = time.monotonic() - begin
    publisher.wait()
    spent = usage.per_message() | {"publisher and subscriber": since(children)}
    return options.messages / seconds, spent


def through_silaware(broker, mariadb, database, ingest):
    """Messages a second until the last row is committed, the rows missing, and the CPU time of each process."""
    watch = database.connect()  # one for all looks: connecting each time took 2 % of the machine from what is measured

    def stored():
        with watch.cursor() as cursor:
            cursor.execute("SELECT COALESCE(SUM(stored), 0) FROM spool_positions")
            return int(cursor.fetchone()[0])
    before, rows_before = stored(), int(database.value("SELECT COUNT(*) FROM power_monitoring"))
    usage = Usage(broker=broker.process.pid, mariadb=mariadb.process.pid, ingest=ingest.process.pid)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    publisher = start_publisher(broker, options.messages)
    while stored() < before + options.messages:
        time.sleep(0.02)
        assert time.monotonic() - begin < 600, f"{before + options.messages - stored()} messages are missing"
    seconds = time.monotonic() - begin
    watch.close()
    publisher.wait()
    spent = usage.per_message() | {"publisher": since(children)}
    rows = int(database.value("SELECT COUNT(*) FROM power_monitoring")) - rows_before
    return options.messages / seconds, options.messages * options.samples - rows, spent


class Peak(threading.Thread):
    """The most memory that ingest takes, looked at all the time; the first and the last third apart."""

    def __init__(self, ingest):
        super().__init__(daemon=True)
        self.ingest = ingest
        self.ended = threading.Event()
        self.looks = []

    def run(self):
        while not self.ended.wait(0.05):
            self.looks.append(self.ingest.memory_mb())

    def stop(self):
        self.ended.set()
        self.join()
        third = max(len(self.looks) // 3, 1)
        return max(self.looks[:third]), max(self.looks[-third:])


def overload(broker, mariadb, ingest, seconds):
    """The database runs a tenth of the time while the publisher goes on at full speed."""
    peak = Peak(ingest)
    peak.start()
    publisher = start_publisher(broker, 10**9)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        mariadb.process.send_signal(signal.SIGSTOP)
        time.sleep(0.45)
        mariadb.process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    publisher.kill()
    publisher.wait()
    first, last = peak.stop()
    before, begin = ingest.metrics(), time.monotonic()
    while (now := ingest.metrics())["silaware_messages_spooled"] > 0:
        time.sleep(0.1)
    # What the broker still had for us comes on top of what waited.
    stored = now["silaware_messages_stored_total"] - before["silaware_messages_stored_total"]
    return first, last, int(before["silaware_messages_spooled"]), stored / (time.monotonic() - begin)


def fresh_broker():
    """Without sessions of earlier rounds, for which it would queue every message; it saves as seldom as by default."""
    return Mosquitto("max_queued_messages 0\nautosave_interval 1800\n")


def described(spent):
    return f"{sum(spent.values()):.1f} (" + ", ".join(f"{name} {value:.1f}" for name, value in spent.items()) + ")"


def main():
    with MariaDB(durable=True) as mariadb:
        database = FreshDatabase(mariadb)
        bare_rates, our_rates, lost = [], [], 0
        for _ in range(options.rounds):
            with fresh_broker() as broker:
                rate, bare_spent = bare(broker)
            bare_rates.append(rate)
            with fresh_broker() as broker, Ingest(database, broker, LOG_LEVEL="warn") as ingest:
                rate, missing, spent = through_silaware(broker, mariadb, database, ingest)
                memory = ingest.memory_mb("VmHWM")
            our_rates.append(rate)
            lost += missing
            print(f"counting only {bare_rates[-1]:8.0f}/s   silaware {rate:8.0f}/s   ratio {rate / bare_rates[-1]:.2f}   "
                  f"rows lost {missing}   RSS {memory:.0f} MB\n  CPU µs a message: counting only {described(bare_spent)}; "
                  f"silaware {described(spent)}", flush=True)
        print(f"median: counting only {statistics.median(bare_rates):.0f} messages/s, silaware "
              f"{statistics.median(our_rates):.0f} messages/s ({statistics.median(our_rates) * options.samples:.0f} rows/s), "
              f"ratio {statistics.median(our_rates) / statistics.median(bare_rates):.2f}, rows lost {lost}")
        if options.overload_seconds:
            with fresh_broker() as broker, Ingest(database, broker, LOG_LEVEL="warn") as ingest:
                first, last, waiting, drain = overload(broker, mariadb, ingest, options.overload_seconds)
            print(f"ten times overload for {options.overload_seconds:.0f} s: RSS {first:.0f} MB in the first third, {last:.0f} MB "
                  f"in the last; {waiting} messages waited in the spool, drained at {drain:.0f}/s")
        return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
