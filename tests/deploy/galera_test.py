"""Three Galera nodes, two ingest processes, two portals: whatever is killed, every message is there exactly once."""
import itertools
import os
import shutil
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from portal import Visitor
from servers import wait_for
from silaware import BINARY, SOURCE, read_metrics
from telemetry import POWER, UTILS, Device, power

sys.path.insert(0, str(SOURCE / "deploy/galera"))
from cluster import Cluster  # noqa: E402

pytestmark = pytest.mark.skipif(not Path("/usr/lib/galera/libgalera_smm.so").exists(), reason="galera-4 is not installed")

METERS = [f"CA:FE:00:00:00:{i:02X}" for i in range(8)]
MACHINES = [f"CA:FE:01:00:00:{i:02X}" for i in range(4)]
STEP_SECONDS = 5
STEP_KWH = 0.01
ROUNDS_A_SECOND = 8


def zone_where_it_is_noon():
    """So that two hours back are still today."""
    offset = (12 - datetime.now(timezone.utc).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}", timezone(timedelta(hours=offset))


@pytest.fixture(scope="module")
def cluster():
    name, _ = zone_where_it_is_noon()
    home = tempfile.mkdtemp(prefix="silaware-galera-")
    os.chmod(home, 0o755)  # the nodes run as mysql when this runs as root
    try:
        with Cluster(home, BINARY, SITE_TIMEZONE=name) as running:
            running.run("account", "create", "admin", "--email", "admin@example.com", "--role", "admin",
                        text_in="correct horse\n")
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Publisher(threading.Thread):
    """Every meter and machine in turn, numbered; the broker acknowledges what `sent` counts."""

    def __init__(self, port):
        super().__init__()
        self.device = Device(port)
        self.done = threading.Event()
        self.rounds = 0
        self.start_at = (datetime.now(zone_where_it_is_noon()[1]) - timedelta(hours=2)).replace(microsecond=0, tzinfo=None)
        self.epoch = int(time.time()) - 7200

    def run(self):
        while not self.done.is_set():
            rtc = (self.start_at + timedelta(seconds=STEP_SECONDS * self.rounds)).strftime("%d/%m/%Y %H:%M:%S")
            for uid in METERS:
                self.device.send(POWER, power(uid, round(1000 + STEP_KWH * self.rounds, 2), rtc))
            for mac in MACHINES:
                begin = self.epoch + 2 * self.rounds
                self.device.send(UTILS, {"id": mac, "start": begin, "stop": begin + 1, "cycle_count": self.rounds,
                                         "total_run": 1})
            self.rounds += 1
            time.sleep(1 / ROUNDS_A_SECOND)
        self.device.wait(60)
        self.device.close()

    def finish(self):
        self.done.set()
        self.join(90)
        assert not self.is_alive()
        return self.rounds


def rows(cluster, sql):
    answer = next(filter(lambda text: text is not None, (node.query("USE rumahsakit; " + sql) for node in cluster.nodes)))
    return [line.split("\t") for line in answer.splitlines()]


def settled(cluster, messages):
    totals = [read_metrics(process.url) for process in cluster.ingests]
    received = sum(one["silaware_messages_received_total"] for one in totals)
    return received >= messages and not any(one["silaware_messages_spooled"] for one in totals)


def test_nothing_is_lost_or_doubled_while_nodes_and_processes_are_killed(cluster):
    first, second = cluster.portals
    visitor = Visitor(first.url).login()
    publisher = Publisher(cluster.broker.port)
    publisher.start()

    def session_is_alive():
        visitor.url = next(urls)
        return visitor.get("/login/summary/all_summary").status_code == 200
    urls = itertools.cycle([first.url, second.url])

    time.sleep(3)
    for victim in (cluster.nodes[0], cluster.ingests[0], cluster.nodes[1], cluster.ingests[1], cluster.portals[0]):
        victim.kill()
        time.sleep(2)
        visitor.url = second.url
        wait_for(lambda: visitor.get("/login/summary/all_summary").status_code == 200, 30, f"the portal without {victim.name}")
        victim.start()
        time.sleep(1)
    for _ in range(4):
        assert session_is_alive()
    rounds = publisher.finish()

    messages = rounds * (len(METERS) + len(MACHINES))
    wait_for(lambda: settled(cluster, messages), 60, "the backlog to drain")
    assert [node.cluster_size() for node in cluster.nodes] == [3, 3, 3]
    check_rows(cluster, rounds)
    check_figures(cluster, visitor, rounds)


def check_rows(cluster, rounds):
    assert rows(cluster, "SELECT COUNT(*) FROM quarantine") == [["0"]]
    counts = dict((uid, (count, distinct)) for uid, count, distinct in rows(
        cluster, "SELECT uid, COUNT(*), COUNT(DISTINCT energy) FROM power_monitoring GROUP BY uid"))
    assert counts == {uid: (str(rounds), str(rounds)) for uid in METERS}
    runs = dict((mac, (count, total)) for mac, count, total in rows(
        cluster, "SELECT mac_address, COUNT(*), SUM(total_run) FROM utils GROUP BY mac_address"))
    assert runs == {mac: (str(rounds), str(rounds)) for mac in MACHINES}
    # One unbroken run: one cycle from the first reading to the last, however they were shuffled.
    length = timedelta(seconds=STEP_SECONDS * (rounds - 1))
    cycles = rows(cluster, "SELECT uid, cycle_count, TIMESTAMPDIFF(SECOND, start, stop) FROM cycle_time")
    assert sorted(cycles) == [[uid, "1", str(int(length.total_seconds()))] for uid in METERS]


def check_figures(cluster, visitor, rounds):
    for portal in cluster.portals:
        visitor.url = portal.url
        devices = {one["uid"]: one for one in visitor.json("/login/summary/all_summary")["devices"]}
        for uid in METERS:
            assert devices[uid]["daily_energy"]["kwh"][-1] == pytest.approx(STEP_KWH * (rounds - 1), abs=0.02)
        runs = {one["mac_address"]: one for one in visitor.json("/login/utilities/json")["devices"]}
        total = str(timedelta(seconds=rounds)).rjust(8, "0")
        assert {runs[mac]["total"] for mac in MACHINES} == {total}


def test_a_cut_off_node_is_left_for_the_others(cluster):
    """Two nodes gone: the third has no majority and refuses. They come back: all goes on by itself."""
    visitor = Visitor(cluster.portals[1].url).login()
    for node in cluster.nodes[:2]:
        node.kill()
    time.sleep(6)
    with Device(cluster.broker.port) as device:
        device.send(UTILS, {"id": "CA:FE:02:00:00:01", "start": int(time.time()) - 60, "stop": int(time.time()) - 30,
                            "cycle_count": 1, "total_run": 30}).wait_for_publish(10)
    # Nobody has a majority: the survivor is told that it may go on alone, as an operator would after checking.
    assert cluster.nodes[2].query("SET GLOBAL wsrep_provider_options='pc.bootstrap=1'") is not None
    for node in cluster.nodes[:2]:
        node.start()
    wait_for(lambda: rows(cluster, "SELECT COUNT(*) FROM utils WHERE mac_address = 'CA:FE:02:00:00:01'") == [["1"]], 60,
             "the message that waited in the spool")
    wait_for(lambda: visitor.get("/login/summary/all_summary").status_code == 200, 30, "the portal")
