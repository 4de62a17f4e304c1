"""The command line: settings and their mistakes, exit codes, and what each command says."""
import os
import signal
import socket
import stat
import subprocess
import time

import pytest
from mail_sink import MailSink
from servers import MariaDB, Mosquitto, free_port, port_open, wait_for
from silaware import BINARY, FreshDatabase, Ingest, Serve, environment, must_run, run

BAD_SETTINGS = [
    ("RETENTION_MONTHS", "0"), ("RETENTION_MONTHS", "four"), ("ENERGY_RATE", "-1"), ("CO2_FACTOR", "lots"),
    ("SITE_TIMEZONE", "Mars/Olympus"), ("DB_PORT", "70000"), ("MQTT_PORT", "0"), ("CYCLE_GAP_SECONDS", "0"),
    ("CLEANUP_INTERVAL_HOURS", "0"), ("PASSWORD_STORAGE", "plain"), ("SESSION_COOKIE_SECURE", "perhaps"),
    ("ALLOW_UNREGISTERED", "2"), ("LOG_LEVEL", "loud"), ("MQTT_HOST", "mqtt://broker"), ("MQTT_POWER_TOPIC", "meters/+"),
    ("MQTT_SHARED_GROUP", "a/b"), ("MQTT_TLS_CA", "/no/such/file"), ("MAIL_SERVER", "smtp://mail"),
    ("MQTT_TLS_CA", "/etc/passwd"), ("DB_NAME", "mysql"), ("DB_NAME", "x" * 65), ("DB_NAME", "rumahsakit "),
    ("MQTT_UTILS_TOPIC", "silaware/power"), ("PUBLIC_URL", "power.example.com"), ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("DB_HOST", "http://database"), ("DB_HOST", "database:70000"), ("DB_HOST", "first, second:port"), ("DB_HOST", ","),
    ("DB_HOST", "first second"), ("DB_HOST", ":3306"), ("DB_HOST", "[::1"),
]


@pytest.mark.parametrize("command", ["up", "serve", "ingest"])
@pytest.mark.parametrize("name, value", BAD_SETTINGS, ids=[f"{n}={v}" for n, v in BAD_SETTINGS])
def test_a_bad_setting_stops_with_one_line_and_exit_code_2(tmp_path, command, name, value):
    result = run(command, env=environment(SILAWARE_HOME=tmp_path, **{name: value}))
    assert result.returncode == 2
    [line] = result.stderr.strip().splitlines()
    assert name in line and value in line and "must be" in line
    assert result.stdout == ""


def test_a_bad_port_of_the_environment_stops_serve_alone(tmp_path):
    for value in ("abc", "70000", "80 "):
        result = run("serve", env=environment(SILAWARE_HOME=tmp_path, PORT=value))
        assert result.returncode == 2
        assert result.stderr == f"silaware: PORT={value} (environment) is not allowed: it must be a port, 0 to 65535\n"
    must_run("config", env=environment(SILAWARE_HOME=tmp_path, PORT="abc"))


def test_serve_listens_on_the_port_of_the_environment(database, tmp_path):
    port = free_port()
    process = subprocess.Popen([BINARY, "serve"], stderr=subprocess.PIPE, text=True,
                               env=environment(database.environment, SILAWARE_HOME=tmp_path, PORT=port))
    try:
        wait_for(lambda: port_open(port), 20, "the portal")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_option_beats_the_environment_which_beats_the_file(tmp_path):
    file = tmp_path / "silaware.conf"
    file.write_text("currency = EUR\nenergy-rate = 1\nsite-timezone = Europe/Berlin\n")
    said = must_run("config", "--config", file, "--currency", "USD",
                    env=environment(SILAWARE_HOME=tmp_path, CURRENCY="GBP", ENERGY_RATE=2))
    found = {line.split()[0]: line for line in said.splitlines()}
    assert "USD" in found["CURRENCY"] and "option" in found["CURRENCY"]
    assert " 2 " in found["ENERGY_RATE"] and "environment" in found["ENERGY_RATE"]
    assert "Europe/Berlin" in found["SITE_TIMEZONE"] and str(file) in found["SITE_TIMEZONE"]
    assert "default" in found["RETENTION_MONTHS"]


def test_config_masks_secrets(tmp_path):
    secrets = {name: f"top-secret-{name}" for name in
               ("DB_PASSWORD", "MQTT_PASSWORD", "SECRET_KEY", "JWT_SECRET_KEY", "MAIL_PASSWORD", "METRICS_TOKEN")}
    said = must_run("config", env=environment(SILAWARE_HOME=tmp_path, **secrets))
    assert "top-secret" not in said
    for name in secrets:
        assert name in said


