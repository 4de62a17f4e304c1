"""What each kind of payload becomes: rows, NULLs, duplicates, or a line in quarantine."""
import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from telemetry import CLIMATE, POWER, UTILS, spec_power

JAKARTA = timezone(timedelta(hours=7))


def site_now():
    return datetime.now(JAKARTA).replace(tzinfo=None, microsecond=0)


def day_first(moment):
    return moment.strftime("%d/%m/%Y %H:%M:%S")


class Devices:
    """A new device id for every case."""
    count = 0

    def __call__(self):
        Devices.count += 1
        return f"0A:11:{Devices.count >> 24 & 255:02X}:{Devices.count >> 16 & 255:02X}:" \
               f"{Devices.count >> 8 & 255:02X}:{Devices.count & 255:02X}"


new_device = Devices()
PLAIN = {"voltage": [220.5], "current": [1.5], "power": [300], "frequency": [50], "pf": [0.9], "energy": [10.25],
         "co2": [8.5]}


def power_rows(database, uid):
    return [list(row) for row in database.rows(
        "SELECT voltage, current, power, frequency, pf, energy, co2 FROM power_monitoring WHERE uid = %s ORDER BY id", uid)]


METER_DATA = [
    ("every quantity", PLAIN, [[220.5, 1.5, 300, 50, 0.9, 10.25, 8.5]]),
    ("scalars", {"voltage": 220.5, "energy": 7}, [[220.5, None, None, None, None, 7, None]]),
    ("a missing array", {"voltage": [1, 2], "power": [3, 4]},
     [[1, None, 3, None, None, None, None], [2, None, 4, None, None, None, None]]),
    ("a short array", {"voltage": [1, 2, 3], "power": [4]},
     [[1, None, 4, None, None, None, None], [2] + [None] * 6, [3] + [None] * 6]),
    ("null elements", {"voltage": [None, 2]}, [[None] * 7, [2] + [None] * 6]),
    ("numbers as strings", {"voltage": ["220.5"], "energy": [" 12.5 "]}, [[220.5] + [None] * 4 + [12.5, None]]),
    ("text that is no number", {"voltage": ["high"], "power": [5]}, [[None, None, 5] + [None] * 4]),
    ("nan and inf as strings", {"voltage": ["nan", "-inf", 3]}, [[None] * 7, [None] * 7, [3] + [None] * 6]),
    ("beyond a float", {"voltage": [1e39], "energy": [1.8e21]}, [[None] * 5 + [1.8e21, None]]),
    ("unknown quantities", {"voltage": [1], "thd": [4]}, [[1] + [None] * 6]),
    ("a wrong type in an array", {"voltage": [{"v": 1}, [2], True, 4]},
     [[None] * 7, [None] * 7, [None] * 7, [4] + [None] * 6]),
]


@pytest.mark.parametrize("meter_data, rows", [case[1:] for case in METER_DATA], ids=[case[0] for case in METER_DATA])
def test_element_i_of_every_array_is_row_i(feed, database, meter_data, rows):
    uid = new_device()
    assert feed((POWER, {"uid": uid, "meter_data": meter_data})) == {"stored": 1, "duplicate": 0, "quarantined": 0}
    stored = power_rows(database, uid)
    assert len(stored) == len(rows)
    for got, expected in zip(stored, rows):
        assert got == [value if value is None else pytest.approx(value, rel=1e-6) for value in expected]


RAW = [
    ("nan and inf as tokens", '{"uid":"%s","meter_data":{"voltage":[nan, Infinity, -inf, NaN, 5]}}', 5),
    ("a key given twice", '{"uid":"other","uid":"%s","meter_data":{"voltage":[9]},"meter_data":{"voltage":[5]}}', 1),
    ("BOM, blanks and NULs", '\ufeff \r\n{"uid":"%s","meter_data":{"voltage":[5]}}\n\0\0', 1),
    ("unknown fields", '{"uid":"%s","firmware":{"v":[1,2]},"meter_data":{"voltage":[5]}}', 1),
]


