#!/usr/bin/python3
"""run.py [NODE ARGUMENTS …]: the browser tests, or a given script, against portals of their own.

Starts one portal with a month of demo data (BASE_URL, MQTT_PORT) and one without any (EMPTY_URL); their administrator
is in ADMIN_USER and ADMIN_PASSWORD. SILAWARE_BINARY names the program.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from servers import free_port  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PASSWORD = "browser-tests-1"


class Portal:
    def __init__(self, *options):
        self.home = tempfile.TemporaryDirectory(prefix="silaware-browser-")
        self.port, self.mqtt_port = free_port(), free_port()
        environment = {**os.environ, "ADMIN_PASSWORD": PASSWORD, "SILAWARE_HOME": self.home.name,
                       "RETENTION_MONTHS": "1"}
        self.log = open(Path(self.home.name) / "up.log", "wb")
        self.process = subprocess.Popen(
            [os.environ["SILAWARE_BINARY"], "up", *options, "--port", str(self.port), "--mqtt-port",
             str(self.mqtt_port)], env=environment, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def wait(self, seconds=300):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return urllib.request.urlopen(self.url + "/health", timeout=2).close()
            except (OSError, urllib.error.URLError):
                time.sleep(0.3)
        sys.exit("the portal did not start:\n" + Path(self.log.name).read_text(errors="replace"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.log.close()
        self.home.cleanup()


def main():
    scripts = sys.argv[1:] or ["--test", "--test-concurrency=1", *map(str, sorted(HERE.glob("*.test.mjs")))]
    demo, empty = Portal("--demo"), Portal()
    try:
        demo.wait()
        empty.wait()
        environment = {**os.environ, "BASE_URL": demo.url, "EMPTY_URL": empty.url, "MQTT_PORT": str(demo.mqtt_port),
                       "EMPTY_MQTT_PORT": str(empty.mqtt_port), "ADMIN_USER": "admin", "ADMIN_PASSWORD": PASSWORD}
        return subprocess.call(["node", *scripts], env=environment, cwd=ROOT)
    finally:
        empty.stop()
        demo.stop()


if __name__ == "__main__":
    sys.exit(main())
