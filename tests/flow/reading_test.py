"""The main job: a meter publishes, and a person who logs in sees it."""
import time
from datetime import datetime, timedelta, timezone

import pytest
from servers import wait_for
from telemetry import POWER, SPEC_POWER, mosquitto_pub, spec_power

JAKARTA = timezone(timedelta(hours=7))


def site_now():
    return datetime.now(JAKARTA).replace(tzinfo=None, microsecond=0)


def test_the_specs_sample_becomes_rows_a_cycle_and_figures_within_two_seconds(ingest, broker, database, admin):
    rtc = site_now()
    uid = SPEC_POWER["uid"]
    mosquitto_pub(broker.port, POWER, spec_power(rtc=rtc.strftime("%d/%m/%Y %H:%M:%S")))
    published = time.monotonic()

    def visible():
        data = admin.get(f"/power_monitoring/data?uid={uid}")
        summary = admin.json("/login/summary/all_summary")
        return data.json() if data.status_code == 200 and data.json()["rtc"] and summary["devices"] else None
    data = wait_for(visible, 5, "the reading on the page")
    assert time.monotonic() - published < 2

    rows = database.rows("SELECT uid, rtc, relay_state, voltage, current, power, frequency, pf, energy, co2, "
                         "energy_history FROM power_monitoring ORDER BY id")
    assert len(rows) == 5
    sent = SPEC_POWER["meter_data"]
    for i, row in enumerate(rows):
        assert row[0] == uid and row[1] == rtc and row[2] == "ON"
        for value, quantity in zip(row[3:8], ("voltage", "current", "power", "frequency", "pf")):
            assert value == pytest.approx(sent[quantity][i], rel=1e-5)
        assert row[8] == sent["energy"][i]
        assert row[9] == sent["co2"][i]
        assert row[10].replace(" ", "").startswith("[12.1,11.8")

    cycles = database.rows("SELECT uid, start, stop, duration, cycle_count FROM cycle_time")
    assert cycles == ((uid, rtc, rtc, "00:00:00", 1),) or cycles == [(uid, rtc, rtc, "00:00:00", 1)]

    assert data["uid"] == uid and data["relay_state"] == "ON"
    assert data["voltage"] == sent["voltage"] and data["energy"] == sent["energy"]
    assert data["rtc"] == [rtc.strftime("%Y-%m-%d %H:%M:%S")] * 5
    assert data["online"] is True and data["last_seen"].endswith("+07:00")

    [device] = admin.json("/login/summary/all_summary")["devices"]
    assert device["uid"] == uid and device["online"] is True
    assert device["power_w"] == pytest.approx(270.3)
    assert device["energy_kwh"] == pytest.approx(0.0016, abs=1e-9)
    assert device["cost"] == pytest.approx(0.0016 * 1444.70, abs=1e-3)

    load = admin.json("/login/summary/load")["points"]
    assert [point["power_w"] for point in load] == [pytest.approx(sum(sent["power"]) / 5, rel=1e-5)]


def test_the_device_is_listed_as_unregistered(admin):
    everything = admin.json("/login/devices/json")
    [device] = [item for item in everything["items"] if item["mac_address"] == SPEC_POWER["uid"]]
    assert device["registered"] is False and device["online"] is True


def test_a_meter_whose_clock_is_wrong_is_no_less_online(feed, admin):
    uid = "E0:8C:FE:00:00:21"
    feed((POWER, spec_power(uid=uid, rtc=(site_now() - timedelta(hours=3)).strftime("%d/%m/%Y %H:%M:%S"))))
    [device] = [item for item in admin.json("/login/summary/all_summary")["devices"] if item["uid"] == uid]
    assert device["online"] is True
    assert datetime.now(timezone.utc) - datetime.fromisoformat(device["last_seen"]) < timedelta(minutes=1)


def test_a_device_that_another_program_registers_is_known_at_once(feed, admin, database):
    uid = "E0:8C:FE:00:00:22"
    feed((POWER, spec_power(uid=uid)))
    database.rows("INSERT INTO devices (mac_address, mcu_type, location) VALUES (%s, 'ESP32', 'Ward 9')", uid.lower())
    database.rows("INSERT INTO devices (mac_address, mcu_type, location) VALUES (%s, 'ESP32', 'Ward 10')", uid)
    found = [item for item in admin.json("/login/summary/all_summary")["devices"] if item["uid"] == uid]
    assert [item["location"] for item in found] == ["Ward 9"]
    database.rows("DELETE FROM devices WHERE mac_address = %s", uid)


def test_readings_within_the_gap_extend_the_cycle_and_a_longer_gap_opens_the_next(feed, database):
    uid = "E0:8C:FE:00:00:20"
    start = site_now() - timedelta(minutes=10)

    def at(seconds):
        return (POWER, spec_power(uid=uid, rtc=(start + timedelta(seconds=seconds)).strftime("%d/%m/%Y %H:%M:%S")))
    feed(at(0), at(20), at(41), at(50))
    assert [list(row) for row in database.rows(
        "SELECT start, stop, duration, cycle_count FROM cycle_time WHERE uid = %s ORDER BY start", uid)] == [
            [start, start + timedelta(seconds=20), "00:00:20", 1],
            [start + timedelta(seconds=41), start + timedelta(seconds=50), "00:00:09", 2]]
    # A late reading joins the two, as if it had come in order.
    feed(at(30))
    assert [list(row) for row in database.rows(
        "SELECT start, stop, duration, cycle_count FROM cycle_time WHERE uid = %s ORDER BY start", uid)] == [
            [start, start + timedelta(seconds=50), "00:00:50", 1]]
