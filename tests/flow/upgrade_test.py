"""A database of the Python system, upgraded in place by the real binary, by interrupted runs too, and used after it."""
import datetime
import hashlib
import signal
import subprocess
import time

import pytest
from portal import Visitor
from servers import wait_for
from silaware import BINARY, FreshDatabase, Ingest, Serve, environment, must_run, run
from telemetry import Device, encode

JAKARTA = datetime.timezone(datetime.timedelta(hours=7))
METER, MACHINE = "AA:BB:CC:DD:EE:01", "AA:BB:CC:DD:EE:02"

OLDER = """
CREATE TABLE accounts (id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL,
  password VARCHAR(255) NOT NULL, role VARCHAR(20), createdDate TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE devices (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50) NOT NULL, mcu_type VARCHAR(50),
  location VARCHAR(100), createdDate TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE utils (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), start INT, stop INT, cycle_count INT,
  total_run INT);
CREATE TABLE power_monitoring (id INT AUTO_INCREMENT PRIMARY KEY, uid VARCHAR(50), rtc DATETIME, relay_state VARCHAR(10),
  voltage FLOAT, current FLOAT, power FLOAT, frequency FLOAT, pf FLOAT, energy FLOAT, co2 FLOAT, energy_history TEXT,
  timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE cycle_time (id INT AUTO_INCREMENT PRIMARY KEY, uid VARCHAR(50), start DATETIME, stop DATETIME,
  duration VARCHAR(20), cycle_count INT);
CREATE TABLE settings (id INT PRIMARY KEY, utils_min_duration FLOAT, utils_mailreceiver TEXT, max_temperature FLOAT,
  max_humidity FLOAT, temphumid_mailreceiver TEXT, cc_mailreceiver TEXT, mail_sender VARCHAR(255));
CREATE TABLE utils_notification_log (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), multiple INT,
  total_run INT, timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE temphumid (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), temperature FLOAT, humidity FLOAT,
  timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)
"""


class OlderDatabase(FreshDatabase):
    """Three days of a meter, a machine and a room, as the Python system kept them."""
    rows_of_meter = 3 * 8640

    def __init__(self, server):
        super().__init__(server, migrated=False)
        server.rows(f"CREATE DATABASE `{self.name}`", database=None)
        for statement in OLDER.split(";"):
            self.rows(statement)
        self.stop = int(time.time()) - 60
        self.start = self.stop - 10 * (self.rows_of_meter - 1)
        self.fill()

    def insert(self, table, columns, rows):
        with self.connect() as connection, connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(columns.split(",")))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    @staticmethod
    def wall(epoch):
        return datetime.datetime.fromtimestamp(epoch, JAKARTA).strftime("%Y-%m-%d %H:%M:%S")

    @staticmethod
    def utc(epoch):
        return datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")

    def fill(self):
        spellings = ["aa-bb-cc-dd-ee-01", "AABBCCDDEE01", "aa:bb:cc:dd:ee:01"]
        self.insert("power_monitoring", "uid, rtc, relay_state, voltage, power, energy, timestamp",
                    [(spellings[i % 3], self.wall(at), "ON", 220.1, 3600, 1000 + i * 0.01, self.utc(at))
                     for i, at in enumerate(range(self.start, self.stop + 1, 10))])
        self.insert("cycle_time", "uid, start, stop, duration, cycle_count",
                    [("aabbccddee01", self.wall(self.start), self.wall(self.stop), "71:59:50", 41)])
        self.insert("utils", "mac_address, start, stop, cycle_count, total_run",
                    [("aabbccddee02", self.stop - 7200, self.stop - 3600, 1, 3600),
                     ("AA-BB-CC-DD-EE-02", self.stop - 7200, self.stop - 3600, 1, 3600)])
        self.insert("temphumid", "mac_address, temperature, humidity, timestamp",
                    [("ward 3", 24.5, 60, self.utc(self.stop))])
        password = hashlib.sha256(b"old password").hexdigest()
        self.insert("accounts", "username, email, password, role",
                    [("Ada", "ada@example.com", password, "admin"), ("ada", "other@example.com", password, "user")])
        self.insert("devices", "mac_address, mcu_type, location", [("aa-bb-cc-dd-ee-01", "ESP32", "Ward 1")])
        self.insert("settings", "id, utils_min_duration, mail_sender", [(1, 0.5, "silaware@example.com")])

    def meter_rows(self):
        return self.value("SELECT COUNT(*) FROM power_monitoring WHERE BINARY uid = %s", METER)


