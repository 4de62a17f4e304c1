"""ALLOW_UNREGISTERED=false: telemetry of devices nobody registered goes into quarantine."""
import time

import pytest
from telemetry import CLIMATE, POWER, UTILS

PLAIN = {"voltage": [220]}


@pytest.fixture(scope="module")
def ingest_settings():
    return {"ALLOW_UNREGISTERED": "false"}


def test_only_registered_devices_are_stored_whatever_the_spelling(feed, admin, database):
    registered, stranger = "0b:aa:00:00:00:01", "0B:AA:00:00:00:02"
    admin.post("/login/devices", json={"mac_address": registered, "mcu_type": "ESP32", "location": "Ward 7"})
    run = {"start": int(time.time()) - 60, "stop": int(time.time()) - 30, "cycle_count": 1, "total_run": 30}
    assert feed((POWER, {"uid": "0BAA.0000.0001", "meter_data": PLAIN}), (UTILS, {"id": "0b-aa-00-00-00-01", **run}),
                (CLIMATE, {"id": registered, "temperature": 21})) == {"stored": 3, "duplicate": 0, "quarantined": 0}
    assert feed((POWER, {"uid": stranger, "meter_data": PLAIN}), (UTILS, {"id": stranger, **run}),
                (CLIMATE, {"id": stranger, "temperature": 21})) == {"stored": 0, "duplicate": 0, "quarantined": 3}
    # One that another program registered counts, too.
    database.rows("INSERT INTO devices (mac_address, mcu_type, location) VALUES (%s, 'ESP32', 'Ward 8')", stranger)
    assert feed((POWER, {"uid": stranger, "meter_data": {"voltage": [221]}}))["stored"] == 1
    database.rows("DELETE FROM power_monitoring WHERE uid = %s", stranger)
    # In any form of the MAC.
    for number, form in enumerate(["0b-aa-00-00-00-1%d", "0BAA0000001%d", "0baa.0000.001%d"]):
        database.rows("INSERT INTO devices (mac_address, mcu_type, location) VALUES (%s, 'ESP32', 'Ward 9')", form % number)
        assert feed((POWER, {"uid": f"0B:AA:00:00:00:1{number}", "meter_data": PLAIN}))["stored"] == 1
    reasons = [row[0] for row in database.rows("SELECT reason FROM quarantine")]
    assert len(reasons) == 3 and all(stranger in reason and "not registered" in reason for reason in reasons)
    assert database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = %s", stranger) == 0
