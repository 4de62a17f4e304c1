#!/usr/bin/python3
"""bench/live/run.py [--viewers N] [--meters N] [--every S] [--seconds S] [--build FOLDER]

How much one `silaware serve` costs while many pages are open: meters report to a private mosquitto, `silaware ingest`
stores their readings, and every viewer holds a live stream. First without viewers, then with them.

Needs a build with the bench preset: cmake --preset bench && cmake --build --preset bench
"""
import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--viewers", type=int, default=1000)
parser.add_argument("--meters", type=int, default=50)
parser.add_argument("--every", type=float, default=5, help="seconds between two readings of a meter")
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--build", type=Path, default=SOURCE / "build/bench")
options = parser.parse_args()
options.build = options.build.resolve()
os.environ.setdefault("SILAWARE_BINARY", str(options.build / "silaware"))

import requests  # noqa: E402
from servers import MariaDB, Mosquitto  # noqa: E402
from silaware import FreshDatabase, Ingest, Serve  # noqa: E402
from telemetry import POWER, Device, power  # noqa: E402

PUBLISH = options.build / "bench/ingest/bench_publish"
VIEWERS = options.build / "bench/live/bench_viewers"
PROBE = "AA:BB:CC:DD:EE:FF"


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def core(portal, work):
    """Share of a core, in percent, that the portal used while `work` ran."""
    before, begin = cpu_seconds(portal.process.pid), time.monotonic()
    work()
    return 100 * (cpu_seconds(portal.process.pid) - before) / (time.monotonic() - begin)


def sign_in(portal):
    answer = requests.post(portal.url + "/login", json={"username": "admin", "password": "correct horse"}, timeout=20)
    return answer.json()["access_token"]


class Probe(threading.Thread):
    """One more viewer, that knows when each of its readings was acknowledged by the broker."""

    def __init__(self, portal, broker, token):
        super().__init__(daemon=True)
        self.port = broker.port
        self.stream = requests.get(portal.url + "/login/live", headers={"Authorization": f"Bearer {token}"}, stream=True,
                                   timeout=60)
        self.seen = {}
        self.delays = []

    def run(self):
        for line in self.stream.iter_lines():
            if line.startswith(b"data: ") and PROBE.encode() in line:
                self.seen[line.split(b'"energy_kwh":')[1].split(b",")[0]] = time.monotonic()

    def measure(self, seconds):
        sent = []
        with Device(self.port) as device:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                kwh = 1000 + len(sent)
                device.send(POWER, power(PROBE, kwh)).wait_for_publish(10)
                sent.append((float(kwh), time.monotonic()))
                time.sleep(1.37)
        time.sleep(3)
        seen = {float(kwh): at for kwh, at in self.seen.items()}
        self.delays = sorted(1000 * max(0.0, seen[kwh] - at) for kwh, at in sent if kwh in seen)
        assert len(self.delays) == len(sent), f"{len(sent) - len(self.delays)} of {len(sent)} readings never came"


def watch(portal, broker, token):
    viewers = subprocess.Popen([VIEWERS, portal.url.rsplit(":", 1)[1], token, str(options.viewers), str(options.seconds)],
                               stdout=subprocess.PIPE, text=True)
    assert viewers.stdout.readline() == "ready\n", "the viewers could not all come in"
    probe = Probe(portal, broker, token)
    probe.start()
    share = core(portal, lambda: probe.measure(options.seconds - 5))
    memory = portal.memory_mb()
    fewest, most, cut, median, worst = viewers.communicate(timeout=60)[0].split()
    assert viewers.returncode == 0
    print(f"| {options.viewers:,} | {memory:.0f} | {portal.memory_mb('VmHWM'):.0f} | {share:.1f} |")
    print(f"\n{fewest} to {most} readings reached each viewer in {options.seconds:.0f} s, {cut} viewers were cut off; a "
          f"reading reached the last of them {median} ms after the first (median; worst {worst}).")
    delays = probe.delays
    print(f"From the broker's PUBACK to a viewer: median {statistics.median(delays):.0f} ms, worst {delays[-1]:.0f} ms "
          f"of {len(delays)} readings.")


def main():
    with MariaDB() as mariadb, Mosquitto() as broker:
        database = FreshDatabase(mariadb)
        database.create_account()
        with Ingest(database, broker, LOG_LEVEL="warn"), Serve(database, LOG_LEVEL="warn") as portal:
            publisher = subprocess.Popen([PUBLISH, str(broker.port), "100000000", str(options.meters), "1",
                                          str(options.meters / options.every)], stdout=subprocess.DEVNULL)
            try:
                token = sign_in(portal)
                print("| viewers | RSS MB | peak MB | % of a core |\n|---:|---:|---:|---:|")
                idle = core(portal, lambda: time.sleep(10))
                print(f"| 0 | {portal.memory_mb():.0f} | {portal.memory_mb('VmHWM'):.0f} | {idle:.1f} |", flush=True)
                watch(portal, broker, token)
            finally:
                publisher.kill()
                publisher.wait()


if __name__ == "__main__":
    main()