@pytest.mark.parametrize("text, rows", [case[1:] for case in RAW], ids=[case[0] for case in RAW])
def test_odd_json_is_read_kindly(feed, database, text, rows):
    uid = new_device()
    assert feed((POWER, text % uid))["stored"] == 1
    stored = power_rows(database, uid)
    assert len(stored) == rows and stored[-1][0] == 5 and [row[0] for row in stored[:-1]] == [None] * (rows - 1)


RELAY = [("ON", "ON"), ("off", "OFF"), (1, "ON"), (0, "OFF"), (True, "ON"), (False, "OFF"), ("1", "ON"), ("tripped", None),
         (2, None), (None, None), ([], None)]


@pytest.mark.parametrize("sent, stored", RELAY, ids=[repr(sent) for sent, _ in RELAY])
def test_relay_state(feed, database, sent, stored):
    uid = new_device()
    feed((POWER, {"uid": uid, "relay_state": sent, "meter_data": PLAIN}))
    assert database.value("SELECT relay_state FROM power_monitoring WHERE uid = %s", uid) == stored


SPELLINGS = ["aa:bb:cc:dd:ee:f1", "AA-BB-CC-DD-EE-F1", "aabbccddeef1", "aabb.ccdd.eef1", "  AA:bb:CC:dd:EE:f1 "]


def test_every_spelling_of_a_mac_is_one_device(feed, database):
    feed(*[(POWER, {"uid": spelling, "meter_data": PLAIN}) for spelling in SPELLINGS],
         *[(CLIMATE, {"id": spelling, "temperature": 20}) for spelling in SPELLINGS])
    assert database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = BINARY 'AA:BB:CC:DD:EE:F1'") == 5
    assert database.value("SELECT COUNT(*) FROM temphumid WHERE mac_address = BINARY 'AA:BB:CC:DD:EE:F1'") == 5
    assert database.value("SELECT COUNT(*) FROM known_devices WHERE uid = 'AA:BB:CC:DD:EE:F1'") == 1


def test_another_id_is_kept_as_it_is_and_compares_without_case(feed, database):
    feed((POWER, {"uid": " Boiler 7/west ", "meter_data": PLAIN}), (POWER, {"uid": "BOILER 7/WEST", "meter_data": PLAIN}))
    assert database.value("SELECT COUNT(*) FROM known_devices WHERE uid = 'boiler 7/west'") == 1
    assert database.value("SELECT uid FROM known_devices WHERE uid = 'boiler 7/west'") == "Boiler 7/west"
    assert database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = 'boiler 7/west'") == 2


def test_sixty_four_printable_characters_are_an_id(feed, database):
    longest = "Ünïté-" + "7" * 58
    assert feed((CLIMATE, {"id": longest, "temperature": 20}), (UTILS, run_of(longest, int(time.time()) - 500)))["stored"] == 2
    assert database.value("SELECT mac_address FROM temphumid WHERE mac_address = %s", longest) == longest
    assert len(utils_rows(database, longest)) == 1


def clocks():
    now = site_now()
    near, far, future = now - timedelta(hours=23), now - timedelta(hours=25), now + timedelta(hours=23)
    return [
        ("day first", day_first(now), now, now),
        ("not padded", f"{near.day}/{near.month}/{near.year} {near.hour}:{near.minute}:{near.second}", near, near),
        ("ISO", near.strftime("%Y-%m-%d %H:%M:%S"), near, near),
        ("23 h ahead", day_first(future), future, future),
        ("25 h ago: kept, but not believed", day_first(far), far, "receipt"),
        ("the year 2000: kept, but not believed", "01/01/2000 00:00:00", datetime(2000, 1, 1), "receipt"),
        ("no date", "31/02/2026 10:00:00", None, "receipt"),
        ("text", "soon", None, "receipt"),
        ("a number", 5, None, "receipt"),
        ("null", None, None, "receipt"),
    ]


