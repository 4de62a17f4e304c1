"""What people and devices notice while the database or the broker is away."""
import re
import shutil
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from portal import Visitor, bearer
from servers import MariaDB, free_port, wait_for
from silaware import FreshDatabase, Ingest, Serve, assert_accounts_balance
from telemetry import POWER, Device, power


@pytest.fixture
def own_mariadb():
    with MariaDB() as server:
        yield server


def freeze(server):
    server.process.send_signal(signal.SIGSTOP)


def thaw(server):
    server.process.send_signal(signal.SIGCONT)


def test_a_stop_takes_less_than_ten_seconds_also_while_the_database_hangs(own_mariadb, broker):
    database = FreshDatabase(own_mariadb)
    with Ingest(database, broker) as ingest, Serve(database) as portal:
        with Device(broker.port) as device:
            device.send(POWER, power("0D:00:00:00:00:01", 1)).wait_for_publish(10)
            wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 10, "the first")
            freeze(own_mariadb)
            device.send(POWER, power("0D:00:00:00:00:01", 2)).wait_for_publish(10)
        wait_for(lambda: ingest.metrics()["silaware_messages_spooled"] == 1, 10, "the second")
        time.sleep(1)
        try:
            for process in (ingest, portal):
                code, seconds = process.end()
                assert code == 0 and seconds < 10
        finally:
            thaw(own_mariadb)
        # What was received is safe.
        ingest.start()
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 2, 20, "the second message")


def test_a_stop_takes_less_than_ten_seconds_also_while_the_mail_server_hangs(own_mariadb):
    database = FreshDatabase(own_mariadb)
    database.create_account()
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as people:
        port = silent.getsockname()[1]
        with Serve(database, MAIL_SERVER="127.0.0.1", MAIL_PORT=port) as portal:
            asked = people.submit(requests.post, portal.url + "/login/settings/test_mail", headers=bearer(portal.url),
                                  json={"receiver": "me@rs.example"}, timeout=60)
            session, _ = silent.accept()
            code, seconds = portal.end(seconds=60)
        session.close()
        assert code == 0 and seconds < 10
        assert asked.result().json()["accepted"] is False


def connections_to(port):
    fields = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    return sum(remote.endswith(f":{port:04X}") and state == "01" for _, _, remote, state, *_ in fields)


def test_health_and_static_files_answer_while_all_workers_wait_for_the_database(own_mariadb):
    database = FreshDatabase(own_mariadb)
    database.create_account()
    with Serve(database, METRICS_TOKEN="t" * 20) as portal, ThreadPoolExecutor(12) as people:
        token = bearer(portal.url)
        page = requests.get(portal.url + "/login", timeout=20).text
        static = portal.url + re.search(r'/static/[^"]+\.css', page)[0]
        freeze(own_mariadb)
        try:
            waiting = [people.submit(requests.get, portal.url + "/login/devices/json", headers=token, timeout=60) for _ in range(12)]
            wait_for(lambda: connections_to(portal.port) >= 12, 10, "the requests")
            health = requests.get(portal.url + "/health", timeout=20)
            metrics = requests.get(portal.url + "/metrics", headers={"Authorization": "Bearer " + "t" * 20}, timeout=20)
            assert health.status_code == 503 and health.json()["status"] == "degraded"
            assert "silaware_database_reachable 0" in metrics.text
            assert requests.get(static, timeout=20).status_code == 200
            assert not all(request.done() for request in waiting)
            assert {request.result().status_code for request in waiting} == {503}
            # Now that it is known, nobody waits.
            for _ in range(50):
                assert requests.get(portal.url + "/login/devices/json", headers=token, timeout=20).status_code == 503
        finally:
            thaw(own_mariadb)
        wait_for(lambda: requests.get(portal.url + "/login/devices/json", headers=token, timeout=20).status_code == 200, 30, "the portal")


