"""Servers that their administrators set up in their own way: limits, rights, defaults, replicas, TLS."""
import pytest
import requests
from portal import Visitor, bearer
from servers import MariaDB, free_port, wait_for
from silaware import FreshDatabase, Ingest, Serve, assert_accounts_balance, environment, must_run, run
from smtp_sink import certificate
from telemetry import POWER, Device, power
from upgrade_test import OLDER

METER = "0D:5E:00:00:00:01"


@pytest.fixture
def server():
    with MariaDB() as server:
        yield server


def tell(server, sql):
    return server.rows(sql, database=None)


def hang_up_on(server, user):
    mine = f"SELECT id FROM information_schema.processlist WHERE user = '{user}'"
    for (connection,) in tell(server, mine):
        tell(server, f"KILL {connection}")
    wait_for(lambda: not tell(server, mine), 10, "the end of its connections")


def plain_user(server, database, name="plain", limit=""):
    """Somebody without the rights of an administrator; answers his settings."""
    tell(server, f"CREATE USER {name}@localhost IDENTIFIED BY 'secret'")
    tell(server, f"GRANT ALL ON `{database.name}`.* TO {name}@localhost {limit}")
    return {"DB_USER": name, "DB_PASSWORD": "secret"}


def test_a_read_only_server_is_said_to_be_none(server, broker):
    database = FreshDatabase(server)
    database.create_account()
    user = plain_user(server, database)
    with Serve(database, **user) as portal, Ingest(database, broker, **user) as ingest, Device(broker.port) as device:
        Visitor(portal.url).login()
        tell(server, "SET GLOBAL read_only = 1")
        device.send(POWER, power(METER, 1)).wait_for_publish(10)
        wait_for(lambda: "waits in the spool" in ingest.log() or "wait in the spool" in ingest.log(), 20, "a line about it")
        assert requests.get(portal.url + "/health", timeout=20).status_code == 503
        answer = requests.post(portal.url + "/login", json={"username": "admin", "password": "correct horse"}, timeout=20)
        assert answer.status_code == 503 and answer.json()["code"] == "unavailable"
        checked = run("check", env=environment(database.environment, user, broker.environment))
        assert checked.returncode == 1 and "read-only" in checked.stdout
        tell(server, "SET GLOBAL read_only = 0")
        wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 30, "the reading")
        wait_for(lambda: "database: back; 1 messages waited" in ingest.log(), 10, "a line about it")
        assert ingest.log().count("database: ") == 2, ingest.log()
        wait_for(lambda: requests.get(portal.url + "/health", timeout=20).status_code == 200, 20, "the portal")
        assert_accounts_balance(ingest.metrics())


def test_a_read_only_server_of_the_list_is_passed_over(broker):
    with MariaDB(port=free_port()) as replica, MariaDB(port=free_port()) as primary:
        for server in (replica, primary):
            tell(server, "CREATE USER plain@'127.0.0.1' IDENTIFIED BY 'secret'")
            tell(server, "GRANT ALL ON *.* TO plain@'127.0.0.1'")
            tell(server, "REVOKE SUPER, READ_ONLY ADMIN ON *.* FROM plain@'127.0.0.1'")
        tell(replica, "CREATE DATABASE rumahsakit")
        settings = {"DB_HOST": f"127.0.0.1:{replica.port},127.0.0.1:{primary.port}", "DB_USER": "plain", "DB_PASSWORD": "secret"}
        tell(replica, "SET GLOBAL read_only = 1")
        must_run("migrate", env=environment(settings))
        with Ingest(broker, **settings) as ingest, Device(broker.port) as device:
            device.send(POWER, power(METER, 1)).wait_for_publish(10)
            wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 20, "the reading")
        assert primary.value("SELECT COUNT(*) FROM power_monitoring") == 1


