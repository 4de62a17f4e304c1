"""`silaware up`: the whole system on one machine, as root and as an ordinary user, through kills and restarts."""
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

import pymysql
import pytest
import requests
from portal import Visitor, bearer
from servers import free_port, wait_for
from silaware import BINARY, FreshDatabase, Up, assert_accounts_balance, environment, run
from telemetry import POWER, Device, mosquitto_pub, power

START = 120  # a first start installs a database


def password_in(log):
    return re.search(r"Its password:\s+(\S+)", log).group(1)


def gone(pids):
    return not any(Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
                   for pid in pids)


def test_the_first_start_prints_the_password_once_and_a_restart_keeps_everything():
    with Up() as up:
        password = password_in(up.log())
        visitor = Visitor(up.url).login("admin", password)
        mosquitto_pub(up.mqtt_port, POWER, power("0A:00:00:00:00:01", 100))
        wait_for(lambda: visitor.json("/login/summary/all_summary")["devices"], 5, "the reading")
        assert_accounts_balance(up.metrics())
        children = up.children()
        assert len(children) == 4
        code, seconds = up.end()
        assert code == 0 and seconds < 10
        assert gone(children.values())

        (up.folder / "log.txt").unlink()
        begin = time.monotonic()
        up.start(START)
        assert time.monotonic() - begin < 20
        assert "Its password" not in up.log()
        visitor = Visitor(up.url).login("admin", password)
        assert [device["uid"] for device in visitor.json("/login/summary/all_summary")["devices"]] == ["0A:00:00:00:00:01"]
        assert up.end(signal.SIGINT)[0] == 0


@pytest.fixture(scope="module")
def up():
    """One system for the tests that break it; each finds it well."""
    with Up(ADMIN_PASSWORD="chosen beforehand") as system:
        yield system


def test_admin_password_sets_the_first_password(up):
    assert "chosen beforehand" not in up.log() and "Its password" not in up.log()
    Visitor(up.url).login("admin", "chosen beforehand")


def test_a_second_one_on_the_same_home_is_refused(up):
    result = run("up", "--port", free_port(), "--mqtt-port", free_port(), env=up.environment())
    assert result.returncode == 1 and str(up.home) in result.stderr
    assert requests.get(up.url + "/health", timeout=5).status_code == 200


def test_other_commands_find_the_private_database_of_the_home(up):
    settings = environment(SILAWARE_HOME=up.home)
    result = run("account", "create", "fromcommand", "--email", "c@example.com", "--role", "user", env=settings)
    assert result.returncode == 0, result.stderr
    assert up.rows("SELECT COUNT(*) FROM accounts WHERE username = 'fromcommand'") == [(1,)]
    assert "private MariaDB" in run("config", env=settings).stdout
    result = run("account", "create", "other", "--email", "o@example.com", "--role", "user",
                 env={**settings, "DB_HOST": "127.0.0.1", "DB_PORT": str(free_port())})
    assert result.returncode == 1 and "can't be reached" in result.stderr


def test_a_portal_port_that_is_taken_is_named(up, tmp_path):
    result = run("up", "--port", up.port, "--mqtt-port", free_port(), env=environment(SILAWARE_HOME=tmp_path))
    assert result.returncode == 1 and f":{up.port}: Address already in use" in result.stderr and "--port" in result.stderr
    assert not (tmp_path / "mariadb").exists()
    with socket.socket() as hung:
        hung.bind(("127.0.0.1", 0))
        hung.listen(0)
        taken = hung.getsockname()[1]
        result = run("up", "--port", free_port(), "--mqtt-port", free_port(),
                     env=environment(SILAWARE_HOME=tmp_path, METRICS_PORT=taken))
    assert result.returncode == 1 and f"METRICS_PORT={taken}" in result.stderr


def test_an_address_that_is_not_this_machines_is_named(tmp_path):
    for options, named in ((["--host", "192.0.2.7"], "--host"), (["--mqtt-listen", "192.0.2.7"], "192.0.2.7")):
        result = run("up", "--port", free_port(), "--mqtt-port", free_port(), *options,
                     env=environment(SILAWARE_HOME=tmp_path, METRICS_PORT=free_port()), timeout=60)
        assert result.returncode == 1 and "Cannot assign requested address" in result.stderr and named in result.stderr


def test_a_home_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    result = run("up", env=environment(SILAWARE_HOME=tmp_path / "file" / "home"))
    assert result.returncode == 1 and f"SILAWARE_HOME={tmp_path}/file/home" in result.stderr


def test_a_home_may_have_a_blank_in_its_name():
    with tempfile.TemporaryDirectory(prefix="Rumah Sakit ") as folder, Up(home=Path(folder) / "var") as up:
        assert up.rows("SELECT COUNT(*) FROM power_monitoring") == [(0,)]


def test_a_broker_port_that_is_taken_is_named(up, mariadb):
    own = FreshDatabase(mariadb, migrated=False)
    other = Up(parts=(own,))
    other.mqtt_port = up.mqtt_port
    other.spawn()
    assert other.process.wait(START) == 1
    assert str(up.mqtt_port) in other.log()
    other.remove()
    own.drop()


def publish_until_killed(up, uid, victim, count=300):
    """Publishes numbered readings, kills `victim` (a pid) on the way, and answers the numbers the broker acknowledged."""
    acknowledged = []
    with Device(up.mqtt_port, client_id="meter") as device:
        for number in range(1, count + 1):
            sent = device.send(POWER, power(uid, number))
            if number == count // 2:
                os.kill(victim, signal.SIGKILL)
            try:
                sent.wait_for_publish(10)
            except RuntimeError:
                continue
            if sent.is_published():
                acknowledged.append(number)
    return acknowledged


