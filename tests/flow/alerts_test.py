"""Real messages, a real mail server: each rule sends exactly the mails it should, through kills and outages."""
import time

import pytest
from mail_sink import MailSink
from servers import wait_for
from silaware import Ingest
from telemetry import CLIMATE, UTILS

HOUR = 3600
START = int(time.time()) - 400 * HOUR


@pytest.fixture(scope="module")
def sink():
    with MailSink() as server:
        yield server


@pytest.fixture(scope="module")
def ingest_settings(sink):
    return {**sink.environment, "PUBLIC_URL": "https://portal.example.id"}


@pytest.fixture(scope="module", autouse=True)
def settings(database):
    set_settings(database, utils_min_duration=10, utils_mailreceiver="tech@rs.example", max_temperature=30,
                 max_humidity=70, temphumid_mailreceiver="room@rs.example, second@rs.example",
                 cc_mailreceiver="boss@rs.example", mail_sender="silaware@rs.example")


@pytest.fixture(autouse=True)
def well_behaved(sink):
    sink.mode()


def set_settings(database, **columns):
    database.rows("UPDATE settings SET " + ", ".join(f"{name} = %s" for name in columns) + " WHERE id = 1",
                  *columns.values())


def room(device, temperature=None, humidity=None):
    return CLIMATE, {"id": device, "temperature": temperature, "humidity": humidity}


def run(device, hours, count):
    return UTILS, {"id": device, "start": START + count, "stop": START + count + 60, "cycle_count": count,
                   "total_run": round(hours * HOUR)}


def about(sink, device):
    return [mail for mail in sink.mails() if device in mail["text"]]


def expect_mails(sink, device, count, seconds=10):
    wait_for(lambda: len(about(sink, device)) >= count, seconds, f"{count} mails about {device}")
    time.sleep(2)
    assert len(about(sink, device)) == count
    return about(sink, device)


def test_ten_thousand_readings_over_the_limit_give_one_mail(feed, sink, database):
    database.rows("INSERT INTO devices (mac_address, mac_key, mcu_type, location, name) VALUES "
                  "('AA:00:00:00:00:01', 'aa:00:00:00:00:01', 'ESP32', 'Ruang <Arsip>', 'Sensor 7')")
    begin = time.time()
    feed(*[room("aa-00-00-00-00-01", 31.5, 55)] * 10_000)
    [mail] = expect_mails(sink, "AA:00:00:00:00:01", 1)
    assert mail["at"] - begin < 30
    assert mail["from"] == "silaware@rs.example"
    assert mail["to"] == ["room@rs.example", "second@rs.example", "boss@rs.example"]
    headers = dict(mail["headers"])
    assert headers["Cc"] == "boss@rs.example"
    for part in ("AA:00:00:00:00:01", "31.5", "30", "https://portal.example.id"):
        assert part in mail["text"] and part in mail["html"], part
    assert "Ruang <Arsip>" in mail["text"]
    assert mail["subject"] == "Temperature too high: Sensor 7, Ruang <Arsip> (AA:00:00:00:00:01) (31.5 °C)"
    assert "Device: Sensor 7 (AA:00:00:00:00:01)\n" in mail["text"]
    assert "Ruang &lt;Arsip&gt;" in mail["html"] and "<Arsip>" not in mail["html"]


def test_a_mail_leaves_within_ten_seconds_and_again_after_clearing(feed, sink):
    for count, temperature in ((1, 40.0), (1, 29.6), (1, 40.0), (1, 29.5), (2, 30.1)):
        feed(room("R-again", temperature))
        expect_mails(sink, "R-again", count)


def test_exactly_the_limit_is_not_above_it(feed, sink):
    feed(room("R-at", 30.0, 70.0))
    feed(room("R-at", None, 70.1))
    [mail] = expect_mails(sink, "R-at", 1)
    assert "70.1" in mail["text"]


def test_changed_settings_count_within_three_seconds(feed, sink, database):
    feed(room("R-change", 28.0))
    set_settings(database, max_temperature=27)
    try:
        time.sleep(3)
        feed(room("R-change", 28.0))
        expect_mails(sink, "R-change", 1)
    finally:
        set_settings(database, max_temperature=30)
        time.sleep(3)


def test_without_receivers_the_alert_is_recorded_alone(feed, sink, database):
    set_settings(database, temphumid_mailreceiver="")
    try:
        time.sleep(3)
        feed(room("R-nobody", 35.0))
        assert database.value("SELECT COUNT(*) FROM alerts WHERE device = 'R-nobody'") == 1
        expect_mails(sink, "R-nobody", 0)
    finally:
        set_settings(database, temphumid_mailreceiver="room@rs.example, second@rs.example")
        time.sleep(3)


