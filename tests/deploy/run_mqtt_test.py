"""run_mqtt.py: the launcher of the MQTT listeners, under nohup and from cron."""
import os
import shutil
import signal
import subprocess
import sys

import pytest
from processes import processes_in
from servers import wait_for
from silaware import BINARY, SOURCE, Serve, environment
from telemetry import POWER, mosquitto_pub, power


@pytest.fixture
def folder(tmp_path, database, broker):
    """As on a shared host: launcher, binary and a silaware.conf side by side; what runs there is stopped at the end."""
    shutil.copy(SOURCE / "run_mqtt.py", tmp_path)
    (tmp_path / "silaware").symlink_to(BINARY)
    settings = {**database.environment, **broker.environment}
    (tmp_path / "silaware.conf").write_text(
        "".join(f'{key.lower().replace("_", "-")} = "{value}"\n' for key, value in settings.items()))
    yield tmp_path
    for pid in processes_in(tmp_path, "ingest"):
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not processes_in(tmp_path, "ingest"), 15, "ingest to end")


def launch(folder, *arguments):
    """As cron does: from another working directory, without a terminal."""
    return subprocess.run([sys.executable, str(folder / "run_mqtt.py"), *arguments], cwd="/", env=environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)


def stored(database, uid):
    return database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = %s", uid)


def test_nohup_keeps_the_listeners_after_the_shell_has_gone(folder, database, broker):
    subprocess.run(f"nohup {sys.executable} run_mqtt.py > mqtt.log 2>&1 &", shell=True, cwd=folder, env=environment(),
                   check=True)
    (pid,) = wait_for(lambda: processes_in(folder, "ingest"), 15, "ingest to run")
    assert os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(BINARY), "no Python stays in the way"
    wait_for(lambda: "connected" in (folder / "mqtt.log").read_text(), 15, "the connection")
    mosquitto_pub(broker.port, POWER, power("AA:00:00:00:00:01", 5))
    wait_for(lambda: stored(database, "AA:00:00:00:00:01") == 1, 15, "the reading")


def test_the_watchdog_starts_what_does_not_run_and_is_silent_else(folder):
    first = launch(folder, "--watchdog")
    assert (first.returncode, first.stdout) == (0, "")
    (pid,) = processes_in(folder, "ingest")
    assert os.getsid(pid) == pid, "a session of its own"
    for _ in range(3):
        again = launch(folder, "--watchdog")
        assert (again.returncode, again.stdout) == (0, "")
    assert processes_in(folder, "ingest") == [pid]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not processes_in(folder, "ingest"), 5, "the kill")
    assert launch(folder, "--watchdog").returncode == 0
    assert len(processes_in(folder, "ingest")) == 1


def test_the_watchdog_tells_cron_why_it_can_not_start(folder):
    with open(folder / "silaware.conf", "a") as config:
        config.write("retention-months = 0\n")
    failed = launch(folder, "--watchdog")
    assert failed.returncode != 0 and "RETENTION_MONTHS" in failed.stdout
    assert "Traceback" not in failed.stdout


def test_a_second_one_refuses_and_says_who_is_there(folder):
    launch(folder, "--watchdog")
    (pid,) = processes_in(folder, "ingest")
    second = launch(folder)
    assert second.returncode == 1 and str(pid) in second.stdout


def test_the_listeners_go_on_when_the_web_tier_stops(folder, database, broker):
    launch(folder, "--watchdog")
    with Serve(database):
        pass
    mosquitto_pub(broker.port, POWER, power("AA:00:00:00:00:02", 5))
    wait_for(lambda: stored(database, "AA:00:00:00:00:02") == 1, 15, "the reading")
