"""`silaware backup` and `restore`: with ingest running, through damage, into the wrong places."""
import gzip
import os
import threading
import time

import pytest
from portal import Visitor
from servers import wait_for
from silaware import FreshDatabase, Ingest, Serve, environment, must_run, run
from telemetry import POWER, UTILS, Device, power


@pytest.fixture(scope="module")
def filled(database, broker):
    """A database with some telemetry in it, and an ingest process that may go on."""
    with Ingest(database, broker) as ingest, Device(broker.port) as device:
        for i in range(200):
            device.send(POWER, power(f"BA:00:00:00:00:{i % 5:02X}", 100 + i))
        device.send(UTILS, {"id": "BA:01:00:00:00:01", "start": int(time.time()) - 60, "stop": int(time.time()) - 30,
                            "cycle_count": 3, "total_run": 30})
        device.wait()
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 201, 20, "the telemetry")
        yield database, ingest, device


@pytest.fixture
def empty(mariadb):
    target = FreshDatabase(mariadb, migrated=False)
    yield target
    target.drop()


def contents(database):
    """Checksums of all tables."""
    tables = [row[0] for row in database.rows("SHOW TABLES")]
    return {table: database.row(f"CHECKSUM TABLE `{table}`")[1] for table in tables}


def home_of(path, database):
    return environment(database.environment, SILAWARE_HOME=path)


def test_what_is_restored_equals_what_was_backed_up(filled, empty, tmp_path):
    source, ingest, _ = filled
    ingest.stop()
    file = tmp_path / "silaware.sql.gz"
    must_run("backup", file, env=home_of(tmp_path / "old", source))
    assert os.stat(file).st_mode & 0o077 == 0, "it holds password hashes and the secret key"
    must_run("restore", file, env=home_of(tmp_path / "new", empty))
    assert contents(empty) == contents(source)
    assert (tmp_path / "new/secret_key").read_text() == (tmp_path / "old/secret_key").read_text()
    with Serve(empty, home=tmp_path / "new") as portal:
        assert Visitor(portal.url).login().json("/login/summary/all_summary")["devices"]
    ingest.start()


def test_every_value_comes_back_to_the_bit(mariadb, empty, tmp_path):
    """Also what MariaDB's own dump rounds (six digits of a FLOAT), and tables of somebody's own."""
    source = FreshDatabase(mariadb)
    try:
        source.rows("INSERT INTO power_monitoring (uid, power, voltage, energy) VALUES ('M', 1234567.8, 20012.37, 0.1), "
                    "('M', -0.0, 3.4e38, 123456.789012345), ('M', 1e-38, NULL, 1.7e308)")
        source.rows("CREATE TABLE `odd name` (id INT UNSIGNED, tiny DECIMAL(20,10), bits BIT(9), bytes VARBINARY(300), "
                    "text VARCHAR(100) CHARACTER SET latin1, kind ENUM('a','b''c'), at DATETIME(6), day DATE, spent TIME(3), "
                    "year YEAR, moment TIMESTAMP(6) NULL, half FLOAT AS (id / 2) VIRTUAL, note JSON) ENGINE=InnoDB")
        source.rows("INSERT INTO `odd name` (id, tiny, bits, bytes, text, kind, at, day, spent, year, moment, note) VALUES "
                    "(0, -0.0000000001, b'101010101', X'00FF270A5C1A', %s, 'b''c', '2026-11-28 23:59:59.999999', "
                    "'0001-01-01', '-838:59:59', 1999, '2026-11-28 01:02:03.000004', %s), (4294967295, "
                    "9999999999.9999999999, b'0', '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
                    "caf\u00e9 '; -- \\ \n\r\0\x1a\"", '{"a":"\u2211 \\\\n"}')
        source.rows("CREATE TRIGGER twice BEFORE INSERT ON `odd name` FOR EACH ROW SET NEW.tiny = NEW.tiny * 2")
        source.rows("CREATE VIEW seen AS SELECT uid, power FROM power_monitoring")
        must_run("backup", tmp_path / "b.sql.gz", env=home_of(tmp_path / "home", source))
        must_run("restore", tmp_path / "b.sql.gz", env=home_of(tmp_path / "home", empty))
        assert contents(empty) == contents(source)
        assert empty.value("SELECT COUNT(*) FROM seen") == 3
        assert len(empty.rows("SHOW TRIGGERS")) == 1
    finally:
        source.drop()


