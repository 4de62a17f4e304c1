#!/usr/bin/python3
"""bench/dashboard/run.py [--rows 1000000,10000000] [--seconds S] [--build FOLDER] [--no-purge]

Four months of 50 meters and 20 machines in a private MariaDB, their roll-ups made by `silaware recompute`, and how long
`silaware serve` takes for what dashboards ask: one user, and fifty who ask again as soon as they have an answer. Beside
it the same figures by SQL over the raw rows, as one would write it without roll-ups. Then a month is purged while
`silaware ingest` stores readings as fast as it can. --rows 100000000 takes an hour and 30 GB.

Needs a build with the bench preset: cmake --preset bench && cmake --build --preset bench
"""
import argparse
import datetime
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rows", default="1000000,10000000")
parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
parser.add_argument("--build", type=Path, default=SOURCE / "build/bench")
parser.add_argument("--no-purge", action="store_true")
options = parser.parse_args()
options.build = options.build.resolve()
os.environ.setdefault("SILAWARE_BINARY", str(options.build / "silaware"))

import requests  # noqa: E402
from servers import MariaDB, Mosquitto, wait_for  # noqa: E402
from silaware import FreshDatabase, Ingest, Serve, environment, must_run, run  # noqa: E402

METERS, MACHINES, DAYS = 50, 20, 121
USERS = options.build / "bench/dashboard/bench_users"
PUBLISH = options.build / "bench/ingest/bench_publish"
METER = "AA:BB:CC:00:00:01"


class BenchMariaDB(MariaDB):
    def command(self):
        return [*super().command(), "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M", "--max-connections=200"]


def fill(database, rows):
    """Readings of every meter in turn, a day of slow and fast growth, straight from the server's own counter."""
    end = int(time.time()) - 30
    step = DAYS * 86400 * METERS / rows
    start = end - DAYS * 86400
    at = f"({start} + (seq DIV {METERS}) * {step})"
    watts = f"(3000 + 2000 * SIN({at} / 13750) + 37 * (seq % {METERS}))"
    kwh = f"((({at} - {start}) * (3 + 0.037 * (seq % {METERS})) - 27500 * (COS({at} / 13750) - COS({start} / 13750))) / 3600)"
    chunk = 500_000
    for first in range(0, rows, chunk):
        last = min(rows, first + chunk) - 1
        database.rows(
            "INSERT INTO power_monitoring (uid, rtc, relay_state, voltage, current, power, frequency, pf, energy, co2,"
            " timestamp, observed_ms) "
            f"SELECT CONCAT('AA:BB:CC:00:00:', LPAD(HEX(1 + seq % {METERS}), 2, '0')), FROM_UNIXTIME({at} + 25200), 'ON',"
            f" 220.5, {watts} / 220, {watts}, 50, 0.95, 1000 + {kwh}, NULL, FROM_UNIXTIME({at}), FLOOR({at} * 1000) "
            f"FROM seq_{first}_to_{last}")
        if sys.stdout.isatty():
            print(f"\r{last + 1:,} rows", end="", flush=True)
    runs = DAYS * 8 * MACHINES
    begin = f"{start} + (seq DIV {MACHINES}) * 10800"
    database.rows("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) "
                  f"SELECT CONCAT('AA:BB:CC:00:01:', LPAD(HEX(1 + seq % {MACHINES}), 2, '0')), {begin},"
                  f" {begin} + 5400, seq, 5400 FROM seq_0_to_{runs - 1}")
    database.rows("ANALYZE TABLE power_monitoring, utils")
    return step


def naive_month(database, month):
    """all_summary from the raw rows: register at both ends of the month, of seven days, and the newest power."""
    first = month.strftime("%Y-%m-01")
    week = (month - datetime.timedelta(days=6)).strftime("%Y-%m-%d")
    database.rows("SELECT uid, MAX(energy) - MIN(energy) FROM power_monitoring WHERE rtc >= %s GROUP BY uid", first)
    database.rows("SELECT uid, DATE(rtc), MAX(energy) - MIN(energy) FROM power_monitoring WHERE rtc >= %s"
                  " GROUP BY uid, DATE(rtc)", week)
    database.rows("SELECT uid, power FROM power_monitoring WHERE id IN (SELECT MAX(id) FROM power_monitoring GROUP BY uid)")


def naive_data(database, _):
    database.rows("SELECT rtc, voltage, current, power, frequency, pf, energy, co2 FROM power_monitoring WHERE uid = %s"
                  " ORDER BY timestamp DESC LIMIT 20", METER)


def naive_series(database, month):
    first = month.strftime("%Y-%m-01")
    database.rows("SELECT DATE(rtc), HOUR(rtc), MAX(energy) - MIN(energy) FROM power_monitoring"
                  " WHERE uid = %s AND rtc >= %s GROUP BY DATE(rtc), HOUR(rtc)", METER, first)