@pytest.mark.parametrize("sent, column, observed", [case[1:] for case in clocks()], ids=[case[0] for case in clocks()])
def test_rtc_and_observed_time(feed, database, sent, column, observed):
    uid = new_device()
    feed((POWER, {"uid": uid, "rtc": sent, "meter_data": PLAIN}))
    rtc, observed_ms, received_ms = database.row(
        "SELECT rtc, observed_ms, ROUND(UNIX_TIMESTAMP(timestamp) * 1000) FROM power_monitoring WHERE uid = %s", uid)
    assert rtc == column
    assert abs(int(received_ms) / 1000 - time.time()) < 20
    if observed == "receipt":
        assert observed_ms == int(received_ms)
    else:
        assert observed_ms == observed.replace(tzinfo=JAKARTA).timestamp() * 1000


def test_energy_history_is_kept_with_the_rows(feed, database):
    uid = new_device()
    feed((POWER, spec_power(uid=uid)))
    [history] = {row[0] for row in database.rows("SELECT energy_history FROM power_monitoring WHERE uid = %s", uid)}
    assert json.loads(history) == [12.1, 11.8, 12.4, 13.0, 12.7, 9.9, 6.2]


def run_of(uid, at, **changes):
    return {"id": uid, "start": at, "stop": at + 60, "cycle_count": 7, "total_run": 55, **changes}


def utils_rows(database, uid):
    return [list(row) for row in database.rows(
        "SELECT start, stop, cycle_count, total_run FROM utils WHERE mac_address = %s ORDER BY id", uid)]


def test_a_run_equal_in_all_five_fields_is_stored_once(feed, database):
    uid, start = new_device(), int(time.time()) - 3600
    first = run_of(uid, start)
    assert feed((UTILS, first)) == {"stored": 1, "duplicate": 0, "quarantined": 0}
    assert feed((UTILS, first), (UTILS, first)) == {"stored": 0, "duplicate": 2, "quarantined": 0}
    # Twice in one batch, and in another spelling of the device and the numbers.
    again = run_of(uid, start, total_run=56)
    assert feed((UTILS, again), (UTILS, {**again, "id": uid.lower().replace(":", "-"), "total_run": "56"})) == {
        "stored": 1, "duplicate": 1, "quarantined": 0}
    for field in ("stop", "cycle_count", "total_run"):
        assert feed((UTILS, {**first, field: first[field] + 2}))["stored"] == 1
    assert len(utils_rows(database, uid)) == 5


GOOD_RUNS = [
    ("milliseconds, each field on its own", lambda t: {"start": t * 1000 + 999, "stop": t + 60}, lambda t: [t, t + 60, 7, 55]),
    ("numbers as strings", lambda t: {"start": str(t), "stop": f"{t + 60}", "cycle_count": "7"}, lambda t: [t, t + 60, 7, 55]),
    ("whole numbers with a point", lambda t: {"start": float(t), "total_run": 55.0}, lambda t: [t, t + 60, 7, 55]),
    ("no length", lambda t: {"stop": t, "total_run": 0}, lambda t: [t, t, 7, 0]),
    ("23 hours ahead", lambda t: {"start": t, "stop": t + 23 * 3600}, lambda t: [t, t + 23 * 3600, 7, 55]),
]


@pytest.mark.parametrize("changes, row", [case[1:] for case in GOOD_RUNS], ids=[case[0] for case in GOOD_RUNS])
def test_a_run_is_stored(feed, database, changes, row):
    uid, start = new_device(), int(time.time()) - 3600
    assert feed((UTILS, run_of(uid, start, **changes(start))))["stored"] == 1
    assert utils_rows(database, uid) == [row(start)]


GOOD_CLIMATE = [
    ("both", {"temperature": 22.5, "humidity": 60}, (22.5, 60)),
    ("temperature alone", {"temperature": "22.5"}, (22.5, None)),
    ("humidity alone", {"temperature": "nan", "humidity": 60}, (None, 60)),
]


