#!/usr/bin/python3
"""bench/dashboard/run.py [--rows 1000000,10000000] [--seconds S] [--build FOLDER] [--data FOLDER] [--fill-only] [--no-purge]

Four months of 50 meters and 20 machines in a private MariaDB, their roll-ups made by `silaware recompute`, and how long
`silaware serve` takes for what dashboards ask: one user, and fifty who ask again as soon as they have an answer. Beside
it the same figures by SQL over the raw rows, as one would write it without roll-ups. Then a month is purged while
`silaware ingest` stores readings as fast as it can. --rows 100000000 takes an hour and 30 GB.

With --data each size has a folder of its own there, filled once and found again by later runs; --fill-only fills and ends.
A purge takes a month out of a kept folder, the next run the month after it.

Needs a build with the bench preset: cmake --preset bench && cmake --build --preset bench
"""
import argparse
import datetime
import json
import os
import shutil
import signal
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
parser.add_argument("--data", type=Path, help="keep the filled databases here")
parser.add_argument("--purge-seconds", type=float, default=600, help="of the purge; what is left then stays")
parser.add_argument("--purge-only", action="store_true", help="no pages")
parser.add_argument("--fill-only", action="store_true")
parser.add_argument("--patience", type=float, default=120, help="seconds for the raw SQL of a request")
parser.add_argument("--no-purge", action="store_true")
options = parser.parse_args()
options.build = options.build.resolve()
os.environ.setdefault("SILAWARE_BINARY", str(options.build / "silaware"))

import pymysql  # noqa: E402
import requests  # noqa: E402
from servers import MariaDB, Mosquitto, wait_for  # noqa: E402
from silaware import BINARY, FreshDatabase, Ingest, Serve, environment, must_run  # noqa: E402

METERS, MACHINES, DAYS = 50, 20, 121
USERS = options.build / "bench/dashboard/bench_users"
PUBLISH = options.build / "bench/ingest/bench_publish"
METER = "AA:BB:CC:00:00:01"