def test_a_bad_secret_is_not_printed(tmp_path):
    result = run("config", "--config", tmp_path / "missing.conf", env=environment(DB_PASSWORD="hush"))
    assert result.returncode == 2 and "hush" not in result.stdout + result.stderr


@pytest.mark.parametrize("arguments", [[], ["dance"], ["serve", "--port", "99999"], ["up", "--unknown"], ["account"],
                                       ["account", "create"], ["simulate", "--devices", "0"], ["simulate", "--rate", "nan"],
                                       ["account", "create", "ada", "--email", "a@example.com", "--role", "root"]],
                         ids=" ".join)
def test_wrong_usage_is_exit_code_2(arguments, tmp_path):
    result = run(*arguments, env=environment(SILAWARE_HOME=tmp_path))
    assert result.returncode == 2 and result.stderr


def test_an_unknown_command_is_named(tmp_path):
    result = run("frob", env=environment(SILAWARE_HOME=tmp_path))
    assert result.returncode == 2 and '"frob"' in result.stderr
    result = run("up", env=environment(SILAWARE_HOME=tmp_path, ADMIN_PASSWORD="short"))
    assert result.returncode == 2 and "ADMIN_PASSWORD" in result.stderr and "8 characters" in result.stderr


def test_config_says_what_is_meant_where_nothing_is_set(tmp_path):
    lines = [line.split() for line in must_run("config", env=environment(SILAWARE_HOME=tmp_path)).splitlines()]
    assert ["MQTT_HOST", "localhost", "default"] in lines and ["DB_HOST", "localhost", "default"] in lines


def test_an_unknown_line_of_the_file_is_named(tmp_path):
    file = tmp_path / "silaware.conf"
    file.write_text("db-hots = here\n")
    result = run("config", "--config", file, env=environment())
    assert result.returncode == 2 and "db-hots" in result.stderr


def test_a_file_from_windows_is_read(tmp_path):
    file = tmp_path / "silaware.conf"
    file.write_bytes(b"\xef\xbb\xbfcurrency = USD\r\nenergy-rate = 0.2\r\n")
    said = must_run("config", "--config", file, env=environment())
    assert "USD" in said and "0.2" in said