@pytest.mark.parametrize("values, row", [case[1:] for case in GOOD_CLIMATE], ids=[case[0] for case in GOOD_CLIMATE])
def test_climate_is_stored(feed, database, values, row):
    uid = new_device()
    assert feed((CLIMATE, {"id": uid, **values}))["stored"] == 1
    assert database.row("SELECT temperature, humidity FROM temphumid WHERE mac_address = %s", uid) == row


def nested(depth):
    """A power message whose deepest container is at level `depth`, the outer object being 1."""
    return '{"uid":"%s","x":' + "[" * (depth - 1) + "]" * (depth - 1) + ',"meter_data":{"voltage":[5]}}'


def bad_messages():
    now = int(time.time())
    uid = "0A:BA:D0:00:00:01"
    power = {"uid": uid, "meter_data": PLAIN}

    def of_run(**changes):
        return (UTILS, run_of(uid, now - 100, **changes))
    return [
        ("not JSON", (POWER, "hello"), "not JSON"),
        ("cut off", (POWER, '{"uid":"' + uid + '","meter_data":'), "not JSON"),
        ("two documents", (POWER, json.dumps(power) * 2), "not JSON"),
        ("empty", (POWER, ""), "empty"),
        ("only NULs", (POWER, "\0\0"), "empty"),
        ("an array", (POWER, [power]), "not a JSON object"),
        ("a number", (CLIMATE, "21.5"), "not a JSON object"),
        ("not UTF-8", (POWER, json.dumps(power).encode()[:-1] + b',"n":"\xff\xfe"}'), "UTF-8"),
        ("over 64 KiB", (POWER, json.dumps({**power, "pad": "x" * 65536})), "64 KiB"),
        ("nested 9 deep", (POWER, nested(9) % uid), "deeper than 8"),
        ("hostile depth", (POWER, "[" * 30000), "deeper than 8"),
        ("no uid", (POWER, {"meter_data": PLAIN}), '"uid"'),
        ("uid null", (POWER, {"uid": None, "meter_data": PLAIN}), '"uid"'),
        ("uid a number", (POWER, {"uid": 12, "meter_data": PLAIN}), '"uid"'),
        ("uid blank", (POWER, {"uid": "  ", "meter_data": PLAIN}), '"uid"'),
        ("uid of 65", (POWER, {"uid": "x" * 65, "meter_data": PLAIN}), '"uid"'),
        ("uid with a control character", (POWER, {"uid": "a\u0007b", "meter_data": PLAIN}), '"uid"'),
        ("no meter_data", (POWER, {"uid": uid}), '"meter_data"'),
        ("meter_data a list", (POWER, {"uid": uid, "meter_data": []}), '"meter_data"'),
        ("no sample", (POWER, {"uid": uid, "meter_data": {"voltage": [], "power": []}}), "no sample"),
        ("a long history for thousands of samples", (POWER, '{"uid":"%s","meter_data":{"voltage":[%s]},"energy_history":[%s]}' % (
            uid, ",".join("1" * 10000), ",".join("1" * 10000))), "4 MiB"),
        ("run without id", (UTILS, {"start": now, "stop": now, "cycle_count": 1, "total_run": 1}), '"id"'),
        ("run without stop", (UTILS, {"id": uid, "start": now, "cycle_count": 1, "total_run": 1}), '"stop"'),
        ("stop before start", of_run(stop=now - 101), "before"),
        ("negative total_run", of_run(total_run=-1), "negative"),
        ("negative cycle_count", of_run(cycle_count="-3"), "negative"),
        ("a fraction", of_run(total_run=1.5), "whole number"),
        ("text for a number", of_run(cycle_count="many"), "number"),
        ("before 2000", of_run(start=900000000), "2000"),
        ("a day and more ahead", of_run(start=now, stop=now + 90000), "future"),
        ("microseconds", of_run(start=now * 10**6, stop=now * 10**6), "future"),
        ("older than the retention", of_run(start=now - 200 * 86400, stop=now - 200 * 86400), "older than the retention"),
        ("climate without values", (CLIMATE, {"id": uid}), "neither"),
        ("climate without numbers", (CLIMATE, {"id": uid, "temperature": "warm", "humidity": None}), "neither"),
        ("climate without id", (CLIMATE, {"temperature": 20}), '"id"'),
    ]


