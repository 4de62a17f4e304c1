"""`silaware broker-credentials`: a user per device, in files that a real mosquitto takes as they are."""
import os
import subprocess

import pytest
from servers import Mosquitto, wait_for
from silaware import Ingest, environment, must_run, run
from telemetry import POWER, encode, power

DEVICES = ("E0:8C:FE:31:D7:4C", "AA:BB:CC:00:00:01")


@pytest.fixture(scope="module")
def registered(database):
    for mac in DEVICES:
        database.rows("INSERT INTO devices (mac_address, mcu_type, location) VALUES (%s, 'ESP32', 'ward 3')", mac)
    return database


def make(database, folder, *options):
    """{user: password} of the new ones."""
    output = must_run("broker-credentials", "--folder", folder, *options, env=environment(database.environment))
    return dict(line.split("\t")[:2] for line in output.splitlines())


class GuardedBroker(Mosquitto):
    def __init__(self, credentials):
        super().__init__()
        self.credentials = credentials

    def command(self):
        command = super().command()
        config = self.folder / "mosquitto.conf"
        config.write_text(config.read_text().replace("allow_anonymous true", "allow_anonymous false")
                          + f"password_file {self.credentials}/silaware.passwd\nacl_file {self.credentials}/silaware.acl\n")
        return command


def publish(broker, user, password, topic=POWER, payload=None):
    """Whether the broker took it: MQTT 5 tells a publisher that it may not."""
    result = subprocess.run(["/usr/bin/mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1", "-u", user,
                             "-P", password, "-t", topic, "-s"], input=payload or encode(power(DEVICES[0], 1)),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    return result.returncode == 0 and b"Not authorized" not in result.stdout


def test_each_device_has_its_own_password_and_may_only_publish_telemetry(registered, tmp_path):
    passwords = make(registered, tmp_path)
    assert set(passwords) == {"silaware-ingest", "e08cfe31d74c", "aabbcc000001"}
    assert len(set(passwords.values())) == 3
    assert (os.stat(tmp_path / "silaware.passwd").st_mode & 0o077) == 0
    with GuardedBroker(tmp_path) as broker:
        ingest = {"MQTT_USERNAME": "silaware-ingest", "MQTT_PASSWORD": passwords["silaware-ingest"]}
        with Ingest(registered, broker, **ingest) as process:
            assert publish(broker, "e08cfe31d74c", passwords["e08cfe31d74c"])
            wait_for(lambda: process.metrics()["silaware_messages_stored_total"] == 1, 15, "the reading")
        assert not publish(broker, "e08cfe31d74c", passwords["aabbcc000001"])
        assert not publish(broker, "silaware-ingest", passwords["silaware-ingest"])
        assert not publish(broker, "e08cfe31d74c", passwords["e08cfe31d74c"], topic="other/topic")


def test_a_second_run_keeps_passwords_and_drops_devices_that_are_gone(registered, tmp_path):
    make(registered, tmp_path)
    before = (tmp_path / "silaware.passwd").read_text()
    assert make(registered, tmp_path) == {}
    assert (tmp_path / "silaware.passwd").read_text() == before
    assert set(make(registered, tmp_path, "--renew", "e0-8c-fe-31-d7-4c")) == {"e08cfe31d74c"}
    registered.rows("DELETE FROM devices WHERE mac_address = %s", DEVICES[1])
    assert make(registered, tmp_path) == {}
    assert "aabbcc000001" not in (tmp_path / "silaware.passwd").read_text() + (tmp_path / "silaware.acl").read_text()


def test_the_files_keep_the_broker_as_their_reader(registered, tmp_path):
    make(registered, tmp_path)
    files = [tmp_path / "silaware.passwd", tmp_path / "silaware.acl"]
    for file in files:
        if os.geteuid() == 0:
            os.chown(file, 65534, 65534)
        file.chmod(0o640)
    before = [(file.stat().st_uid, file.stat().st_gid, file.stat().st_mode) for file in files]
    make(registered, tmp_path, "--renew", DEVICES[0])
    assert [(file.stat().st_uid, file.stat().st_gid, file.stat().st_mode) for file in files] == before


def test_a_file_that_can_not_be_read_is_not_taken_for_an_empty_one(registered, tmp_path):
    (tmp_path / "silaware.passwd").mkdir()  # no more readable as a file for root than another's is for us
    result = run("broker-credentials", "--folder", tmp_path, env=environment(registered.environment))
    assert result.returncode == 1 and "silaware.passwd" in result.stderr
    assert result.stdout == "", "passwords that count nowhere"


def test_an_unknown_device_can_not_be_renewed(registered, tmp_path):
    known = make(registered, tmp_path)
    written = (tmp_path / "silaware.passwd").read_text()
    result = run("broker-credentials", "--folder", tmp_path, "--renew", "AA:BB:CC:99:99:99", env=environment(registered.environment))
    assert result.returncode == 1 and "aabbcc999999" in result.stderr
    assert (tmp_path / "silaware.passwd").read_text() == written and known
