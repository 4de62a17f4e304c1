"""What the flow tests share: one MariaDB, and per file a database, a broker, a portal and an ingest process."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from portal import Visitor  # noqa: E402
from servers import MariaDB, Mosquitto, wait_for  # noqa: E402
from silaware import FreshDatabase, Ingest, Serve, assert_accounts_balance  # noqa: E402
from telemetry import Device, encode  # noqa: E402


@pytest.fixture(scope="session")
def mariadb():
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="module")
def database(mariadb):
    fresh = FreshDatabase(mariadb)
    fresh.create_account()
    yield fresh
    fresh.drop()


@pytest.fixture(scope="module")
def broker():
    with Mosquitto() as server:
        yield server


@pytest.fixture(scope="module")
def ingest_settings():
    """A file may override this with settings of its own."""
    return {}


@pytest.fixture(scope="module")
def ingest(database, broker, ingest_settings):
    with Ingest(database, broker, **ingest_settings) as process:
        yield process


@pytest.fixture(scope="module")
def portal(database):
    with Serve(database) as process:
        yield process


@pytest.fixture
def admin(portal):
    return Visitor(portal.url).login()


class Feed:
    """Publishes, and waits until the ingest process has dealt with everything."""

    def __init__(self, ingest, broker):
        self.ingest = ingest
        self.device = Device(broker.port)

    def metrics(self):
        metrics = self.ingest.metrics()
        assert_accounts_balance(metrics)
        return metrics

    def __call__(self, *messages):
        """`messages`: (topic, payload) pairs. Answers by how much stored, duplicate and quarantined grew."""
        before = self.metrics()
        for topic, payload in messages:
            self.device.send(topic, encode(payload))
        self.device.wait()
        return self.settled(before, len(messages))

    def settled(self, before, count):
        def done():
            now = self.metrics()
            settled = now["silaware_messages_received_total"] - now["silaware_messages_spooled"]
            return now if settled >= before["silaware_messages_received_total"] + count else None
        now = wait_for(done, 20, f"{count} messages to be settled")
        return {kind: int(now[f"silaware_messages_{kind}_total"] - before[f"silaware_messages_{kind}_total"])
                for kind in ("stored", "duplicate", "quarantined")}


@pytest.fixture(scope="module")
def feed(ingest, broker):
    result = Feed(ingest, broker)
    yield result
    result.device.close()