@pytest.mark.parametrize("message, reason", [case[1:] for case in bad_messages()], ids=[case[0] for case in bad_messages()])
def test_a_bad_message_is_quarantined_and_those_behind_it_are_stored(feed, database, message, reason):
    behind = new_device()
    grown = feed(message, (POWER, {"uid": behind, "meter_data": PLAIN}))
    assert grown == {"stored": 1, "duplicate": 0, "quarantined": 1}
    assert len(power_rows(database, behind)) == 1
    topic, said, payload = database.rows("SELECT topic, reason, payload FROM quarantine ORDER BY id DESC LIMIT 1")[0]
    assert topic == message[0]
    assert reason in said
    sent = message[1] if isinstance(message[1], bytes) else \
        (message[1] if isinstance(message[1], str) else json.dumps(message[1])).encode()
    assert payload == sent[:65536]


def test_eight_levels_are_allowed(feed, database):
    uid = new_device()
    assert feed((POWER, nested(8) % uid))["stored"] == 1


def test_quarantine_is_listed_for_the_administrator(feed, admin):
    feed((POWER, "what the technician should see"))
    newest = admin.json("/login/quarantine/json")["items"][0]
    assert newest["topic"] == POWER and "what the technician should see" in newest["payload"]
    assert "not JSON" in newest["reason"]


def clear_retained(feed, topic):
    """The empty message that does it comes to ingest, too."""
    before = feed.metrics()
    feed.device.send(topic, b"", retain=True)
    assert feed.settled(before, 1)["quarantined"] == 1


def test_a_retained_replay_of_what_was_stored_is_a_duplicate(ingest, broker, feed, database):
    uid = new_device()
    message = json.dumps({"uid": uid, "meter_data": PLAIN})
    before = feed.metrics()
    feed.device.send(POWER, message, retain=True).wait_for_publish(10)
    assert feed.settled(before, 1) == {"stored": 1, "duplicate": 0, "quarantined": 0}
    # A new session subscribes anew, and the broker replays the retained message.
    before = feed.metrics()
    assert ingest.end()[0] == 0
    ingest.settings["MQTT_CLIENT_ID"] = "another-session"
    ingest.start()
    assert feed.settled(before, 1) == {"stored": 0, "duplicate": 1, "quarantined": 0}
    assert len(power_rows(database, uid)) == 1
    clear_retained(feed, POWER)
    # The same bytes without the flag are another reading.
    assert feed((POWER, message))["stored"] == 1
    assert len(power_rows(database, uid)) == 2


def test_a_retained_replay_of_a_run_or_of_rubbish_is_a_duplicate(ingest, broker, feed, database):
    uid = new_device()
    for topic, message, kind in ((UTILS, run_of(uid, int(time.time()) - 300), "stored"), (CLIMATE, "rubbish", "quarantined")):
        before = feed.metrics()
        feed.device.send(topic, message, retain=True).wait_for_publish(10)
        assert feed.settled(before, 1)[kind] == 1
    before = feed.metrics()
    assert ingest.end()[0] == 0
    ingest.settings["MQTT_CLIENT_ID"] = "a-third-session"
    ingest.start()
    assert feed.settled(before, 2) == {"stored": 0, "duplicate": 2, "quarantined": 0}
    for topic in (UTILS, CLIMATE):
        clear_retained(feed, topic)


def test_equal_bytes_are_two_readings(feed, database):
    uid = new_device()
    message = (POWER, {"uid": uid, "meter_data": PLAIN})
    assert feed(message, message, message)["stored"] == 3
    assert len(power_rows(database, uid)) == 3
