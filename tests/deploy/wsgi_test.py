"""passenger_wsgi.application in WSGI servers that are not Passenger: a bridge to one shared `silaware serve`."""
import os
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from portal import Visitor, bearer
from processes import processes_in
from servers import Server, free_port, port_open, wait_for
from silaware import BINARY, SOURCE, environment

HOST = """
import socketserver, sys
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer, make_server
from passenger_wsgi import application

threads = sys.argv[2] == "threads"
ServerHandler.wsgi_multithread = threads

class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass
    def get_environ(self):
        return {**super().get_environ(), "HTTP_HOST": self.headers["Host"]}
    def handle(self):
        self.raw_requestline = self.rfile.readline(65537)
        if self.parse_request():
            handler = ServerHandler(self.rfile, self.wfile, self.get_stderr(), self.get_environ(), multithread=threads)
            handler.request_handler = self
            handler.run(self.server.get_app())

class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

make_server("127.0.0.1", int(sys.argv[1]), application, Threaded if threads else WSGIServer, Handler).serve_forever()
"""


class WsgiHost(Server):
    """wsgiref's server with `application`, as one worker process of a web application in `app`."""

    def __init__(self, app, database, mode="threads", **settings):
        super().__init__("wsgi")
        self.app = app
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mode = mode
        self.variables = environment(database.environment, SESSION_COOKIE_SECURE="false", SILAWARE_HOME="home", **settings)

    def command(self):
        (self.folder / "host.py").write_text(HOST)
        variables = [f"{key}={value}" for key, value in {**self.variables, "PYTHONPATH": str(self.app)}.items()]
        return ["/usr/bin/env", "-i", *variables, sys.executable, "-B", str(self.folder / "host.py"), str(self.port),
                self.mode]

    def is_up(self):
        return port_open(self.port)


@pytest.fixture
def app():
    folder = Path(tempfile.mkdtemp(prefix="silaware-app-"))
    shutil.copy(SOURCE / "passenger_wsgi.py", folder)
    (folder / "silaware").symlink_to(BINARY)
    (folder / "tmp").mkdir()
    yield folder
    wait_for(lambda: not processes_in(folder, "serve"), 15, "the portal to end with its last worker")
    shutil.rmtree(folder)


def portals(app):
    return processes_in(app, "serve", "--socket")


def test_pages_json_exports_and_refusals_pass_unchanged(app, database):
    with WsgiHost(app, database) as host:
        admin = Visitor(host.url).login()
        assert admin.json("/login/summary/all_summary")["devices"] == []
        assert admin.get("/login/report/excel").content[:2] == b"PK"
        assert admin.get("/login/report/json", params={"from": "2026-01-01", "mac": "a b&c"}).status_code < 500
        assert admin.get("/login/nothing%20at%2fall", headers={"Accept": "application/json"}).status_code == 404
        assert admin.head("/login/summary").status_code == 200
        page = admin.get("/login/summary")
        assert page.headers["X-Frame-Options"] == "SAMEORIGIN" and "no-store" in page.headers["Cache-Control"]
        too_large = admin.post("/login/devices", data=b"x" * (3 << 20), headers={"Content-Type": "application/json"})
        assert too_large.status_code == 413
        assert requests.get(host.url + "/login/devices/json", headers=bearer(host.url), timeout=20).status_code == 200


def test_requests_run_side_by_side_and_so_does_a_live_stream(app, database):
    with WsgiHost(app, database) as host:
        admin = Visitor(host.url).login()
        with admin.get("/login/live", stream=True, headers={"Accept": "text/event-stream"}) as stream:
            assert stream.status_code == 200
            assert next(stream.iter_content(1))
            with ThreadPoolExecutor(10) as pool:
                assert set(pool.map(lambda _: admin.get("/health").status_code, range(100))) == {200}


def test_without_threads_the_live_stream_is_refused_so_that_pages_poll(app, database):
    with WsgiHost(app, database, mode="one") as host:
        admin = Visitor(host.url).login()
        assert admin.get("/login/live").status_code == 503
        assert admin.json("/login/summary/all_summary")["devices"] == []


def test_workers_share_one_portal_which_ends_with_the_last(app, database):
    with WsgiHost(app, database) as first, WsgiHost(app, database) as second:
        with ThreadPoolExecutor(8) as pool:
            codes = pool.map(lambda i: requests.get((first, second)[i % 2].url + "/health", timeout=30).status_code, range(40))
            assert set(codes) == {200}
        portal = portals(app)
        assert len(portal) == 1
        first.stop(signal.SIGKILL)
        assert requests.get(second.url + "/health", timeout=10).status_code == 200
        assert portals(app) == portal
    wait_for(lambda: not portals(app), 12, "the portal to end")


def test_a_portal_that_dies_is_started_again(app, database):
    with WsgiHost(app, database) as host:
        admin = Visitor(host.url).login()
        for _ in range(3):
            (portal,) = portals(app)
            os.kill(portal, signal.SIGKILL)
            assert admin.get("/login/summary/all_summary").status_code == 200
            assert portals(app) != [portal]


def test_touching_restart_txt_brings_a_new_portal(app, database):
    with WsgiHost(app, database) as host:
        admin = Visitor(host.url).login()
        before = portals(app)
        (app / "tmp/restart.txt").touch()
        assert admin.get("/login/summary/all_summary").status_code == 200
        wait_for(lambda: len(portals(app)) == 1 and portals(app) != before, 12, "the old portal to end")


def test_the_clients_address_and_scheme_reach_the_portal(app, database):
    with WsgiHost(app, database) as host:
        proxied = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"}
        answer = requests.post(host.url + "/login", json={"username": "nobody", "password": "wrong password"},
                               headers=proxied, timeout=20)
        assert answer.status_code == 401
        assert "Strict-Transport-Security" in answer.headers
        assert database.value("SELECT COUNT(*) FROM audit_log WHERE address = '203.0.113.9'") > 0


def test_an_unusable_database_is_a_503_with_the_reason_in_the_log(app, database):
    class Nowhere:
        environment = {**database.environment, "DB_NAME": "nowhere"}
    with WsgiHost(app, Nowhere) as host:
        answer = requests.get(host.url + "/login", timeout=40)
        assert answer.status_code == 503 and "Retry-After" in answer.headers
        assert "silaware migrate" in "".join(log.read_text() for log in (app / "tmp/portal").glob("*.log"))
        assert "exit code 1" in host.log()


def test_a_portal_that_waits_for_its_database_ends_with_its_workers_too(app, database):
    class Away:
        environment = {**database.environment, "DB_SOCKET": str(app / "nothing.sock")}
    with WsgiHost(app, Away) as host:
        assert requests.get(host.url + "/login", timeout=40).status_code == 503
        assert len(portals(app)) == 1
    wait_for(lambda: not portals(app), 12, "the portal to end")