def stored_numbers(up, uid):
    return sorted(row[0] for row in up.rows("SELECT energy FROM power_monitoring WHERE uid = %s", uid))


@pytest.mark.parametrize("name, uid", [(" ingest", "0A:00:00:00:01:01"), ("mariadbd", "0A:00:00:00:01:02"),
                                       (" serve", "0A:00:00:00:01:03")])
def test_a_child_that_dies_is_started_again_and_nothing_is_lost(up, name, uid):
    [victim] = [pid for line, pid in up.children().items() if name in line]
    acknowledged = publish_until_killed(up, uid, victim)
    assert len(acknowledged) == 300
    wait_for(up.is_up, 30, "the system to be well again")
    wait_for(lambda: up.metrics()["silaware_messages_spooled"] == 0, 30, "an empty spool")
    assert_accounts_balance(up.metrics())
    assert stored_numbers(up, uid) == acknowledged
    assert victim not in up.children().values()


def test_killed_as_a_whole_it_finds_its_feet_and_loses_nothing(up):
    uid = "0A:00:00:00:01:04"
    before = up.metrics()["silaware_messages_received_total"]
    with Device(up.mqtt_port, client_id="meter") as device:
        for number in range(1, 201):
            device.send(POWER, power(uid, number)).wait_for_publish(10)
    # What the broker acknowledged has to reach ingest before the broker dies with what it held in memory.
    wait_for(lambda: up.metrics()["silaware_messages_received_total"] == before + 200, 10, "200 received messages")
    children = list(up.children().values())
    up.kill_now()
    up.start(START)
    assert gone(children)
    wait_for(lambda: up.metrics()["silaware_messages_spooled"] == 0, 30, "an empty spool")
    assert stored_numbers(up, uid) == list(range(1, 201))


def test_the_private_database_keeps_its_temporary_tables_to_itself(up):
    # In a shared folder every other server that starts would delete them.
    assert up.rows("SELECT @@tmpdir")[0][0].startswith(str(up.home))


def test_children_left_by_a_kill_do_not_stand_in_the_way(up):
    [database] = [pid for line, pid in up.children().items() if "mariadbd" in line]
    os.kill(database, signal.SIGSTOP)  # deaf to the SIGTERM it gets when its parent dies
    up.kill_now()
    os.kill(database, signal.SIGCONT)
    up.start(START)


def test_frozen_children_are_stopped_together_in_time(up):
    children = up.children()
    for name in (" serve", " ingest"):
        [child] = [pid for line, pid in children.items() if name in line]
        os.kill(child, signal.SIGSTOP)
    code, seconds = up.end(seconds=40)
    assert code == 0 and seconds < 14  # eight for both, then the servers
    assert gone(children.values())
    up.start(START)


def test_a_demo_history_that_was_interrupted_goes_on_where_it_was():
    up = Up("--demo", RETENTION_MONTHS="1")

    def has_rows():
        try:
            return up.rows("SELECT COUNT(*) FROM power_monitoring")[0][0] > 0
        except pymysql.Error:
            return False

    try:
        up.spawn()
        wait_for(has_rows, START, "the first part")
        assert up.end(signal.SIGINT, 40)[0] == 0
        assert not (up.home / "demo_history_written").exists()
        up.start(300)
        [(rows, different)] = up.rows("SELECT COUNT(*), COUNT(DISTINCT uid, rtc) FROM power_monitoring")
        assert rows == different > 10_000
        assert up.rows("SELECT COUNT(*) - COUNT(DISTINCT mac_address, start) FROM utils") == [(0,)]
    finally:
        up.remove()


def test_an_own_database_and_broker_are_used_where_they_are_named(mariadb, broker):
    own = FreshDatabase(mariadb, migrated=False)
    own_up = Up(parts=(own, broker), ADMIN_PASSWORD="chosen beforehand")
    own_up.mqtt_port = broker.port
    with own_up:
        assert not (own_up.home / "mariadb").exists() and not (own_up.home / "mosquitto").exists()
        mosquitto_pub(broker.port, POWER, power("0A:00:00:00:00:03", 5))
        wait_for(lambda: own.value("SELECT COUNT(*) FROM power_monitoring") == 1, 10, "the row")
    own.drop()


@pytest.fixture
def ordinary_user(tmp_path):
    """A user without rights, and a folder that is the user's own."""
    if os.geteuid() != 0:
        pytest.skip("runs as an ordinary user already: the other tests show it")
    home = Path("/tmp") / f"silaware-user-{os.getpid()}"
    home.mkdir(mode=0o755)
    shutil.chown(home, 65534, 65534)
    yield 65534, home
    shutil.rmtree(home, ignore_errors=True)


def test_it_works_for_an_ordinary_user(ordinary_user):
    user, home = ordinary_user
    # The user may not be able to reach the build folder: the binary and what it needs go where it can.
    program = home / "silaware"
    program.mkdir()
    source = Path(BINARY).parent
    shutil.copy(BINARY, program / "silaware")
    for folder in ("templates", "static"):
        shutil.copytree(source / folder, program / folder)
    up = Up(home=home / "var")
    up.user = user
    up.command = lambda: ["/usr/bin/setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups",
                          str(program / "silaware"), *map(str, up.arguments())]
    shutil.chown(home, user, user)
    os.chmod(up.folder, 0o755)
    with up:
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in up.children().values()}
        assert owners == {user}
        mosquitto_pub(up.mqtt_port, POWER, power("0A:00:00:00:00:04", 5))
        headers = bearer(up.url, "admin", password_in(up.log()))
        wait_for(lambda: requests.get(up.url + "/login/summary/all_summary", headers=headers, timeout=5).json()["devices"],
                 10, "the reading")
        assert up.end()[0] == 0