def test_a_backup_under_load_is_one_moment_and_holds_nobody_up(filled, empty, tmp_path):
    source, ingest, device = filled
    done = threading.Event()

    def publish():
        i = 0
        while not done.is_set():
            i += 1
            device.send(POWER, power("BA:02:00:00:00:01", 1000 + i))
            time.sleep(0.005)
    feeder = threading.Thread(target=publish)
    feeder.start()
    try:
        time.sleep(1)
        before = source.value("SELECT COUNT(*) FROM power_monitoring")
        for i in range(3):
            must_run("backup", tmp_path / f"{i}.sql.gz", env=home_of(tmp_path / "home", source))
        assert source.value("SELECT COUNT(*) FROM power_monitoring") > before
    finally:
        done.set()
        feeder.join()
    must_run("restore", tmp_path / "2.sql.gz", env=home_of(tmp_path / "home", empty))
    rows = empty.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = 'BA:02:00:00:00:01'")
    # What the spool position says and what is stored are of the same transaction: one moment.
    stored = empty.value("SELECT SUM(stored) FROM spool_positions")
    assert rows > 0 and stored == empty.value("SELECT COUNT(*) FROM power_monitoring") + empty.value("SELECT COUNT(*) FROM utils")


def test_a_damaged_or_cut_off_backup_is_refused_before_anything_is_touched(filled, empty, tmp_path):
    source, _, _ = filled
    file = tmp_path / "good.sql.gz"
    must_run("backup", file, env=home_of(tmp_path / "home", source))
    whole = file.read_bytes()
    text = gzip.decompress(whole)
    damaged = {
        "cut": whole[:len(whole) // 2],
        "flipped": whole[:len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 255]) + whole[len(whole) // 2 + 1:],
        "without its end": gzip.compress(text[:len(text) * 3 // 4]),
        "something else": gzip.compress(b"-- some other dump\n"),
    }
    for name, data in damaged.items():
        bad = tmp_path / "bad.sql.gz"
        bad.write_bytes(data)
        refused = run("restore", bad, env=home_of(tmp_path / "home", empty))
        assert refused.returncode == 1 and "bad.sql.gz" in refused.stderr, name
        assert empty.server.rows("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s", empty.name,
                                 database=None) == [(0,)]


def test_a_database_with_data_is_replaced_only_by_force_and_without_ingest(filled, tmp_path):
    source, ingest, _ = filled
    file = tmp_path / "silaware.sql.gz"
    must_run("backup", file, env=home_of(tmp_path / "home", source))
    refused = run("restore", file, env=home_of(tmp_path / "home", source))
    assert refused.returncode == 1 and "--force" in refused.stderr
    refused = run("restore", file, "--force", env=home_of(tmp_path / "home", source))
    assert refused.returncode == 1 and "ingest" in refused.stderr
    ingest.stop()
    rows = source.value("SELECT COUNT(*) FROM power_monitoring")
    source.rows("DELETE FROM power_monitoring")
    time.sleep(6)
    must_run("restore", file, "--force", env=home_of(tmp_path / "home", source))
    assert source.value("SELECT COUNT(*) FROM power_monitoring") == rows
    ingest.start()


def test_a_backup_that_fails_leaves_the_earlier_one_alone(filled, tmp_path):
    file = tmp_path / "silaware.sql.gz"
    file.write_bytes(b"the good one")
    failed = run("backup", file, env=environment(DB_SOCKET=str(tmp_path / "nothing.sock")))
    assert failed.returncode == 1
    assert file.read_bytes() == b"the good one" and list(tmp_path.glob("*.part")) == []