class SmallOlderDatabase(OlderDatabase):
    rows_of_meter = 120


@pytest.fixture(scope="module")
def database(mariadb):
    older = OlderDatabase(mariadb)
    yield older
    older.drop()


@pytest.fixture(scope="module")
def upgraded(database):
    """Interrupted again and again, by signals and by kills, then run to its end."""
    env = environment(database.environment)
    said = must_run("migrate", "--dry-run", env=env)
    assert "power_monitoring" in said and "0002" in said
    for delay, sig in [(0.15, signal.SIGKILL), (0.4, signal.SIGTERM), (0.8, signal.SIGKILL), (1.5, signal.SIGTERM)]:
        process = subprocess.Popen([BINARY, "migrate"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(sig)
        process.wait(30)
    said = must_run("migrate", env=env)
    assert "nothing to do" in must_run("migrate", "--dry-run", env=env)
    return said


def test_a_bare_password_that_came_later_is_stretched_too(mariadb):
    from silaware import FreshDatabase
    shared = FreshDatabase(mariadb)
    bare = hashlib.sha256(b"old password").hexdigest()
    shared.rows("INSERT INTO accounts (username, email, password, role) VALUES ('late', 'late@example.com', %s, 'user')", bare)
    must_run("migrate", env=environment(shared.environment, PASSWORD_STORAGE="sha256"))
    assert shared.value("SELECT password FROM accounts") == bare
    must_run("migrate", env=environment(shared.environment))
    assert shared.value("SELECT password FROM accounts").startswith("pbkdf2_sha256$600000$")
    shared.drop()


def test_every_row_is_kept_under_one_spelling(database, upgraded):
    assert database.meter_rows() == database.rows_of_meter
    assert database.value("SELECT COUNT(*) FROM utils") == 2
    assert database.row("SELECT k.uid, t.temperature FROM temphumid t JOIN known_devices k ON k.uid = t.mac_address "
                        "JOIN latest_climate l ON l.device_id = k.id AND l.temperature = t.temperature") \
        == ("ward 3", 24.5)
    assert database.row("SELECT mac_address, mac_key FROM devices") == (METER, METER.lower())


def test_registers_and_run_hours_are_built(database, upgraded):
    kwh = database.value("SELECT SUM(energy_kwh) FROM energy_days")
    assert kwh == pytest.approx((database.rows_of_meter - 1) * 0.01, abs=1e-3)
    assert database.row("SELECT total_seconds, notified_multiple FROM run_totals") == (3600, 2)


def test_a_rebuild_finds_nothing_to_change(database, upgraded):
    assert must_run("recompute", env=environment(database.environment)).strip().endswith("nothing changed")


def test_old_users_sign_in_and_see_the_energy(database, upgraded):
    assert database.value("SELECT COUNT(*) FROM accounts WHERE username_key IS NULL") == 1
    with Serve(database) as portal:
        visitor = Visitor(portal.url).login("Ada", "old password")
        [device] = visitor.get("/login/summary/all_summary").json()["devices"]
        assert device["uid"] == METER and device["location"] == "Ward 1"
        assert sum(device["daily_energy"]["kwh"]) == pytest.approx((database.rows_of_meter - 1) * 0.01, abs=1e-2)


def test_live_readings_go_on(database, upgraded, broker):
    with Ingest(database, broker):
        now = datetime.datetime.now(JAKARTA)
        device = Device(broker.port)
        device.send("silaware/power", encode({
            "uid": METER, "rtc": now.strftime("%d/%m/%Y %H:%M:%S"), "relay_state": "ON",
            "meter_data": {"power": [3600], "energy": [1300]}}))
        device.wait()
        wait_for(lambda: database.meter_rows() > database.rows_of_meter, what="the new reading")
    assert database.rows("SELECT cycle_count FROM cycle_time ORDER BY cycle_count") == [(41,), (42,)]
    assert database.value("SELECT SUM(energy_kwh) FROM energy_days") == pytest.approx(300, abs=1e-3)
    assert must_run("recompute", env=environment(database.environment)).strip().endswith("nothing changed")


def test_a_run_right_behind_a_kill_waits_for_what_the_server_still_does(mariadb):
    older = SmallOlderDatabase(mariadb)
    older.rows("INSERT INTO power_monitoring (uid, rtc, energy) SELECT CONCAT('AABBCCDDEE', 10 + seq % 50), NOW(), seq / 50 "
               "FROM seq_1_to_200000")
    rows = older.value("SELECT COUNT(*) FROM power_monitoring")
    env = environment(older.environment)
    try:
        for delay in (0.2, 0.4, 0.6):
            process = subprocess.Popen([BINARY, "migrate"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: older.rows("SHOW TABLES LIKE 'upgrade_steps'"), what="the begin of the upgrade")
            time.sleep(delay)
            process.kill()
            process.wait()
        must_run("migrate", env=env)
        assert older.value("SELECT COUNT(*) FROM power_monitoring") == rows
    finally:
        older.drop()


def test_an_unfinished_upgrade_is_not_served(mariadb):
    older = OlderDatabase(mariadb)
    try:
        env = environment(older.environment)
        process = subprocess.Popen([BINARY, "migrate"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: older.rows("SHOW TABLES LIKE 'upgrade_steps'"), what="the begin of the upgrade")
        process.kill()
        process.wait()
        refused = run("recompute", env=env)
        assert refused.returncode == 1 and "silaware migrate" in refused.stderr
        must_run("migrate", env=env)
        assert older.meter_rows() == older.rows_of_meter
    finally:
        older.drop()


ODD = [
    ("a device column of another name", "ALTER TABLE power_monitoring CHANGE uid device VARCHAR(50)",
     'power_monitoring has no column "uid" (it has: id, device, rtc',
     "ALTER TABLE power_monitoring RENAME COLUMN device TO uid"),
    ("no primary key", "ALTER TABLE utils MODIFY id INT, DROP PRIMARY KEY", 'utils needs a whole number "id"',
     "ALTER TABLE utils MODIFY id INT AUTO_INCREMENT PRIMARY KEY"),
    ("a text that no page would take", "ALTER TABLE devices MODIFY location TEXT; UPDATE devices SET location = REPEAT('x', 256)",
     "the location of the row with id 1 in the table devices is longer than 255 characters",
     "UPDATE devices SET location = 'Ward 1'"),
    ("a table of another program", "CREATE TABLE sessions (id INT PRIMARY KEY, session_id VARCHAR(255), data BLOB)",
     "another program has a table sessions", "RENAME TABLE sessions TO flask_sessions"),
    ("an id of zero", "UPDATE temphumid SET id = 0", "temphumid has the id 0", "UPDATE temphumid SET id = 1"),
]


@pytest.mark.parametrize("change, said, remedy", [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_what_cannot_be_taken_over_is_said_and_left_alone(mariadb, change, said, remedy):
    older = SmallOlderDatabase(mariadb)
    try:
        env = environment(older.environment)
        for statement in change.split("; "):
            older.rows(statement)
        for arguments in (["migrate", "--dry-run"], ["migrate"]):
            refused = run(*arguments, env=env)
            assert said in refused.stdout + refused.stderr
        assert refused.returncode == 1 and "nothing was changed" in refused.stderr
        assert len(older.rows("SHOW TABLES")) == 8 + change.startswith("CREATE TABLE")
        older.rows(remedy)
        must_run("migrate", env=env)
        assert older.meter_rows() == older.rows_of_meter
    finally:
        older.drop()


@pytest.mark.parametrize("form", ["CHARACTER SET latin1", "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"])
def test_tables_of_any_character_set_take_all_that_the_pages_take(mariadb, form):
    older = SmallOlderDatabase(mariadb)
    try:
        for (table,) in older.rows("SHOW TABLES"):
            older.rows(f"ALTER TABLE {table} CONVERT TO {form}")
        must_run("migrate", env=environment(older.environment))
        older.create_account()
        with Serve(older) as portal:
            admin = Visitor(portal.url).login()
            assert admin.get("/login/alerts/json?search=x").json()["items"] == []
            wide = {"mac_address": "AA:BB:CC:DD:EE:09", "mcu_type": "\u75c5" * 255, "location": "\u75c5\u5ba4" * 127,
                    "name": "\u75c5", "group": "\u5ba4"}
            assert admin.post("/login/devices", json=wide).status_code == 201
            [shown] = [item for item in admin.get("/login/devices/json?search=\u75c5").json()["items"]]
            assert shown["location"] == wide["location"] and shown["mcu_type"] == wide["mcu_type"]
            account = {"username": "x" * 64, "email": "a@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".example.com",
                       "password": "correct horse", "role": "user"}
            assert admin.post("/login/accounts", json=account).status_code == 201
    finally:
        older.drop()


STRICT = """
ALTER TABLE power_monitoring MODIFY voltage INT NOT NULL, MODIFY power DECIMAL(6, 2),
  MODIFY current FLOAT NOT NULL DEFAULT 0, MODIFY energy FLOAT NOT NULL, MODIFY energy_history VARCHAR(255) CHARACTER SET latin1 NOT NULL,
  MODIFY relay_state ENUM('ON', 'OFF') NOT NULL, MODIFY rtc DATETIME NOT NULL, ADD line VARCHAR(10) NOT NULL;
ALTER TABLE temphumid MODIFY humidity FLOAT NOT NULL, ADD sensor INT NOT NULL;
ALTER TABLE utils ADD received DATETIME NOT NULL;
ALTER TABLE cycle_time ADD day DATE NOT NULL;
ALTER TABLE utils_notification_log ADD sent_at DATETIME NOT NULL;
ALTER TABLE accounts ADD phone VARCHAR(20) NOT NULL;
ALTER TABLE devices ADD owner VARCHAR(20) NOT NULL DEFAULT 'house';
ALTER TABLE settings MODIFY utils_min_duration INT NOT NULL, MODIFY max_temperature INT NOT NULL,
  MODIFY mail_sender VARCHAR(50) NOT NULL
"""


def make_strict(older):
    """Every column has to be filled, as models with nullable=False make them, and some have no fractions."""
    with older.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        cursor.execute("UPDATE power_monitoring SET energy_history = '', current = 0")
        cursor.execute("UPDATE settings SET max_temperature = 30")
        for statement in STRICT.split(";"):
            cursor.execute(statement)


def test_columns_that_had_to_be_filled_may_stay_empty_and_take_fractions(mariadb, broker):
    older = SmallOlderDatabase(mariadb)
    try:
        make_strict(older)
        must_run("migrate", env=environment(older.environment))
        older.create_account()
        assert older.value("SELECT COUNT(*) FROM devices WHERE owner = 'house'") == 1
        with Serve(older) as portal, Ingest(older, broker) as ingest:
            admin = Visitor(portal.url).login()
            limits = {"utils_min_duration": 12.5, "max_temperature": 30.5}
            assert admin.put("/login/settings/json", json=limits).status_code == 200
            assert {name: admin.json("/login/settings/json")[name] for name in limits} == limits
            assert admin.post("/login/devices", json={"mac_address": "AA:BB:CC:DD:EE:07"}).status_code == 201
            device, now = Device(broker.port), int(time.time())
            samples = {"voltage": [220.1], "power": [None, 12345.5]}
            device.send("silaware/power", encode({"uid": "new", "meter_data": samples}))
            device.send("silaware/temphumid", encode({"id": "new", "temperature": 20}))
            device.send("silaware/utils", encode({"id": "new", "start": now - 50000, "stop": now - 4000, "cycle_count": 1,
                                                  "total_run": 46000}))
            device.wait()
            wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 3, 20, "the messages to be stored")
        assert older.rows("SELECT CAST(ROUND(voltage * 10) AS SIGNED), power, current, relay_state, rtc, energy_history, "
                          "line FROM power_monitoring WHERE uid = 'new' ORDER BY id") \
            == [(2201, *(None,) * 6), (None, 12345.5, *(None,) * 5)]
        assert older.value("SELECT COUNT(*) FROM utils_notification_log WHERE mac_address = 'new'") == 1
    finally:
        older.drop()


MISSING = ["ALTER TABLE settings DROP COLUMN cc_mailreceiver, DROP COLUMN mail_sender", "DROP TABLE settings",
           "ALTER TABLE devices DROP COLUMN mcu_type, DROP COLUMN createdDate", "ALTER TABLE accounts DROP COLUMN email",
           "ALTER TABLE power_monitoring DROP COLUMN timestamp", "ALTER TABLE power_monitoring DROP COLUMN rtc",
           "ALTER TABLE power_monitoring DROP COLUMN co2, DROP COLUMN energy_history", "DROP TABLE temphumid",
           "ALTER TABLE cycle_time DROP COLUMN duration", "ALTER TABLE settings CHANGE id setting_id INT",
           "ALTER TABLE utils ENGINE=MyISAM", "ALTER TABLE utils_notification_log DROP COLUMN multiple"]


@pytest.mark.parametrize("change", MISSING)
def test_columns_and_tables_that_are_missing_are_made(mariadb, change):
    older = SmallOlderDatabase(mariadb)
    try:
        older.rows(change)
        result = run("migrate", env=environment(older.environment))
        if "setting_id" in change:
            assert result.returncode == 1 and "settings needs" in result.stderr
            return
        assert result.returncode == 0, result.stderr
        assert older.meter_rows() == older.rows_of_meter
        assert must_run("recompute", env=environment(older.environment)).strip().endswith("nothing changed")
    finally:
        older.drop()
