#!/usr/bin/python3
"""bench/export/run.py [--rows 1000000] [--runs 3] [--build FOLDER] [--no-pandas]

The run report of --rows runs as Excel and CSV from `silaware serve`: seconds, the peak of its memory above idle, and how
long all_summary takes meanwhile for ten dashboards that ask ten times a second each. Beside it pandas with xlsxwriter,
which runs the same query under the same load. Then five exports at once, and the sixth.

Needs a build with the bench preset (cmake --preset bench && cmake --build --preset bench) and the packages of
bench/export/packages.txt.
"""
import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--runs", type=int, default=3, help="of silaware; the median counts")
parser.add_argument("--build", type=Path, default=SOURCE / "build/bench")
parser.add_argument("--no-pandas", action="store_true")
options = parser.parse_args()
options.build = options.build.resolve()
os.environ.setdefault("SILAWARE_BINARY", str(options.build / "silaware"))

import requests  # noqa: E402
from servers import MariaDB  # noqa: E402
from silaware import FreshDatabase, Serve, environment, must_run  # noqa: E402

METERS, MACHINES = 50, 20
USERS = options.build / "bench/dashboard/bench_users"
PATHS = {"xlsx": "/login/report/excel", "csv": "/login/report/csv"}


def fill(database):
    """Four months of runs, and a day of readings of the meters that the dashboards ask for."""
    now = int(time.time())
    database.rows("INSERT INTO devices (mac_address, mac_key, mcu_type, location, createdDate) "
                  "SELECT CONCAT('AA:BB:CC:00:01:', LPAD(HEX(1 + seq), 2, '0')),"
                  " CONCAT('aa:bb:cc:00:01:', LPAD(LOWER(HEX(1 + seq)), 2, '0')), 'ESP32', CONCAT('Ward ', seq), NOW() "
                  f"FROM seq_0_to_{MACHINES - 1}")
    step = 120 * 86400 / options.rows
    begin = f"{now - 120 * 86400} + FLOOR(seq * {step})"
    database.rows("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) "
                  f"SELECT CONCAT('AA:BB:CC:00:01:', LPAD(HEX(1 + seq % {MACHINES}), 2, '0')), {begin},"
                  f" {begin} + 60 + seq % 977, seq DIV {MACHINES}, 60 + seq % 977 FROM seq_0_to_{options.rows - 1}")
    at = f"({now - 86400} + (seq DIV {METERS}) * 60)"
    database.rows("INSERT INTO power_monitoring (uid, rtc, relay_state, voltage, current, power, frequency, pf, energy,"
                  " timestamp, observed_ms) "
                  f"SELECT CONCAT('AA:BB:CC:00:00:', LPAD(HEX(1 + seq % {METERS}), 2, '0')), FROM_UNIXTIME({at} + 25200),"
                  f" 'ON', 220, 5, 1100, 50, 0.95, 1000 + ({at} - {now - 86400}) / 3272, FROM_UNIXTIME({at}), {at} * 1000 "
                  f"FROM seq_0_to_{METERS * 1430 - 1}")
    database.rows("ANALYZE TABLE utils, power_monitoring")


@contextmanager
def dashboards(portal, token, result):
    """Ten users with a pause while the block runs; `result` gets count, median and p99 in ms."""
    users = subprocess.Popen([USERS, str(portal.port), token, "10", "36000", "/login/summary/all_summary", "100"],
                             text=True, stdout=subprocess.PIPE)
    try:
        yield
    finally:
        users.send_signal(signal.SIGTERM)
        said = users.communicate(timeout=60)[0].split()
        result[:] = [int(said[0]), float(said[2]), float(said[3])]


def reset_peak(portal):
    Path(f"/proc/{portal.process.pid}/clear_refs").write_text("5")


def download(portal, token, kind, seconds):
    """Reads an export to its end; appends (time to the first header, seconds, bytes)."""
    begin = time.monotonic()
    with requests.get(portal.url + PATHS[kind], headers={"Authorization": "Bearer " + token}, stream=True,
                      timeout=3600) as response:
        begun = time.monotonic() - begin
        size = 0
        if response.status_code == 200:
            for piece in response.iter_content(1 << 16):
                size += len(piece)
        seconds.append((response.status_code, begun, time.monotonic() - begin, size))


def export(portal, token, kind):
    taken = []
    idle = portal.memory_mb()
    reset_peak(portal)
    asked = [0, 0, 0]
    with dashboards(portal, token, asked):
        for _ in range(options.runs):
            download(portal, token, kind, taken)
    assert all(status == 200 for status, *_ in taken), taken
    seconds = statistics.median(took for _, _, took, _ in taken)
    return {"seconds": seconds, "begun": max(begun for _, begun, _, _ in taken), "size": taken[0][3] / 1e6,
            "above_idle": portal.memory_mb("VmHWM") - idle, "p99": asked[2]}


def pandas_export(database, portal, token, kind, folder):
    asked = [0, 0, 0]
    with dashboards(portal, token, asked):
        said = subprocess.run(["/usr/bin/python3", SOURCE / "bench/export/pandas_export.py", database.server.socket,
                               database.name, kind, f"{folder}/pandas.{kind}"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()
    return {"seconds": float(said[0]), "peak": float(said[1])}


def five_at_once(portal, token):
    taken = []
    idle = portal.memory_mb()
    reset_peak(portal)
    asked = [0, 0, 0]
    with dashboards(portal, token, asked):
        threads = [threading.Thread(target=download, args=(portal, token, "xlsx", taken)) for _ in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        refused = []
        download(portal, token, "xlsx", refused)
        for thread in threads:
            thread.join()
    assert all(status == 200 for status, *_ in taken), taken
    print(f"\nfive Excel exports at once: {max(took for _, _, took, _ in taken):.1f} s, "
          f"{portal.memory_mb('VmHWM') - idle:.0f} MB above idle, p99 of all_summary {asked[2]:.1f} ms; "
          f"the sixth: {refused[0][0]}")


def main():
    print("| file | silaware s | pandas s | ratio | MB above idle | pandas peak MB | begins after s | size MB | "
          "p99 all_summary ms |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    with MariaDB() as mariadb, tempfile.TemporaryDirectory(prefix="silaware-bench-") as folder:
        database = FreshDatabase(mariadb)
        database.create_account()
        fill(database)
        must_run("recompute", env=environment(database.environment, CYCLE_GAP_SECONDS=120, LOG_LEVEL="warn"), timeout=3600)
        with Serve(database, CYCLE_GAP_SECONDS=120, LOG_LEVEL="warn") as portal:
            token = requests.post(portal.url + "/login", json={"username": "admin", "password": "correct horse"},
                                  timeout=60).json()["access_token"]
            download(portal, token, "csv", [])  # the database's pages are in memory for all
            for kind in PATHS:
                ours = export(portal, token, kind)
                theirs = {"seconds": 0, "peak": 0} if options.no_pandas else pandas_export(database, portal, token, kind, folder)
                print(f"| {kind} | {ours['seconds']:.1f} | {theirs['seconds']:.1f} | {theirs['seconds'] / ours['seconds']:.1f} | "
                      f"{ours['above_idle']:.0f} | {theirs['peak']:.0f} | {ours['begun']:.2f} | {ours['size']:.0f} | "
                      f"{ours['p99']:.1f} |", flush=True)
            five_at_once(portal, token)
        database.drop()


if __name__ == "__main__":
    main()