def test_the_portal_says_503_and_comes_back_by_itself(own_mariadb, broker):
    database = FreshDatabase(own_mariadb)
    database.create_account()
    with Serve(database) as portal, Ingest(database, broker) as ingest:
        visitor = Visitor(portal.url).login()
        token = bearer(portal.url)
        own_mariadb.stop()
        health = requests.get(portal.url + "/health", timeout=20)
        assert health.status_code == 503 and health.json()["status"] == "degraded"
        answer = requests.get(portal.url + "/login/devices/json", headers=token, timeout=20)
        assert answer.status_code == 503 and answer.json()["code"] == "unavailable"
        page = visitor.get("/login/summary", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert wait_for(lambda: requests.get(f"http://127.0.0.1:{ingest.port}/health", timeout=5).status_code == 503, 10,
                        "ingest to say so")
        own_mariadb.start()
        wait_for(lambda: requests.get(portal.url + "/health", timeout=20).status_code == 200, 20, "the portal")
        assert visitor.get("/login/devices/json").status_code == 200
        wait_for(ingest.is_up, 20, "ingest")


def test_ingest_starts_without_broker_and_database_and_finds_them_later(own_mariadb, broker):
    database = FreshDatabase(own_mariadb)
    own_mariadb.stop()
    broker.stop()
    ingest = Ingest(database, broker)
    ingest.spawn()
    try:
        time.sleep(2)
        assert ingest.process.poll() is None
        own_mariadb.start()
        broker.start()
        wait_for(ingest.is_up, 30, "ingest to find both")
        with Device(broker.port) as device:
            device.send(POWER, power("0D:00:00:00:00:02", 1)).wait_for_publish(10)
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 10, "the message")
        assert_accounts_balance(ingest.metrics())
    finally:
        ingest.remove()


def test_what_came_by_a_former_topic_is_stored_as_what_it_was(own_mariadb, broker):
    database = FreshDatabase(own_mariadb)
    with Ingest(database, broker) as ingest, Device(broker.port) as device:
        own_mariadb.stop()
        device.send(POWER, power("0D:00:00:00:00:05", 1)).wait_for_publish(10)
        wait_for(lambda: ingest.metrics()["silaware_messages_spooled"] == 1, 10, "the message in the spool")
        ingest.end()
        # It waits in the spool, this one with the broker.
        device.send(POWER, power("0D:00:00:00:00:05", 2)).wait_for_publish(10)
        own_mariadb.start()
        ingest.settings["MQTT_POWER_TOPIC"] = "hospital/power"
        ingest.start()
        device.send("hospital/power", power("0D:00:00:00:00:05", 3)).wait_for_publish(10)
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 3, 20, "all three")
        assert ingest.metrics()["silaware_messages_quarantined_total"] == 0
        # Nothing more is taken from there.
        device.send(POWER, power("0D:00:00:00:00:05", 4)).wait_for_publish(10)
        device.send("hospital/power", power("0D:00:00:00:00:05", 5)).wait_for_publish(10)
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 4, 20, "the last")
        assert ingest.metrics()["silaware_messages_received_total"] == 4


def test_another_client_with_our_id_is_named_in_the_log(database, broker):
    import paho.mqtt.client as mqtt
    with Ingest(database, broker, MQTT_CLIENT_ID="silaware-ward-7") as ingest:
        intruder = mqtt.Client("silaware-ward-7", protocol=mqtt.MQTTv311)
        intruder.connect("127.0.0.1", broker.port)
        intruder.loop_start()
        # Whether the broker says so or, as old ones do, only closes the connection again and again.
        wait_for(lambda: 'does a second ingest use the client id "silaware-ward-7"?' in ingest.log(), 60, "a line about it")
        intruder.disconnect()
        intruder.loop_stop()


# A trigger or a constraint refuses one value, as a database of somebody's own might: with a code of its own choice, the
# code that stands for "no code was given", and those of a check and of a foreign key.
POISONS = {
    "out_of_range": ("CREATE TRIGGER poison BEFORE INSERT ON power_monitoring FOR EACH ROW BEGIN IF NEW.energy = 666 THEN "
                     "SIGNAL SQLSTATE '22003' SET MYSQL_ERRNO = 1264, MESSAGE_TEXT = 'no'; END IF; END", "DROP TRIGGER poison"),
    "signal": ("CREATE TRIGGER poison BEFORE INSERT ON power_monitoring FOR EACH ROW BEGIN IF NEW.energy = 666 THEN "
               "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF; END", "DROP TRIGGER poison"),
    "check": ("ALTER TABLE power_monitoring ADD CONSTRAINT poison CHECK (energy <> 666)",
              "ALTER TABLE power_monitoring DROP CONSTRAINT poison"),
}


@pytest.mark.parametrize("poison", POISONS)
def test_a_poison_row_goes_into_quarantine_alone(feed, database, poison):
    begin, end = POISONS[poison]
    uid = f"0D:00:00:00:01:{list(POISONS).index(poison):02X}"
    database.rows(begin)
    try:
        messages = [(POWER, power(uid, energy)) for energy in (664, 665, 666, 667, 668)]
        assert feed(*messages) == {"stored": 4, "duplicate": 0, "quarantined": 1}
    finally:
        database.rows(end)
    assert [row[0] for row in database.rows(
        f"SELECT energy FROM power_monitoring WHERE uid = '{uid}' ORDER BY id")] == [664, 665, 667, 668]
    assert "refused" in database.value("SELECT reason FROM quarantine ORDER BY id DESC LIMIT 1")


