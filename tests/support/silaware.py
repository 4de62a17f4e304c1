"""The real binary under test: its commands and its servers, each with a home folder of its own."""
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import requests

from servers import Server, free_port, port_open, wait_for

SOURCE = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SILAWARE_BINARY") or str(SOURCE / "build/dev/silaware")

# What a developer's own shell may have set must not reach the tests.
FOREIGN = re.compile(r"^(DB_|MQTT_|MAIL_|SILAWARE_HOME|SECRET_KEY|JWT_|SESSION_COOKIE|PASSWORD_STORAGE|SITE_|ENERGY_RATE|"
                     r"CURRENCY|CO2_|CYCLE_|RETENTION_|CLEANUP_|ALLOW_|PUBLIC_URL|TRUSTED_|METRICS_|SPOOL_|LOG_LEVEL|"
                     r"ADMIN_PASSWORD|PORT$)")


def environment(*parts, **settings):
    """This process's environment without any silaware setting, then `parts` (dictionaries), then `settings`."""
    result = {key: value for key, value in os.environ.items() if not FOREIGN.match(key)}
    for part in parts:
        result.update(part)
    result.update({key: str(value) for key, value in settings.items()})
    return result


def run(*arguments, env=None, timeout=60, text_in=None, **options):
    """Runs a command of the binary to its end."""
    return subprocess.run([BINARY, *map(str, arguments)], env=env or environment(), input=text_in, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          **({} if text_in is not None else {"stdin": subprocess.DEVNULL}), **options)


def must_run(*arguments, **options):
    result = run(*arguments, **options)
    assert result.returncode == 0, f"silaware {' '.join(map(str, arguments))}: {result.stdout}{result.stderr}"
    return result.stdout


class FreshDatabase:
    """A database of its own on a shared MariaDB, migrated by `silaware migrate` unless told otherwise."""
    count = 0

    def __init__(self, server, migrated=True):
        FreshDatabase.count += 1
        self.server = server
        self.name = f"silaware_{os.getpid()}_{FreshDatabase.count}"
        if migrated:
            must_run("migrate", env=environment(self.environment))

    @property
    def environment(self):
        return {**self.server.environment, "DB_NAME": self.name}

    def connect(self):
        return self.server.connect(self.name)

    def rows(self, sql, *parameters):
        return self.server.rows(sql, *parameters, database=self.name)

    def row(self, sql, *parameters):
        found = self.rows(sql, *parameters)
        assert len(found) == 1, f"{len(found)} rows: {sql}"
        return found[0]

    def value(self, sql, *parameters):
        return self.rows(sql, *parameters)[0][0]

    def create_account(self, name="admin", password="correct horse", role="admin"):
        must_run("account", "create", name, "--email", f"{name}@example.com", "--role", role,
                 env=environment(self.environment), text_in=password + "\n")

    def drop(self):
        self.server.rows(f"DROP DATABASE IF EXISTS `{self.name}`", database=None)


class Process(Server):
    """A long-running command of the binary. `parts`: what has an `environment` (database, broker), or dictionaries."""

    def __init__(self, name, *parts, home=None, **settings):
        super().__init__(name)
        self.parts = parts
        self.settings = settings
        self.home = Path(home) if home else self.folder / "home"
        self.user = None  # run as this user name

    def environment(self):
        parts = [part if isinstance(part, dict) else part.environment for part in self.parts]
        return environment(*parts, {"SILAWARE_HOME": str(self.home)}, **self.settings)

    def arguments(self):
        raise NotImplementedError

    def command(self):
        as_user = ["/usr/bin/setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups",
                   "--no-new-privs"] if self.user else []
        return [*as_user, BINARY, *map(str, self.arguments())]

    def spawn(self):
        """Starts it without waiting until it is up."""
        with open(self.folder / "log.txt", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment(), cwd=self.folder)
        return self

    def start(self, seconds=60):
        self.spawn()
        wait_for(self.check_up, seconds, f"start of {type(self).__name__}")
        return self

    def end(self, sig=signal.SIGTERM, seconds=15):
        """Sends the signal; answers (exit code, seconds it took)."""
        begin = time.monotonic()
        self.process.send_signal(sig)
        code = self.process.wait(seconds)
        return code, time.monotonic() - begin

    def kill_now(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def memory_mb(self, what="VmRSS"):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(what + ":"):
                return int(line.split()[1]) / 1024
        raise AssertionError(f"no {what}")


class Serve(Process):
    """`silaware serve` on a free loopback port."""

    def __init__(self, *parts, **settings):
        super().__init__("serve", *parts, **settings)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def arguments(self):
        return ["serve", "--port", self.port]

    def is_up(self):
        return port_open(self.port)


class Ingest(Process):
    """`silaware ingest`; up when it is connected to the broker (and the database, unless `wait_for_database` is off)."""

    def __init__(self, *parts, wait_for_database=True, **settings):
        super().__init__("ingest", *parts, **settings)
        self.wait_for_database = wait_for_database
        self.port = free_port()

    def environment(self):
        return {**super().environment(), "METRICS_PORT": str(self.port)}

    def arguments(self):
        return ["ingest"]

    def metrics(self):
        return read_metrics(f"http://127.0.0.1:{self.port}")

    def is_up(self):
        try:
            metrics = self.metrics()
        except requests.RequestException:
            return False
        ready = metrics["silaware_mqtt_connected"] == 1
        return ready and (metrics["silaware_database_reachable"] == 1 or not self.wait_for_database)


class Up(Process):
    """`silaware up` with private servers on free ports; up when the portal says it is well."""

    def __init__(self, *arguments, parts=(), **settings):
        super().__init__("up", *parts, **settings)
        self.extra = arguments
        self.port = free_port()
        self.mqtt_port = free_port()
        self.metrics_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def environment(self):
        return {"METRICS_PORT": str(self.metrics_port), **super().environment()}

    def arguments(self):
        return ["up", "--port", self.port, "--mqtt-port", self.mqtt_port, *self.extra]

    def is_up(self):
        try:
            health = requests.get(self.url + "/health", timeout=2)
            ingest = requests.get(f"http://127.0.0.1:{self.metrics_port}/health", timeout=2)
            return health.status_code == 200 and ingest.status_code == 200
        except requests.RequestException:
            return False

    def metrics(self):
        return read_metrics(f"http://127.0.0.1:{self.metrics_port}")

    @property
    def database_socket(self):
        return str(self.home / "mariadb/mariadb.sock")

    def rows(self, sql, *parameters):
        import pymysql
        with pymysql.connect(unix_socket=self.database_socket, user="root", database="rumahsakit", charset="utf8mb4",
                             autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return list(cursor.fetchall())

    def children(self):
        """{command line: pid} of its child processes."""
        pid = self.process.pid
        pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        found = {}
        for child in pids:
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            found[b" ".join(words).decode(errors="replace")] = int(child)
        return found


def read_metrics(url, **options):
    """/metrics as {name: value}; a name with labels keeps them."""
    response = requests.get(url + "/metrics", timeout=5, **options)
    response.raise_for_status()
    values = {}
    for line in response.text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            values[name] = float(value)
    return values


def assert_accounts_balance(metrics):
    received = metrics["silaware_messages_received_total"]
    parts = [metrics["silaware_messages_stored_total"], metrics["silaware_messages_duplicate_total"],
             metrics["silaware_messages_quarantined_total"], metrics["silaware_messages_spooled"]]
    assert received == sum(parts), f"received {received} != stored + duplicate + quarantined + spooled = {parts}"
    assert min(parts) >= 0, parts
