"""The portal under Debian's Apache with mod_passenger: one process of ours, no Python in the way of a request."""
import os
import pwd
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from portal import Visitor, bearer
from processes import processes_in
from servers import Server, free_port, port_open, wait_for
from silaware import BINARY, SOURCE

pytestmark = pytest.mark.skipif(not Path("/usr/lib/apache2/modules/mod_passenger.so").exists(),
                                reason="libapache2-mod-passenger is not installed")
IDLE_SECONDS = 3

CONFIG = """
ServerRoot "{folder}"
ServerName localhost
Listen 127.0.0.1:{port}
PidFile "{folder}/apache.pid"
DefaultRuntimeDir "{folder}"
ErrorLog "{folder}/error.log"
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule env_module /usr/lib/apache2/modules/mod_env.so
LoadModule passenger_module /usr/lib/apache2/modules/mod_passenger.so
{user}
PassengerRoot /usr/lib/ruby/vendor_ruby/phusion_passenger/locations.ini
PassengerInstanceRegistryDir "{folder}"
PassengerPython /usr/bin/python3
PassengerPoolIdleTime {idle}
PassengerStatThrottleRate 0
<VirtualHost 127.0.0.1:{port}>
    DocumentRoot "{app}/public"
    PassengerAppRoot "{app}"
    PassengerMinInstances 0
{variables}
    <Directory "{app}/public">
        Require all granted
    </Directory>
</VirtualHost>
"""


class Apache(Server):
    """Apache with Passenger, and an application folder as cPanel makes it; as root the application runs as www-data."""

    def __init__(self, variables):
        super().__init__("apache")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.app = self.folder / "app"
        self.variables = variables

    def command(self):
        for part in ("public", "tmp", "home"):
            (self.app / part).mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / "passenger_wsgi.py", self.app)
        (self.app / "silaware").symlink_to(BINARY)
        variables = "".join(f'    SetEnv {key} "{value}"\n' for key, value in self.variables.items())
        (self.folder / "apache.conf").write_text(CONFIG.format(
            folder=self.folder, port=self.port, app=self.app, variables=variables, idle=IDLE_SECONDS,
            user="User www-data\nGroup www-data" if os.geteuid() == 0 else ""))
        if os.geteuid() == 0:
            os.chmod(self.folder, 0o755)
            about = pwd.getpwnam("www-data")
            for path in [self.app, *self.app.rglob("*")]:
                os.chown(path, about.pw_uid, about.pw_gid, follow_symlinks=False)
        return ["/usr/sbin/apache2", "-f", str(self.folder / "apache.conf"), "-D", "FOREGROUND"]

    def is_up(self):
        return port_open(self.port)

    def log(self):
        return super().log() + (self.folder / "error.log").read_text(errors="replace")

    def processes(self):
        return processes_in(self.app, "serve", "--passenger")


@pytest.fixture(scope="module")
def apache(database):
    with Apache({**database.environment, "SILAWARE_HOME": "home", "SESSION_COOKIE_SECURE": "false"}) as server:
        yield server


@pytest.fixture
def admin(apache):
    return Visitor(apache.url).login()


def test_pages_json_and_exports_work_behind_passenger(apache, admin):
    assert admin.get("/login/summary").status_code == 200
    assert admin.json("/login/summary/all_summary")["devices"] == []
    sheet = admin.get("/login/report/excel")
    assert sheet.status_code == 200 and sheet.content[:2] == b"PK"
    text = admin.get("/login/report/csv")
    assert text.status_code == 200 and "mac_address" in text.text.lower().replace(" ", "_")
    assert admin.get("/login/nothing", headers={"Accept": "application/json"}).status_code == 404
    assert requests.get(apache.url + "/login/devices/json", headers=bearer(apache.url), timeout=20).status_code == 200


def test_one_process_answers_many_requests_at_once(apache, admin):
    def ask(_):
        return admin.get("/login/summary/all_summary").status_code
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, range(200))) == {200}
    assert len(apache.processes()) == 1


def test_a_live_stream_and_other_requests_go_side_by_side(apache, admin):
    with admin.get("/login/live", stream=True, headers={"Accept": "text/event-stream"}) as stream:
        assert stream.status_code == 200
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert admin.get("/health").status_code == 200
        assert next(stream.iter_content(1))
    assert len(apache.processes()) == 1


def test_touching_restart_txt_starts_a_new_process(apache, admin):
    assert admin.get("/health").status_code == 200
    before = apache.processes()
    time.sleep(1.1)  # Passenger compares whole seconds
    (apache.app / "tmp/restart.txt").touch()
    assert admin.get("/health").status_code == 200
    assert set(apache.processes()) - set(before)
    assert admin.json("/login/summary/all_summary"), "the session outlives the process"
    # A stream whose reader has gone is noticed at the next heartbeat, 15 s later; so long the old process stays.
    wait_for(lambda: not set(apache.processes()) & set(before), 40, "the old process to end")


def test_a_culled_idle_process_comes_back_with_the_next_request(apache, admin):
    assert admin.get("/health").status_code == 200
    wait_for(lambda: not apache.processes(), 8 * IDLE_SECONDS, "the idle process to be stopped")
    assert admin.json("/login/summary/all_summary")["devices"] == []
    assert len(apache.processes()) == 1


def test_no_mqtt_listener_is_started(apache, admin):
    assert admin.get("/health").status_code == 200
    assert processes_in(apache.app, "ingest") == []


def test_a_start_that_fails_says_why_in_the_log(mariadb):
    with Apache({**mariadb.environment, "DB_NAME": "nowhere", "SILAWARE_HOME": "home"}) as server:
        assert requests.get(server.url + "/login", timeout=60).status_code >= 500
        assert "silaware migrate" in server.log()