def test_a_changed_group_leaves_no_subscription_behind(database, broker):
    """The broker's session keeps what was subscribed: each message would come twice."""
    ingest = Ingest(database, broker, MQTT_CLIENT_ID="silaware-regrouped")
    try:
        for number, group in enumerate(["", "one", "two", "", "one"]):
            ingest.settings["MQTT_SHARED_GROUP"] = group
            ingest.start()
            before = ingest.metrics()["silaware_messages_received_total"]
            with Device(broker.port) as device:
                device.send(POWER, power("0D:00:00:00:00:09", number)).wait_for_publish(10)
            wait_for(lambda: ingest.metrics()["silaware_messages_received_total"] > before, 10, "the message")
            time.sleep(0.5)
            assert ingest.metrics()["silaware_messages_received_total"] == before + 1, group
            ingest.end()
    finally:
        ingest.remove()


def test_serve_alone_never_listens_to_mqtt(database, broker):
    before = open(broker.folder / "log.txt").read().count("New client connected")
    with Serve(database, MQTT_HOST="127.0.0.1", MQTT_PORT=broker.port):
        time.sleep(1)
        assert open(broker.folder / "log.txt").read().count("New client connected") == before


def test_a_port_without_a_broker_is_tried_again_and_again(database):
    class Nowhere:
        environment = {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(free_port())}
    ingest = Ingest(database, Nowhere)
    ingest.spawn()
    wait_for(lambda: "mqtt" in ingest.log(), 10, "a line about the broker")
    time.sleep(1)
    assert ingest.process.poll() is None
    code, seconds = ingest.end()
    assert code == 0 and seconds < 10
    ingest.remove()


def stored(database, uid):
    return sorted(int(row[0]) for row in database.rows("SELECT energy FROM power_monitoring WHERE uid = %s", uid))


def test_a_copied_spool_loses_nothing_and_stores_nothing_twice(own_mariadb, broker, tmp_path):
    """As a cloned machine has it, which then shares the load."""
    uid = "0D:00:00:00:0C:01"
    database = FreshDatabase(own_mariadb)
    with Device(broker.port) as device:
        first = Ingest(database, broker, home=tmp_path / "one", MQTT_CLIENT_ID="one", MQTT_SHARED_GROUP="copies")
        with first:
            for number in range(10):
                device.send(POWER, power(uid, number))
            device.wait()
            wait_for(lambda: len(stored(database, uid)) == 10, 10, "the first ten")
        shutil.copytree(tmp_path / "one/spool", tmp_path / "two/spool")
        with Ingest(database, broker, home=tmp_path / "one", MQTT_CLIENT_ID="one", MQTT_SHARED_GROUP="copies") as one, \
                Ingest(database, broker, home=tmp_path / "two", MQTT_CLIENT_ID="two", MQTT_SHARED_GROUP="copies") as two:
            for number in range(10, 60):
                device.send(POWER, power(uid, number))
                time.sleep(0.02)
            device.wait()
            wait_for(lambda: stored(database, uid) == list(range(60)), 15, "all of them, once")
            for process in (one, two):
                assert_accounts_balance(process.metrics())
            assert "another copy of it" in one.log() + two.log()


def test_a_spool_put_back_from_a_copy_loses_nothing_new(own_mariadb, broker, tmp_path):
    uid = "0D:00:00:00:0C:02"
    database = FreshDatabase(own_mariadb)
    settings = {"home": tmp_path / "home", "MQTT_CLIENT_ID": "restored"}
    with Device(broker.port) as device:
        def send(numbers):
            for number in numbers:
                device.send(POWER, power(uid, number))
            device.wait()
        with Ingest(database, broker, **settings):
            send(range(10))
            wait_for(lambda: len(stored(database, uid)) == 10, 10, "the first ten")
        shutil.copytree(tmp_path / "home/spool", tmp_path / "copy")
        with Ingest(database, broker, **settings):
            send(range(10, 20))
            wait_for(lambda: len(stored(database, uid)) == 20, 10, "the next ten")
        shutil.rmtree(tmp_path / "home/spool")
        shutil.copytree(tmp_path / "copy", tmp_path / "home/spool")
        freeze(own_mariadb)
        with Ingest(database, broker, wait_for_database=False, **settings) as ingest:
            send(range(20, 26))
            wait_for(lambda: ingest.metrics()["silaware_messages_spooled"] == 6, 15, "six in the spool")
            thaw(own_mariadb)
            wait_for(lambda: stored(database, uid) == list(range(26)), 30, "all of them, once")
            assert_accounts_balance(ingest.metrics())
            assert "put back from a backup" in ingest.log()
