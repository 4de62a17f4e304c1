#!/usr/bin/env python3
"""Three Galera nodes, a broker, two ingest processes and two portals on one machine: scaling out, to try and to learn.

    deploy/galera/cluster.py [--home FOLDER] [--demo-load]

Starts everything on free loopback ports, prints where it is, and stops it with Ctrl-C. What is written stays in the
folder (default ./var/galera), so that a second start goes on where the first ended. On real machines the same
settings stand in three my.cnf files: docs/scale-out.md. Needs mariadb-server, galera-4, rsync and mosquitto.
"""
import argparse
import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
GALERA = "/usr/lib/galera/libgalera_smm.so"
START_SECONDS = 120
STOP_SECONDS = 30


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_ports(count):
    """Different ports that nobody uses, from below those that the kernel gives to outgoing connections: it may be a
    minute until the last of them is listened on, and after a kill one must still be there."""
    return list(itertools.islice(filter(is_free, random.sample(range(20000, 32000), 12000)), count))


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def as_root(*options):
    return list(options) if os.geteuid() == 0 else []


class Process:
    """A program with its own folder and log that can be stopped, killed and started again."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def is_up(self):
        raise NotImplementedError

    def log(self):
        return (self.folder / "log.txt").read_text(errors="replace")

    def launch(self):
        with open(self.folder / "log.txt", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment(), cwd=self.folder)
        return self

    def start(self):
        self.launch()
        return self.wait_until_up()

    def wait_until_up(self):
        end = time.monotonic() + START_SECONDS
        while not self.is_up():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended at its start; {self.folder}/log.txt ends:\n{self.log()[-2000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} is not up after {START_SECONDS} s; see {self.folder}/log.txt")
            time.sleep(0.1)
        return self

    def stop(self, sig=signal.SIGTERM):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(sig)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self):
        self.stop(signal.SIGKILL)


class Node(Process):
    """One MariaDB with Galera. `ports`: SQL, replication, incremental and full state transfer."""

    def __init__(self, number, folder, ports, members):
        super().__init__(f"node{number}", folder)
        self.port, self.group_port, self.ist_port, self.sst_port = ports
        self.members = members
        self.bootstrap = False
        self.socket = self.folder / "db.sock"
        self.data = self.folder / "data"
        # Its own: a server that starts deletes what others have in a folder for temporary tables.
        self.temporary = self.folder / "tmp"

    def base_command(self):
        # Not as root: rsync, which copies a node's data to one that joins, would give up its rights to the files.
        return ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.data}",
                f"--tmpdir={self.temporary}", *as_root("--user=mysql")]

    def install(self):
        self.temporary.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "mysql", "mysql")
            shutil.chown(self.temporary, "mysql", "mysql")
        if self.data.exists():
            return
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
                        "--auth-root-authentication-method=normal", *as_root("--user=mysql")], check=True,
                       env={**os.environ, "TMPDIR": str(self.temporary)},
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def position(self):
        """uuid:seqno up to which this node has everything, from InnoDB itself: right after a crash, too."""
        if not (self.data / "grastate.dat").exists():
            return None
        run = subprocess.run([*self.base_command(), "--wsrep-recover", "--wsrep_on=ON", f"--wsrep_provider={GALERA}",
                              "--skip-networking", f"--socket={self.socket}"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        found = re.search(r"Recovered position:\s*(\S+:-?\d+)", run.stdout)
        return found.group(1) if found else None

    def command(self):
        options = ";".join([
            f"base_port={self.group_port}", f"gmcast.listen_addr=tcp://127.0.0.1:{self.group_port}",
            f"ist.recv_addr=127.0.0.1:{self.ist_port}", "gcache.size=128M",
            # A dead node is given up after two seconds; the defaults suit wide-area networks.
            "evs.keepalive_period=PT0.5S", "evs.suspect_timeout=PT2S", "evs.inactive_timeout=PT4S",
            "evs.inactive_check_period=PT0.5S"])
        position = self.position()
        return [
            *self.base_command(), f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
            f"--pid-file={self.folder}/pid", "--wsrep_on=ON", f"--wsrep_provider={GALERA}",
            f"--wsrep_provider_options={options}", "--wsrep_cluster_name=silaware",
            "--wsrep_cluster_address=gcomm://" + ",".join(self.members), f"--wsrep_node_name={self.name}",
            f"--wsrep_node_address=127.0.0.1:{self.group_port}", "--wsrep_sst_method=rsync",
            f"--wsrep_sst_receive_address=127.0.0.1:{self.sst_port}", "--wsrep_slave_threads=2",
            "--binlog_format=ROW", "--innodb_autoinc_lock_mode=2", "--default_storage_engine=InnoDB",
            # The other nodes hold what one loses in a power cut, so a commit need not wait for its disk.
            "--innodb_flush_log_at_trx_commit=2", "--innodb_buffer_pool_size=128M", "--innodb_log_file_size=64M",
            "--character_set_server=utf8mb4", "--max_allowed_packet=64M", "--performance_schema=OFF",
            *(["--wsrep-new-cluster"] if self.bootstrap else []),
            *([f"--wsrep_start_position={position}"] if position and not self.bootstrap else [])]

    def query(self, sql):
        run = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch",
                              "--skip-column-names", "-e", sql], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True)
        return run.stdout.strip() if run.returncode == 0 else None

    def is_up(self):
        state = self.query("SHOW STATUS LIKE 'wsrep_local_state_comment'")
        return state is not None and state.endswith("Synced")

    def cluster_size(self):
        state = self.query("SHOW STATUS LIKE 'wsrep_cluster_size'")
        return int(state.split()[1]) if state else 0


class Broker(Process):
    def __init__(self, folder, port):
        super().__init__("mosquitto", folder)
        self.port = port

    def command(self):
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\nautosave_interval 1\n"
            f"persistence_location {self.folder}/\nmax_queued_messages 0\nmax_inflight_messages 1000\n"
            + "".join(as_root("user root\n")))
        return ["/usr/sbin/mosquitto", "-c", str(self.folder / "mosquitto.conf")]

    def is_up(self):
        return answers(self.port)


class Silaware(Process):
    """`silaware serve` or `silaware ingest`, each with a home of its own and the same list of database nodes."""

    def __init__(self, kind, number, folder, port, cluster, **settings):
        super().__init__(f"{kind}{number}", folder)
        self.kind = kind
        self.port = port
        self.cluster = cluster
        self.settings = settings

    def command(self):
        return [self.cluster.binary, self.kind] + (["--port", str(self.port)] if self.kind == "serve" else [])

    def environment(self):
        return {**self.cluster.settings(), **self.settings, "SILAWARE_HOME": str(self.folder / "home"),
                "METRICS_PORT": str(self.port)}

    def is_up(self):
        return answers(self.port)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Cluster:
    def __init__(self, home, binary, **settings):
        self.home = Path(home)
        self.binary = str(binary)
        self.extra = {key: str(value) for key, value in settings.items()}
        ports = free_ports(17)
        members = [f"127.0.0.1:{ports[4 * i + 1]}" for i in range(3)]
        self.nodes = [Node(i + 1, self.home / f"node{i + 1}", ports[4 * i:4 * i + 4], members) for i in range(3)]
        self.broker = Broker(self.home / "mosquitto", ports[12])
        # Both write through the same node as long as it lives: nodes that write the same rows get in each other's
        # way. The portals read from the others.
        self.ingests = [Silaware("ingest", i + 1, self.home / f"ingest{i + 1}", ports[13 + i], self) for i in range(2)]
        self.portals = [Silaware("serve", i + 1, self.home / f"portal{i + 1}", ports[15 + i], self,
                                 DB_HOST=self.hosts(first=i + 1)) for i in range(2)]

    def hosts(self, first=0):
        return ",".join(f"127.0.0.1:{self.nodes[(first + i) % 3].port}" for i in range(3))

    def settings(self):
        ours = re.compile(r"(DB|MQTT|MAIL|SILAWARE|SECRET|SESSION|METRICS)_")
        clean = {key: value for key, value in os.environ.items() if not ours.match(key)}
        return {**clean, "DB_HOST": self.hosts(), "DB_USER": "root", "DB_PASSWORD": "", "MQTT_HOST": "127.0.0.1",
                "MQTT_PORT": str(self.broker.port), "MQTT_SHARED_GROUP": "silaware",
                # One key, so that a session or a token is good on every portal.
                "SECRET_KEY": self.shared_secret(), "SESSION_COOKIE_SECURE": "false", **self.extra}

    def shared_secret(self):
        file = self.home / "secret_key"
        if not file.exists():
            file.write_text(os.urandom(32).hex())
            file.chmod(0o600)
        return file.read_text()

    def run(self, *arguments, text_in=""):
        return subprocess.run([self.binary, *arguments], input=text_in, text=True, check=True,
                              env={**self.settings(), "SILAWARE_HOME": str(self.home / "commands")},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def start_nodes(self):
        """The node with the newest data first, which founds the cluster; the others join it."""
        for node in self.nodes:
            node.install()
        positions = [node.position() for node in self.nodes]
        newest = max(range(3), key=lambda i: int(positions[i].split(":")[1]) if positions[i] else -2)
        founder = self.nodes[newest]
        founder.bootstrap = True
        state = founder.data / "grastate.dat"
        if state.exists():
            state.write_text(state.read_text().replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))
        founder.start()
        founder.bootstrap = False
        for node in self.nodes:
            if node is not founder:
                node.start()

    def start(self):
        self.start_nodes()
        self.broker.start()
        self.run("migrate")
        for process in [*self.ingests, *self.portals]:
            process.start()
        return self

    def processes(self):
        return [*self.portals, *self.ingests, self.broker, *self.nodes]

    def stop(self):
        for process in self.processes():
            process.stop()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()


def find_binary():
    for candidate in (SOURCE / "silaware", SOURCE / "build/release/silaware"):
        if candidate.exists():
            return candidate
    return shutil.which("silaware") or sys.exit("there is no silaware binary: build it with ./run")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, default=Path("var/galera"), help="folder for everything that is kept")
    parser.add_argument("--demo-load", action="store_true", help="publish as 20 devices do, 20 messages a second")
    options = parser.parse_args()
    home = options.home.resolve()
    new = not (home / "node1").exists()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home.mkdir(parents=True, exist_ok=True)
    with Cluster(home, find_binary()) as cluster:
        if new:
            print(cluster.run("account", "create", "admin", "--email", "admin@example.com", "--role", "admin"), end="")
        for process in cluster.processes():
            print(f"{process.name:<10} 127.0.0.1:{process.port}   log: {process.folder}/log.txt")
        print("portals: " + ", ".join(portal.url for portal in cluster.portals) + " - Ctrl-C stops all of it", flush=True)
        load = None
        try:
            if options.demo_load:
                load = subprocess.Popen([cluster.binary, "simulate", "--devices", "20", "--rate", "20", "--seconds", "0"],
                                        env={**cluster.settings(), "SILAWARE_HOME": str(home / "commands")},
                                        stdout=subprocess.DEVNULL)
            signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            if load:
                load.terminate()
                load.wait()


if __name__ == "__main__":
    main()
