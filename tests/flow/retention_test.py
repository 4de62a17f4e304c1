"""What four months take, and what they leave, while messages flow."""
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest
from servers import wait_for
from silaware import BINARY, Ingest, environment, must_run
from telemetry import POWER, Device, power

JAKARTA = timezone(timedelta(hours=7))
TABLES = {"power_monitoring": "uid", "cycle_time": "uid", "utils": "mac_address", "utils_notification_log": "mac_address",
          "temphumid": "mac_address"}


def insert_old_rows(database, days):
    then = datetime.now() - timedelta(days=days)
    epoch = int(then.timestamp())
    database.rows("INSERT INTO power_monitoring (uid, power, energy, timestamp) VALUES ('old', 1, 1, %s)", then)
    database.rows("INSERT INTO cycle_time (uid, start, stop, duration, cycle_count) VALUES ('old', %s, %s, '00:00:00', 1)", then, then)
    database.rows("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run, timestamp) VALUES ('old', %s, %s, 1, 1, %s)",
                  epoch, epoch, then)
    database.rows("INSERT INTO utils_notification_log (mac_address, multiple, total_run, timestamp) VALUES ('old', 1, 1, %s)", then)
    database.rows("INSERT INTO temphumid (mac_address, temperature, timestamp) VALUES ('old', 1, %s)", then)


def rows_left(database):
    return [database.value(f"SELECT COUNT(*) FROM {table} WHERE {column} = 'old'") for table, column in TABLES.items()]


def test_ingest_purges_at_most_once_in_twelve_hours_over_restarts(database, broker):
    insert_old_rows(database, 130)
    insert_old_rows(database, 110)
    with Ingest(database, broker):
        wait_for(lambda: rows_left(database) == [1] * 5, 20, "the old rows to go")
    insert_old_rows(database, 130)
    with Ingest(database, broker):
        time.sleep(3)
        assert rows_left(database) == [2] * 5
    database.rows("UPDATE housekeeping SET last_run_ms = last_run_ms - 12 * 3600000 WHERE job = 'purge'")
    with Ingest(database, broker):
        wait_for(lambda: rows_left(database) == [1] * 5, 20, "the old rows to go")


def test_a_purge_of_many_rows_holds_nobody_up(feed, admin, broker, database):
    database.rows("INSERT INTO power_monitoring (uid, power, energy, timestamp) "
                  "SELECT 'many', 1, seq, NOW() - INTERVAL 200 DAY FROM seq_1_to_60000")
    purge_begins = time.monotonic()
    purge = subprocess.Popen([BINARY, "purge"], env=environment(database.environment), stdout=subprocess.DEVNULL)
    slowest = stored = 0
    with Device(broker.port) as device:
        while purge.poll() is None:
            begin = time.monotonic()
            device.send(POWER, power("0E:00:00:00:00:01", stored)).wait_for_publish(10)
            stored += 1
            wait_for(lambda: database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = '0E:00:00:00:00:01'") == stored, 10,
                     "the reading")
            assert admin.get("/login/summary/all_summary").status_code == 200
            slowest = max(slowest, time.monotonic() - begin)
            assert time.monotonic() - purge_begins < 300
    assert purge.returncode == 0 and stored > 3
    assert database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = 'many'") == 0
    assert slowest < 10


@pytest.fixture(scope="module")
def a_month_of_readings(database):
    """A reading an hour over 40 days, 2 kWh each; a cycle of 10 s at the top of every hour."""
    now = datetime.now(JAKARTA).replace(tzinfo=None, microsecond=0)
    start = now.replace(minute=0, second=0) - timedelta(days=40)
    rows = []
    for hour in range(40 * 24):
        for second in (0, 10):
            at = start + timedelta(hours=hour, seconds=second)
            rows.append((at, 2000, 1000 + 2 * hour + (0.5 if second else 0), at - timedelta(hours=7)))
    with database.connect() as connection:
        connection.cursor().executemany(
            "INSERT INTO power_monitoring (uid, rtc, power, energy, timestamp) VALUES ('0E:00:00:00:00:02', %s, %s, %s, %s)", rows)
        connection.commit()
    must_run("recompute", env=environment(database.environment))
    return start, now


def test_weekly_duration_is_the_time_within_cycles_by_iso_week(admin, a_month_of_readings):
    start, now = a_month_of_readings
    answer = admin.json("/power_monitoring/weekly_duration?uid=0E:00:00:00:00:02")
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0)
    weeks = [monday - timedelta(weeks=ago) for ago in (4, 3, 2, 1, 0)]
    assert answer["weeks"] == ["{}-W{:02}".format(*week.isocalendar()) for week in weeks]
    cycles = [start + timedelta(hours=hour) for hour in range(40 * 24)]
    expected = [10 / 3600 * sum(week <= at < week + timedelta(weeks=1) for at in cycles) for week in weeks]
    assert answer["hours"] == pytest.approx(expected, abs=0.011)


def test_a_series_has_at_most_2000_points_whatever_is_asked(admin, a_month_of_readings):
    start, _ = a_month_of_readings
    uid = "0E:00:00:00:00:02"
    day = admin.json(f"/power_monitoring/series?uid={uid}&from={start:%Y-%m-%d}&to={start + timedelta(days=39):%Y-%m-%d}&step=1d")
    assert sum(point["energy_kwh"] for point in day["points"]) == pytest.approx(2 * (40 * 24 - 1) + 0.5, abs=60)
    for step in ("15m", "1h", "1d", "auto"):
        answer = admin.get(f"/power_monitoring/series?uid={uid}&from=2000-01-01&to=2026-12-31&step={step}")
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            assert len(answer.json()["points"]) <= 2000
