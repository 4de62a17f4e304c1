"""A broker that grants less than was asked for."""
import base64
import hashlib
import json
import os

import pytest
import requests
from servers import Mosquitto, wait_for
from silaware import FreshDatabase, Ingest, environment, run
from telemetry import CLIMATE, POWER, mosquitto_pub, power

SECURITY = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
ROUNDS = 101


def account(name, password, role):
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return {"username": name, "password": base64.b64encode(digest).decode(), "salt": base64.b64encode(salt).decode(),
            "iterations": ROUNDS, "roles": [{"rolename": role}]}


@pytest.fixture
def strict_broker(tmp_path):
    """Its account ingest may publish, and subscribe to power and utilities, not to climate."""
    tmp_path.chmod(0o755)
    rules = tmp_path / "rules.json"
    allowed = [{"acltype": "subscribeLiteral", "topic": topic, "allow": True} for topic in (POWER, "silaware/utils")]
    rules.write_text(json.dumps({
        "defaultACLAccess": {"publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True},
        "clients": [account("ingest", "pw", "reader")], "groups": [], "roles": [{"rolename": "reader", "acls": allowed}]}))
    with Mosquitto(f"per_listener_settings false\nplugin {SECURITY}\nplugin_opt_config_file {rules}\n") as server:
        yield server


def line_of_broker(*parts, **settings):
    result = run("check", env=environment(*parts, **settings))
    [line] = [line for line in result.stdout.splitlines() if line.startswith("broker")]
    return result.returncode, line


@pytest.mark.skipif(not os.path.exists(SECURITY), reason="mosquitto's dynamic security is not installed")
def test_a_refused_topic_is_named_and_the_others_go_on(mariadb, strict_broker, tmp_path):
    database = FreshDatabase(mariadb)
    rights = {"MQTT_USERNAME": "ingest", "MQTT_PASSWORD": "pw"}
    with Ingest(database, strict_broker, **rights) as ingest:
        mosquitto_pub(strict_broker.port, POWER, power("0D:00:00:00:00:09", 1), "-u", "ingest", "-P", "pw")
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 20, "the reading")
        health = requests.get(f"http://127.0.0.1:{ingest.port}/health", timeout=10)
        assert health.status_code == 503 and CLIMATE in health.json()["broker"]
        code, line = line_of_broker(database.environment, strict_broker.environment, SILAWARE_HOME=tmp_path, **rights)
        assert code == 1 and "FAILED" in line and f"refuses the subscription to {CLIMATE}" in line
        assert ingest.metrics()["silaware_mqtt_reconnects_total"] == 0
        assert ingest.log().count(f"refuses the subscription to {CLIMATE}") == 1
    database.drop()


def test_check_tells_of_a_broker_without_qos_1(mariadb, tmp_path):
    database = FreshDatabase(mariadb)
    with Mosquitto("max_qos 0\n") as broker:
        code, line = line_of_broker(database.environment, broker.environment, SILAWARE_HOME=tmp_path)
        assert code == 1 and f"no QoS above 0 for {POWER}" in line
    database.drop()