def test_a_file_that_cannot_be_read_is_no_empty_one(tmp_path):
    file = tmp_path / "silaware.conf"
    file.write_text("currency = USD\n")
    file.chmod(0)
    tmp_path.chmod(0o755)
    for folder in list(tmp_path.parents)[:2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    reader = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    result = subprocess.run([*reader, BINARY, "config", "--config", file], env=environment(), capture_output=True, text=True)
    assert result.returncode == 2 and "can't be read: Permission denied" in result.stderr, result.stderr


def test_help_and_version():
    said = must_run("--help")
    for command in ("up", "serve", "ingest", "migrate", "account", "purge", "recompute", "simulate", "check", "config"):
        assert f"\n  {command} " in said
    assert must_run("--version").startswith("silaware ")
    assert "--passenger" in must_run("serve", "--help")


def test_check_finds_everything_well(database, broker, tmp_path):
    result = run("check", env=environment(database.environment, broker.environment, SILAWARE_HOME=tmp_path))
    assert result.returncode == 0, result.stdout
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert set(lines) == {"database", "broker", "mail", "clock", "disk"}
    assert all(" ok " in line for line in lines.values())


def test_check_names_what_fails(tmp_path):
    result = run("check", env=environment(SILAWARE_HOME=tmp_path, DB_HOST="127.0.0.1", DB_PORT=free_port(),
                                          MQTT_HOST="127.0.0.1", MQTT_PORT=free_port(), MAIL_SERVER="127.0.0.1",
                                          MAIL_PORT=free_port()))
    assert result.returncode == 1
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    for name in ("database", "broker", "mail"):
        assert "FAILED" in lines[name]
    assert "Connection refused" in lines["broker"]
    assert " ok " in lines["disk"]


def test_check_signs_in_at_the_mail_server(database, tmp_path):
    with MailSink("--user", "mailer", "--password", "s3cret") as sink:
        settings = environment(database.environment, sink.environment, SILAWARE_HOME=tmp_path, MAIL_USERNAME="mailer",
                               MQTT_PORT=free_port(), MAIL_PASSWORD="s3cret")
        [line] = [line for line in run("check", env=settings).stdout.splitlines() if line.startswith("mail")]
        assert " ok " in line and "signed in as mailer" in line
        settings["MAIL_PASSWORD"] = "wrong"
        [line] = [line for line in run("check", env=settings).stdout.splitlines() if line.startswith("mail")]
        assert "FAILED" in line and "535" in line and "wrong" not in line


def test_check_goes_on_where_there_can_be_no_home(tmp_path):
    (tmp_path / "file").write_text("")
    result = run("check", env=environment(SILAWARE_HOME=tmp_path / "file/home", DB_SOCKET=tmp_path / "no.sock",
                                          MQTT_PORT=free_port()))
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert set(lines) == {"database", "broker", "mail", "clock", "disk"}
    assert "FAILED" in lines["disk"] and "can't be used" in lines["disk"]


@pytest.mark.parametrize("command", ["serve", "ingest", "purge", "recompute"])
def test_a_database_that_was_never_migrated_is_refused(mariadb, broker, tmp_path, command):
    empty = FreshDatabase(mariadb, migrated=False)
    settings = environment(empty.environment, broker.environment, SILAWARE_HOME=tmp_path)
    result = run(command, env=settings)
    assert result.returncode == 1 and "silaware migrate" in result.stderr, result.stderr
    mariadb.rows(f"CREATE DATABASE {empty.name}", database=None)
    result = run(command, env=settings)
    assert result.returncode == 1 and "silaware migrate" in result.stderr, result.stderr
    empty.drop()


def test_check_names_the_command_that_makes_the_database(mariadb, broker, tmp_path):
    empty = FreshDatabase(mariadb, migrated=False)
    result = run("check", env=environment(empty.environment, broker.environment, SILAWARE_HOME=tmp_path))
    assert result.returncode == 1
    [line] = [line for line in result.stdout.splitlines() if line.startswith("database")]
    assert "FAILED" in line and "silaware migrate" in line


@pytest.mark.parametrize("command", ["serve", "ingest"])
def test_a_database_older_or_newer_than_the_program_is_refused(mariadb, broker, tmp_path, command):
    database = FreshDatabase(mariadb)
    settings = environment(database.environment, broker.environment, SILAWARE_HOME=tmp_path)
    newest = database.value("SELECT MAX(number) FROM schema_migrations")
    database.rows("INSERT INTO schema_migrations (number, name) VALUES (9999, 'from_the_future')")
    result = run(command, env=settings)
    assert result.returncode == 1 and "newer" in result.stderr, result.stderr
    for arguments in (["migrate"], ["migrate", "--dry-run"]):
        result = run(*arguments, env=settings)
        assert result.returncode == 1 and "9999" in result.stderr, result.stderr
    database.rows("DELETE FROM schema_migrations WHERE number = 9999")
    database.rows("DELETE FROM schema_migrations WHERE number = %s", newest)
    result = run(command, env=settings)
    assert result.returncode == 1 and "silaware migrate" in result.stderr, result.stderr
    database.drop()


def test_migrate_says_what_it_would_do_does_it_once_and_can_run_again(mariadb):
    database = FreshDatabase(mariadb, migrated=False)
    settings = environment(database.environment)
    assert "would create" in must_run("migrate", "--dry-run", env=settings)
    assert (database.name,) not in mariadb.rows("SHOW DATABASES", database=None)
    assert "created the database" in must_run("migrate", env=settings)
    again = must_run("migrate", env=settings)
    assert "migrating:" not in again
    assert "nothing to do" in must_run("migrate", "--dry-run", env=settings)
    database.drop()


def test_two_migrations_at_once_harm_nothing(mariadb):
    database = FreshDatabase(mariadb, migrated=False)
    both = [subprocess.Popen([BINARY, "migrate"], env=environment(database.environment), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    for process in both:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    versions = [row[0] for row in database.rows("SELECT number FROM schema_migrations")]
    assert len(versions) == len(set(versions))
    database.drop()


def test_accounts_are_made_and_passwords_reset(database, portal):
    from portal import Visitor
    settings = environment(database.environment)
    said = must_run("account", "create", "operator", "--email", "op@example.com", "--role", "user", env=settings)
    password = said.split("password of operator: ")[1].strip()
    Visitor(portal.url).login("operator", password)
    again = run("account", "create", "operator", "--email", "other@example.com", "--role", "user", env=settings)
    assert again.returncode == 1 and "user name" in again.stderr
    must_run("account", "reset-password", "operator", env=settings, text_in="a new password\n")
    Visitor(portal.url).login("operator", "a new password")
    assert run("account", "reset-password", "nobody", env=settings, text_in="a new password\n").returncode == 1
    short = run("account", "create", "shorty", "--email", "s@example.com", "--role", "user", env=settings, text_in="short\n")
    assert short.returncode == 1 and "password" in short.stderr
    wrong = run("account", "create", "no spaces", "--email", "s@example.com", "--role", "user", env=settings, text_in="")
    assert wrong.returncode == 1 and "username" in wrong.stderr


def test_commands_say_that_the_database_is_out_of_reach(tmp_path):
    settings = environment(SILAWARE_HOME=tmp_path, DB_SOCKET=tmp_path / "no.sock")
    for command in (["migrate"], ["purge"], ["account", "reset-password", "admin"]):
        result = run(*command, env=settings, text_in="long enough\n")
        assert result.returncode == 1 and "database" in result.stderr, result.stderr


def test_simulate_prints_what_was_sent_and_acknowledged(database, broker, ingest):
    before = ingest.metrics()["silaware_messages_stored_total"]
    said = must_run("simulate", "--devices", 5, "--rate", 100, "--seconds", 2, env=environment(broker.environment))
    assert "sent 200" in said and "acknowledged 200" in said
    wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == before + 200, 10, "200 stored messages")


def test_simulate_without_a_broker_fails(tmp_path):
    settings = environment(MQTT_HOST="127.0.0.1", MQTT_PORT=free_port())
    result = run("simulate", "--devices", 1, "--rate", 100, "--seconds", 1, env=settings)
    assert result.returncode == 1
    assert "sent 0" in result.stdout and "Connection refused" in result.stderr
    process = subprocess.Popen([BINARY, "simulate", "--seconds", "0"], env=settings, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    process.terminate()
    process.wait(5)


def test_localhost_with_a_port_of_its_own_is_this_machine_over_tcp(tmp_path):
    with MariaDB(port=free_port()) as server:
        server.rows("CREATE OR REPLACE USER root@'127.0.0.1'", database=None)
        server.rows("GRANT ALL ON *.* TO root@'127.0.0.1'", database=None)
        must_run("migrate", env=environment(DB_HOST="localhost", DB_PORT=server.port, SILAWARE_HOME=tmp_path))


def test_a_second_ingest_on_the_same_spool_refuses_and_says_why(database, broker, ingest):
    result = run("ingest", env={**ingest.environment(), "METRICS_PORT": "0"})
    assert result.returncode == 1
    assert str(ingest.process.pid) in result.stderr and "spool" in result.stderr
    assert ingest.process.poll() is None


def test_serve_refuses_a_port_that_is_taken(database, portal):
    result = run("serve", "--port", portal.port, env=environment(database.environment))
    assert result.returncode == 1 and str(portal.port) in result.stderr


def test_serve_listens_on_a_unix_socket(database, tmp_path):
    path = tmp_path / "portal.sock"
    with subprocess.Popen([BINARY, "serve", "--socket", path], env=environment(database.environment, SILAWARE_HOME=tmp_path),
                          stderr=subprocess.DEVNULL) as process:
        def answer():
            try:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.connect(str(path))
                    connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    return connection.recv(4096)
            except OSError:
                return None
        assert b" 200 " in wait_for(answer, 20, "an answer")
        process.terminate()
        assert process.wait(15) == 0


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_serve_and_ingest_end_with_0_within_ten_seconds(database, broker, sig):
    for process in (Serve(database), Ingest(database, broker)):
        with process:
            code, seconds = process.end(sig)
            assert code == 0 and seconds < 10


def test_serve_waits_for_a_database_that_is_late(tmp_path):
    server = MariaDB()
    database = FreshDatabase(server.start())
    server.stop()
    portal = Serve(database)
    portal.spawn()
    time.sleep(1)
    assert portal.process.poll() is None
    server.start()
    wait_for(portal.is_up, 20, "the portal")
    portal.remove()
    server.remove()


def test_the_kept_secret_is_for_its_owner_only(database, tmp_path):
    with Serve(database) as portal:
        mode = stat.S_IMODE(os.stat(portal.home / "secret_key").st_mode)
        assert mode & 0o077 == 0


def test_an_empty_kept_secret_is_refused(database, tmp_path):
    (tmp_path / "secret_key").write_text("\n")
    result = run("serve", "--port", free_port(), env=environment(database.environment, SILAWARE_HOME=tmp_path))
    assert result.returncode == 1
    assert "secret_key is empty" in result.stderr and "delete the file" in result.stderr, result.stderr