class BenchMariaDB(MariaDB):
    """In a folder that stays, if one is given."""

    def __init__(self, kept=None):
        super().__init__()
        self.kept = kept
        if not kept:
            return
        shutil.rmtree(self.folder)
        kept.mkdir(parents=True, exist_ok=True)
        self.folder, self.socket, self.data = kept, str(kept / "db.sock"), kept / "data"

    def remove(self):
        self.stop()
        if not self.kept:
            super().remove()

    def stop(self, sig=signal.SIGTERM):
        """Waits as long as the flushing of what a bulk load changed takes."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            self.process.wait(1800)

    def command(self):
        return [*super().command(), "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M", "--max-connections=200"]


class State:
    """What has been done to a database, beside it."""

    def __init__(self, folder):
        self.file = folder / "state.json" if folder else None
        self.done = json.loads(self.file.read_text()) if self.file and self.file.exists() else {}

    def note(self, **done):
        self.done.update(done)
        if self.file:
            self.file.write_text(json.dumps(self.done) + "\n")


def fill(database, state, rows):
    """Readings of every meter in turn, a day of slow and fast growth, straight from the server's own counter.

    Newest first, and each chunk a statement with ids of its own: what was interrupted goes on where it was.
    """
    step_ms = DAYS * 86_400_000 * METERS // rows
    if "start_ms" not in state.done:
        state.note(start_ms=(int(time.time()) - 30) * 1000 - step_ms * (rows // METERS))
    start_ms = state.done["start_ms"]
    database.rows("ALTER TABLE power_monitoring DROP INDEX IF EXISTS power_by_meter")
    hours = f"((@ms - {start_ms}) / 3600000e0)"
    kwh = f"({hours} * (3 + 0.037e0 * (seq % {METERS})) - 7.6e0 * COS(@ms / 13750000e0))"
    chunk = 250_000
    for first in range((rows - 1) // chunk * chunk, -1, -chunk):
        last = min(rows, first + chunk) - 1
        if database.rows("SELECT id FROM power_monitoring WHERE id BETWEEN %s AND %s LIMIT 1", first + 1, last + 1):
            continue
        # A session variable each: the server works out an expression that is written twice twice.
        database.rows(
            "INSERT INTO power_monitoring (id, observed_ms, timestamp, rtc, uid, relay_state, voltage, power, current,"
            " frequency, pf, energy, co2) "
            f"SELECT seq + 1, @ms := ({start_ms} + (seq DIV {METERS}) * {step_ms}) DIV 1000 * 1000, FROM_UNIXTIME(@ms DIV 1000),"
            f" FROM_UNIXTIME(@ms DIV 1000 + 25200), CONCAT('AA:BB:CC:00:00:', LPAD(HEX(1 + seq % {METERS}), 2, '0')),"
            f" 'ON', 220.5e0, @watts := 3000 + 37 * (seq % {METERS}) + 2000 * SIN(@ms / 13750000e0), @watts / 220e0,"
            f" 50e0, 0.95e0, 1000 + {kwh}, NULL FROM seq_{first}_to_{last}")
        if sys.stdout.isatty():
            print(f"\r{rows - first:,} rows", end="", flush=True)
    database.rows("ALTER TABLE power_monitoring ADD INDEX power_by_meter (uid, observed_ms)")
    database.rows("TRUNCATE TABLE utils")
    runs = DAYS * 8 * MACHINES
    begin = f"{start_ms // 1000} + (seq DIV {MACHINES}) * 10800"
    database.rows("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) "
                  f"SELECT CONCAT('AA:BB:CC:00:01:', LPAD(HEX(1 + seq % {MACHINES}), 2, '0')), {begin},"
                  f" {begin} + 5400, seq, 5400 FROM seq_0_to_{runs - 1}")
    database.rows("ANALYZE TABLE power_monitoring, utils")


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


class Patient:
    """Asks one statement at a time, and none for longer than is left of its patience."""

    def __init__(self, database, seconds):
        self.database, self.end = database, time.monotonic() + seconds

    def rows(self, sql, *parameters):
        left = max(1, self.end - time.monotonic())
        return self.database.rows(f"SET STATEMENT max_statement_time={left:.0f} FOR {sql}", *parameters)


def naive_milliseconds(naive, database, today):
    """Of one run, which at 100 million rows takes minutes; and whether it got to its end."""
    begin = time.monotonic()
    try:
        naive(Patient(database, options.patience), today)
        return 1000 * (time.monotonic() - begin), ""
    except pymysql.err.OperationalError as error:
        interrupted = 1969
        if error.args[0] != interrupted:
            raise
        return 1000 * (time.monotonic() - begin), "> "


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
        naive_ms, more = naive_milliseconds(naive, database, today)
        one = ask(portal, token, path, 1)
        many = ask(portal, token, path, 50)
        result[name] = one[1]
        print(f"| {rows:,} | {name} | {one[0]:.1f} | {one[1]:.1f} | {many[0]:.1f} | {many[1]:.1f} | {many[2]:,.0f} | "
              f"{more}{naive_ms:,.1f} | {more}{naive_ms / one[0]:,.1f} |", flush=True)
    return result


def stored(database):
    return int(database.value("SELECT COALESCE(SUM(stored), 0) FROM spool_positions"))


def rate(database, seconds):
    before, begin = stored(database), time.monotonic()
    time.sleep(seconds)
    return (stored(database) - before) / (time.monotonic() - begin)


def purge_under_load(database, rows, settings, months):
    """Messages a second that ingest stores, without and with the purge of a month beside it."""
    with Mosquitto() as broker, Ingest(database, broker, **settings, RETENTION_MONTHS=12):
        publisher = subprocess.Popen([PUBLISH, str(broker.port), "100000000", str(METERS), "1", "0"],
                                     stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: stored(database) > 5000, what="the first readings")
            alone = rate(database, max(30, 2 * options.seconds))
            before, begin = stored(database), time.monotonic()
            env = environment(database.environment, **settings, RETENTION_MONTHS=months)
            purge = subprocess.Popen([BINARY, "purge"], env=env, stdout=subprocess.PIPE, text=True)
            try:
                purge.wait(options.purge_seconds)
            except subprocess.TimeoutExpired:
                purge.terminate()
            said = purge.communicate()[0].strip()
            seconds = time.monotonic() - begin
            beside = (stored(database) - before) / seconds
        finally:
            publisher.kill()
            publisher.wait()
    print(f"\npurge of a month at {rows:,} rows: {said} in {seconds:.0f} s; "
          f"ingest {alone:,.0f} messages/s before, {beside:,.0f} during ({beside / alone:.2f})", flush=True)


def prepare(database, state, rows, settings):
    if "filled" not in state.done:
        if not database.rows("SELECT id FROM accounts"):
            database.create_account()
        state.note(filled=round(seconds_of(lambda: fill(database, state, rows))))
    if "recomputed" not in state.done:
        env = environment(database.environment, **settings)
        state.note(recomputed=round(seconds_of(lambda: must_run("recompute", env=env, timeout=7200))))
    print(f"\r{rows:,} rows: filled in {state.done['filled']} s, roll-ups by recompute in {state.done['recomputed']} s",
          file=sys.stderr, flush=True)


def bench(rows):
    folder = options.data.resolve() / str(rows) if options.data else None
    state = State(folder)
    with BenchMariaDB(folder) as mariadb:
        database = FreshDatabase(mariadb, migrated=False)
        database.name = "bench"
        must_run("migrate", env=environment(database.environment), timeout=7200)
        step = DAYS * 86400 * METERS / rows
        settings = {"CYCLE_GAP_SECONDS": max(20, int(2 * step) + 1), "LOG_LEVEL": "warn"}
        prepare(database, state, rows, settings)
        if options.fill_only:
            return None
        result = {"all_summary": 0}
        if not options.purge_only:
            with Serve(database, **settings) as portal:
                result = measure(database, portal, rows)
        if not options.no_purge:
            months = state.done.get("months", 4) - 1
            state.note(months=months)
            purge_under_load(database, rows, settings, months)
        return result


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sizes = [int(rows) for rows in options.rows.split(",")]
    print("| raw rows | request | p50 ms, 1 user | p99 ms, 1 user | p50 ms, 50 users | p99 ms, 50 users | requests/s, "
          "50 users | raw SQL ms | raw SQL ÷ p50 |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    results = [bench(rows) for rows in sizes]
    if len(results) > 1 and not options.fill_only and not options.purge_only:
        growth = results[-1]["all_summary"] / results[0]["all_summary"]
        print(f"\np99 of all_summary at {sizes[-1]:,} rows ÷ at {sizes[0]:,}: {growth:.2f}")


if __name__ == "__main__":
    main()
