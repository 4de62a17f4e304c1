"""Private servers for tests: each on its own free port or socket in a temporary folder, stopped by pid."""
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def free_port():
    """A port that nobody uses, from below those that the kernel gives to outgoing connections: one of these may take
    a port of that range before its server listens, or while it is down."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_for(condition, seconds=30, what="condition"):
    """The condition's first true value; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true within {seconds} s")


def port_open(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), timeout=0.5).close()
        return True
    except OSError:
        return False


class Server:
    """A child process in a folder of its own. Subclasses say what to run and when it is up."""

    def __init__(self, name):
        self.folder = Path(tempfile.mkdtemp(prefix=f"silaware-{name}-"))
        self.process = None

    def command(self):
        raise NotImplementedError

    def is_up(self):
        raise NotImplementedError

    def start(self):
        log = open(self.folder / "log.txt", "ab")
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        wait_for(self.check_up, 60, f"start of {type(self).__name__}")
        return self

    def check_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{type(self).__name__} ended at once:\n" + self.log())
        return self.is_up()

    def log(self):
        return (self.folder / "log.txt").read_text(errors="replace")

    def stop(self, sig=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self):
        self.stop(signal.SIGKILL)

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_):
        self.remove()


class MariaDB(Server):
    """MariaDB on a Unix socket; without the durability that a throw-away database does not need."""

    def __init__(self, durable=False, port=None, options=()):
        super().__init__("mariadb")
        self.options = options
        self.durable = durable
        self.port = port
        self.socket = str(self.folder / "db.sock")
        self.data = self.folder / "data"

    def command(self):
        user = ["--user=root"] if os.geteuid() == 0 else []
        # A server that starts deletes the temporary tables of others in a shared folder.
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        if not self.data.exists():
            subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
                            "--auth-root-authentication-method=normal", *user],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                           env={**os.environ, "TMPDIR": str(temporary)})
        flush = "1" if self.durable else "0"
        network = [f"--port={self.port}", "--bind-address=127.0.0.1"] if self.port else ["--skip-networking"]
        return ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.data}", f"--tmpdir={temporary}",
                f"--socket={self.socket}", *user,
                f"--pid-file={self.folder}/pid", f"--innodb-flush-log-at-trx-commit={flush}",
                "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=128M", "--innodb-adaptive-hash-index=ON",
                "--skip-log-bin",
                "--character-set-server=utf8mb4", *network, *self.options]

    def is_up(self):
        import pymysql
        try:
            self.connect(database=None).close()
            return True
        except pymysql.MySQLError:
            return False

    def connect(self, database="rumahsakit"):
        import pymysql
        return pymysql.connect(unix_socket=self.socket, user="root", database=database, charset="utf8mb4",
                               autocommit=True, init_command="SET time_zone='+00:00'")

    def rows(self, sql, *parameters, database="rumahsakit"):
        with self.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return list(cursor.fetchall())

    def value(self, sql, *parameters):
        return self.rows(sql, *parameters)[0][0]

    @property
    def environment(self):
        return {"DB_SOCKET": self.socket, "DB_USER": "root", "DB_PASSWORD": ""}


class Mosquitto(Server):
    """mosquitto on a free loopback port, with its default settings but for persistence and anonymous clients."""

    def __init__(self, extra=""):
        super().__init__("mosquitto")
        self.port = free_port()
        self.extra = extra

    def command(self):
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {self.folder}/\nautosave_interval 1\n"
            + (f"user root\n" if os.geteuid() == 0 else "") + self.extra)
        return ["/usr/sbin/mosquitto", "-c", str(self.folder / "mosquitto.conf")]

    def is_up(self):
        return port_open(self.port)

    def save(self, part):
        """Lets it write its state to disk now, until `part`, a text of it, is there."""
        state = self.folder / "mosquitto.db"

        def saved():
            self.process.send_signal(signal.SIGUSR1)
            return state.exists() and part.encode() in state.read_bytes()
        wait_for(saved, 10, f"mosquitto to save {part}")

    @property
    def environment(self):
        return {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(self.port)}
