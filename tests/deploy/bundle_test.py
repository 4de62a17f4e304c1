"""The bundle on hosts with nothing installed: an empty folder as root, and an older Debian where it can be had."""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
import requests
from debian_root import debian_root
from portal import Visitor
from processes import processes_in
from servers import Server, free_port, wait_for
from silaware import SOURCE, environment
from telemetry import POWER, mosquitto_pub, power

BUILD = Path(os.environ.get("SILAWARE_BUILD") or SOURCE / "build/release")
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")


@pytest.fixture(scope="session")
def archive():
    subprocess.run(["cmake", "--build", str(BUILD), "--target", "bundle"], check=True, stdout=subprocess.DEVNULL)
    (found,) = BUILD.glob("silaware-*-x86_64.tar.gz")
    return found


@pytest.fixture(scope="module")
def unpacked(archive):
    folder = Path(tempfile.mkdtemp(prefix="silaware-bundle-"))
    os.chmod(folder, 0o755)
    with tarfile.open(archive) as tar:
        tar.extractall(folder)
    (root,) = folder.iterdir()
    yield root
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def empty_root(unpacked, mariadb):
    """A root with nothing in it but the bundle, an empty /tmp, and a hard link to the database's socket."""
    root = Path(tempfile.mkdtemp(prefix="silaware-chroot-"))
    (root / "tmp").mkdir()
    shutil.copytree(unpacked, root / "silaware", symlinks=True)
    os.link(mariadb.socket, root / "tmp/db.sock")
    yield root
    shutil.rmtree(root)


def test_it_is_small_and_holds_what_a_host_may_lack(archive, unpacked):
    assert archive.stat().st_size < 60e6
    for name in ("silaware", "lib/silaware", "lib/ld-linux-x86-64.so.2", "lib/libc.so.6", "templates/layout.tpl",
                 "static/manifest.json", "share/zoneinfo/Asia/Jakarta", "share/ca-certificates.crt", "passenger_wsgi.py",
                 "run_mqtt.py", "LICENSE", "docs/deploy-cpanel.md", "share/licenses/libmariadb3"):
        assert (unpacked / name).exists(), name


def test_the_same_sources_give_the_same_bytes(archive):
    before = archive.read_bytes()
    subprocess.run(["cmake", "--build", str(BUILD), "--target", "bundle"], check=True, stdout=subprocess.DEVNULL)
    assert archive.read_bytes() == before


def test_only_its_own_libraries_are_loaded(unpacked):
    process = subprocess.run([unpacked / "silaware", "--version"], env={"LD_DEBUG": "libs"}, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=True)
    assert process.stdout.startswith("silaware ")
    used = [line.split("calling init: ")[1] for line in process.stderr.splitlines() if "calling init: " in line]
    assert used and all(path.startswith(str(unpacked)) for path in used), used


class InRoot(Server):
    """The bundle's portal inside an empty root."""

    def __init__(self, root, database, program="/silaware/silaware"):
        super().__init__("chroot")
        self.root = root
        self.program = program
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"DB_SOCKET": "/tmp/db.sock", "DB_NAME": database.name, "SILAWARE_HOME": "/tmp/home",
                         "SESSION_COOKIE_SECURE": "false"}

    def command(self):
        variables = [f"{key}={value}" for key, value in self.settings.items()]
        return ["/usr/bin/env", "-i", *variables, "/usr/sbin/chroot", str(self.root), self.program, "serve", "--port",
                str(self.port)]

    def is_up(self):
        try:
            return requests.get(self.url + "/health", timeout=2).status_code == 200
        except requests.RequestException:
            return False


@ROOT_ONLY
def test_the_portal_runs_where_there_is_nothing_at_all(empty_root, database):
    with InRoot(empty_root, database) as portal:
        admin = Visitor(portal.url).login()
        assert admin.json("/login/summary/all_summary")["devices"] == []
        assert admin.get("/login/report/csv").status_code == 200


@ROOT_ONLY
def test_every_time_zone_is_known_without_the_hosts_zone_files(empty_root):
    for zone, allowed in (("Asia/Jakarta", True), ("America/New_York", True), ("Nowhere/Land", False)):
        run = subprocess.run(["/usr/sbin/chroot", str(empty_root), "/silaware/silaware", "config", "--site-timezone", zone],
                             env={}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert (run.returncode == 0) == allowed, run.stdout


def test_its_launchers_find_it(unpacked, database, broker):
    run = subprocess.run([sys.executable, unpacked / "run_mqtt.py", "--watchdog"], cwd="/", stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True,
                         env=environment(database.environment, broker.environment, SILAWARE_HOME=unpacked / "home"))
    assert (run.returncode, run.stdout) == (0, "")
    (pid,) = processes_in(unpacked, "ingest")
    try:
        mosquitto_pub(broker.port, POWER, power("BB:00:00:00:00:01", 1))
        wait_for(lambda: database.value("SELECT COUNT(*) FROM power_monitoring WHERE uid = 'BB:00:00:00:00:01'") == 1, 15,
                 "the reading")
    finally:
        os.kill(pid, 15)
        wait_for(lambda: not processes_in(unpacked, "ingest"), 15, "ingest to end")


@pytest.fixture(scope="module")
def older_debian(unpacked):
    for root in debian_root("bullseye", "SILAWARE_OLD_ROOT"):
        target = root.folder / "opt/silaware"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(unpacked, target, symlinks=True)
        yield root
        shutil.rmtree(target)


def test_it_runs_on_an_older_debian(older_debian, mariadb, database):
    assert "2.31" in older_debian.run("ldd --version").stdout
    assert older_debian.run("/opt/silaware/silaware --version").stdout.startswith("silaware ")
    link = older_debian.folder / "tmp/db.sock"
    os.link(mariadb.socket, link)
    try:
        with InRoot(older_debian.folder, database, "/opt/silaware/silaware") as portal:
            summary = Visitor(portal.url).login().json("/login/summary/all_summary")
            assert summary["currency"] == "IDR" and "devices" in summary
    finally:
        link.unlink()