def naive_utilities(database, month):
    year = int(datetime.datetime(month.year, 1, 1).timestamp())
    for since in (year, int(time.time()) - 86400, int(time.time()) - 7 * 86400, int(time.time()) - 30 * 86400):
        database.rows("SELECT mac_address, SUM(total_run) FROM utils WHERE start >= %s GROUP BY mac_address", since)


def seconds_of(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def ask(portal, token, path, users):
    port = portal.url.rsplit(":", 1)[1]
    said = subprocess.run([USERS, port, token, str(users), str(options.seconds), path], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()
    count, seconds, median, p99 = int(said[0]), float(said[1]), float(said[2]), float(said[3])
    return median, p99, count / seconds


def measure(database, portal, rows):
    token = requests.post(portal.url + "/login", json={"username": "admin", "password": "correct horse"},
                          timeout=20).json()["access_token"]
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    month_ago = (today - datetime.timedelta(days=30)).strftime("%Y-%m-%d")
    asked = [("all_summary", "/login/summary/all_summary", naive_month),
             ("utilities", "/login/utilities/json", naive_utilities),
             ("data", f"/power_monitoring/data?uid={METER}", naive_data),
             ("series of a month", f"/power_monitoring/series?uid={METER}&from={month_ago}&to={today:%Y-%m-%d}&step=1h",
              naive_series)]
    result = {}
    for name, path, naive in asked:
        naive_ms = 1000 * statistics.median(seconds_of(lambda: naive(database, today)) for _ in range(3))
        one = ask(portal, token, path, 1)
        many = ask(portal, token, path, 50)
        result[name] = one[1]
        print(f"| {rows:,} | {name} | {one[0]:.1f} | {one[1]:.1f} | {many[0]:.1f} | {many[1]:.1f} | {many[2]:,.0f} | "
              f"{naive_ms:,.1f} | {naive_ms / one[0]:,.1f} |", flush=True)
    return result


def stored(database):
    return int(database.value("SELECT COALESCE(SUM(stored), 0) FROM spool_positions"))


def rate(database, seconds):
    before, begin = stored(database), time.monotonic()
    time.sleep(seconds)
    return (stored(database) - before) / (time.monotonic() - begin)


def purge_under_load(database, rows, settings):
    """Messages a second that ingest stores, without and with the purge of a month beside it."""
    with Mosquitto() as broker, Ingest(database, broker, **settings):
        publisher = subprocess.Popen([PUBLISH, str(broker.port), "100000000", str(METERS), "1", "0"],
                                     stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: stored(database) > 5000, what="the first readings")
            alone = rate(database, 2 * options.seconds)
            before, begin = stored(database), time.monotonic()
            env = environment(database.environment, **settings, RETENTION_MONTHS=3)
            said = run("purge", env=env, timeout=7200)
            seconds = time.monotonic() - begin
            beside = (stored(database) - before) / seconds
        finally:
            publisher.kill()
            publisher.wait()
    print(f"\npurge of a month at {rows:,} rows: {said.stdout.strip()} in {seconds:.0f} s; "
          f"ingest {alone:,.0f} messages/s before, {beside:,.0f} during ({beside / alone:.2f})", flush=True)


def bench(mariadb, rows):
    database = FreshDatabase(mariadb)
    database.create_account()
    filled = seconds_of(lambda: fill(database, rows))
    step = DAYS * 86400 * METERS / rows
    settings = {"CYCLE_GAP_SECONDS": max(20, int(2 * step) + 1), "LOG_LEVEL": "warn"}
    begin = time.monotonic()
    must_run("recompute", env=environment(database.environment, **settings), timeout=7200)
    rebuilt = time.monotonic() - begin
    print(f"\r{rows:,} rows: filled in {filled:.0f} s, roll-ups by recompute in {rebuilt:.0f} s "
          f"({rows / rebuilt:,.0f} rows/s)", file=sys.stderr, flush=True)
    with Serve(database, **settings) as portal:
        result = measure(database, portal, rows)
    if not options.no_purge:
        purge_under_load(database, rows, settings)
    database.drop()
    return result


def main():
    sizes = [int(rows) for rows in options.rows.split(",")]
    print("| raw rows | request | p50 ms, 1 user | p99 ms, 1 user | p50 ms, 50 users | p99 ms, 50 users | requests/s, "
          "50 users | raw SQL ms | raw SQL ÷ p50 |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    with BenchMariaDB() as mariadb:
        results = [bench(mariadb, rows) for rows in sizes]
    if len(results) > 1:
        growth = results[-1]["all_summary"] / results[0]["all_summary"]
        print(f"\np99 of all_summary at {sizes[-1]:,} rows ÷ at {sizes[0]:,}: {growth:.2f}")


if __name__ == "__main__":
    main()