def test_the_highest_multiple_passed_gives_one_mail_and_a_log_row(feed, sink, database):
    feed(run("M-hours", 9.9, 1))
    expect_mails(sink, "M-hours", 0, 1)
    feed(run("M-hours", 0.1, 2))
    expect_mails(sink, "M-hours", 1)
    feed(run("M-hours", 0.1, 2))  # a duplicate
    feed(run("M-hours", 35.5, 3))
    mail = expect_mails(sink, "M-hours", 2)[-1]
    assert mail["to"] == ["tech@rs.example", "boss@rs.example"]
    assert "45.5" in mail["text"] and "40" in mail["text"]
    assert [tuple(row) for row in database.rows(
        "SELECT multiple, total_run FROM utils_notification_log WHERE mac_address = 'M-hours' ORDER BY id")] == [
            (1, 10 * HOUR), (4, round(45.5 * HOUR))]


def test_a_mail_server_that_was_away_loses_nothing(feed, sink, database):
    sink.stop()
    feed(room("R-away", 33.0))
    wait_for(lambda: database.value("SELECT COUNT(*) FROM outbox WHERE subject LIKE '%%R-away%%' AND attempts > 0 "
                                    "AND state = 'waiting' AND last_answer <> ''"), 15, "a failed try")
    sink.start()
    expect_mails(sink, "R-away", 1, 60)


def test_a_receiver_that_is_refused_keeps_it_from_nobody(feed, sink, database):
    sink.mode(refuse={"second@rs.example": "550 no such user"})
    feed(room("R-refused", 33.0))
    [mail] = expect_mails(sink, "R-refused", 1)
    assert mail["to"] == ["room@rs.example", "boss@rs.example"]
    answer = database.value("SELECT last_answer FROM outbox WHERE subject LIKE '%%R-refused%%'")
    assert "second@rs.example (550 no such user)" in answer


def test_a_connection_that_drops_after_the_data_is_tried_again(feed, sink):
    sink.stop()
    sink.start()  # counts its mails from zero
    sink.mode(drop_after_data=1)
    feed(room("R-drop", 33.0))
    expect_mails(sink, "R-drop", 1, 30)


def test_killed_at_any_moment_each_mail_leaves_once(feed, sink, ingest, database):
    for i in range(6):
        sink.mode(delay=i % 3)
        feed(room(f"R-kill-{i}", 33.0))
        time.sleep(0.3 * i)
        ingest.kill_now()
        ingest.start()
    sink.mode()
    for i in range(6):
        expect_mails(sink, f"R-kill-{i}", 1, 60)
    assert database.value("SELECT COUNT(*) FROM outbox WHERE state <> 'sent' AND kind = 'mail'") == 0


def test_a_restart_sends_nothing_again(feed, sink, ingest):
    before = len(sink.mails())
    code, seconds = ingest.end()
    assert code == 0 and seconds < 10
    ingest.start()
    feed(room("AA:00:00:00:00:01", 31.5))
    time.sleep(3)
    assert len(sink.mails()) == before


def test_two_ingest_processes_send_one_mail(database, broker, ingest, sink):
    from telemetry import Device
    with Ingest(database, broker, MQTT_SHARED_GROUP="pair", **sink.environment) as one, \
            Ingest(database, broker, MQTT_SHARED_GROUP="pair", **sink.environment) as other:
        with Device(broker.port) as device:
            for _ in range(500):
                topic, payload = room("R-pair", 33.0)
                device.send(topic, payload)
            device.wait()
        wait_for(lambda: one.metrics()["silaware_messages_stored_total"] > 0
                 and other.metrics()["silaware_messages_stored_total"] > 0, 20, "both to store")
        expect_mails(sink, "R-pair", 1)


def test_a_flood_is_gathered_and_still_told_of_in_ten_seconds(feed, sink):
    told = {}
    for number in range(30):
        feed(room(f"flood {number:02}", 40))
        told[f"flood {number:02}"] = time.time()
    wait_for(lambda: all(about(sink, name) for name in told), 10, "a mail about each room")
    time.sleep(2)
    for name, at in told.items():
        [mail] = about(sink, name)
        assert mail["at"] - at < 10, name
    assert len([mail for mail in sink.mails() if "flood" in mail["text"]]) < 30