@pytest.mark.parametrize("what", ["connections", "locked", "revoked"])
def test_a_server_that_refuses_is_no_fault_of_the_portal(server, what):
    database = FreshDatabase(server)
    database.create_account()
    user = plain_user(server, database, limit="WITH MAX_USER_CONNECTIONS 2" if what == "connections" else "")
    with Serve(database, **user) as portal:
        token = bearer(portal.url)
        taken = []
        if what == "connections":
            import pymysql
            hang_up_on(server, "plain")
            taken = [pymysql.connect(unix_socket=server.socket, user="plain", password="secret") for _ in range(2)]
        elif what == "locked":
            tell(server, "ALTER USER plain@localhost ACCOUNT LOCK")
            hang_up_on(server, "plain")
        else:
            tell(server, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM plain@localhost")
            hang_up_on(server, "plain")
        for path in ("/login/devices/json", "/login/summary/all_summary"):
            answer = requests.get(portal.url + path, headers=token, timeout=20)
            assert answer.status_code == 503 and answer.json()["code"] == "unavailable", answer.text
        assert requests.get(portal.url + "/health", timeout=20).status_code == 503
        for connection in taken:
            connection.close()


@pytest.mark.parametrize("option", ["--autocommit=OFF", "--completion-type=RELEASE", "--div-precision-increment=0"])
def test_what_the_server_sets_for_all_changes_nothing(option, broker):
    with MariaDB(options=[option]) as server:
        database = FreshDatabase(server)
        must_run("check", env=environment(database.environment, broker.environment))
        with Ingest(database, broker) as ingest, Device(broker.port) as device:
            device.send(POWER, power(METER, 1)).wait_for_publish(10)
            wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 20, "the reading")
            if "RELEASE" not in option:  # the test's own connection does not outlive its first transaction
                wait_for(lambda: database.rows("SELECT stored FROM ingest_counters") == [(1,)], 10, "the counters")
        assert "nothing changed" in must_run("recompute", env=environment(database.environment))


@pytest.mark.parametrize("format", ["COMPACT", "REDUNDANT"])
def test_tables_in_an_old_row_format_are_upgraded(format, server):
    tell(server, f"SET GLOBAL innodb_default_row_format = {format}")
    FreshDatabase(server)  # a new one, too
    older = FreshDatabase(server, migrated=False)
    tell(server, f"CREATE DATABASE `{older.name}`")
    for statement in OLDER.split(";"):
        older.rows(statement)
    older.rows("INSERT INTO power_monitoring (uid, rtc, energy) VALUES (%s, NOW(), 5)", METER)
    must_run("migrate", env=environment(older.environment))
    assert older.rows("SELECT uid, energy FROM power_monitoring") == [(METER, 5.0)]


def tls_options(folder):
    certificate(folder)
    return [f"--ssl-ca={folder}/ca.pem", f"--ssl-cert={folder}/server.pem", f"--ssl-key={folder}/server.key"]


def test_an_account_that_requires_tls_is_used_with_it(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    certificate(other)
    with MariaDB(port=free_port(), options=tls_options(tmp_path)) as server:
        tell(server, "CREATE USER tls@'127.0.0.1' IDENTIFIED BY 'secret' REQUIRE SSL")
        tell(server, "GRANT ALL ON *.* TO tls@'127.0.0.1'")
        settings = {"DB_HOST": "127.0.0.1", "DB_PORT": str(server.port), "DB_USER": "tls", "DB_PASSWORD": "secret"}
        assert run("migrate", env=environment(settings)).returncode == 1
        strangers = run("migrate", env=environment(settings, DB_TLS_CA=other / "ca.pem"))
        assert strangers.returncode == 1 and "certificate" in strangers.stderr.lower()
        trusted = environment(settings, DB_TLS_CA=tmp_path / "ca.pem")
        must_run("migrate", env=trusted)
        must_run("backup", tmp_path / "b.sql.gz", env=trusted)
        assert server.value("SELECT COUNT(*) FROM accounts") == 0
