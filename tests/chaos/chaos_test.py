"""Whatever is killed, each message is stored exactly once.

SILAWARE_SOAK_MINUTES=20 runs the random part that long, SILAWARE_CHAOS_SEED=n repeats a run's order of faults,
SILAWARE_CHAOS_RATE=n publishes n messages a second.

What is held against the database: every message whose PUBACK left ingest is there (a wiretap between ingest and the
broker writes those down); no message is there twice; and every message that the broker acknowledged to the publisher
is there, too, but for those of the seconds before a kill of the broker, which mosquitto itself forgets. Of what it
repeats after a kill, up to seven messages without the DUP flag count as new; the wiretap knows which these are.
"""
import os
import random
import time

import pytest
from machine import Machine
from servers import wait_for
from silaware import Ingest, assert_accounts_balance

MINUTES = float(os.environ.get("SILAWARE_SOAK_MINUTES", 0))
RATE = int(os.environ.get("SILAWARE_CHAOS_RATE", 2500))  # messages a second; fewer for a slow machine
SEED = int(os.environ.get("SILAWARE_CHAOS_SEED", random.randrange(10**6)))


def describe(machine, metrics, stored):
    print(f"\n{len(stored)} messages stored of {len(machine.publisher.acknowledged)} that the broker acknowledged and "
          f"{machine.publisher.sent} sent; {int(metrics['silaware_messages_duplicate_total'])} duplicates, "
          f"{len(machine.taken_for_new)} taken for new; "
          f"{len(machine.log)} faults; {machine.auditor.looks} looks at the accounts; "
          f"at most {machine.auditor.most_memory:.0f} MB; seed {SEED}")


def test_random_kills_lose_and_double_nothing(mariadb):
    with Machine(mariadb, disk_megabytes=160) as machine:
        faults = list(Machine.FAULTS) + ([Machine.fill_disk] if machine.disk.mounted else [])
        machine.publish(rate=RATE)
        machine.break_things(MINUTES * 60 or 25, random.Random(SEED), faults)
        metrics = machine.settle()
        stored = machine.assert_nothing_lost_or_doubled(metrics)
        assert len(machine.publisher.acknowledged) > 1000
        machine.assert_derived_agrees_with_rows()
        describe(machine, metrics, stored)


def test_kills_of_the_broker_lose_and_double_nothing_that_ingest_acknowledged(mariadb):
    with Machine(mariadb) as machine:
        # Killed before that, it would forget who subscribes, and drop what comes until ingest is back.
        machine.broker.save("silaware/power")
        machine.publish(rate=RATE)
        faults = [Machine.kill_broker, Machine.kill_broker, Machine.kill_ingest, Machine.kill_database]
        machine.break_things(MINUTES * 30 or 8, random.Random(SEED), faults)
        machine.kill_broker(0.5)
        time.sleep(2)
        metrics = machine.settle()
        stored = machine.assert_nothing_lost_or_doubled(metrics)
        machine.assert_derived_agrees_with_rows()
        describe(machine, metrics, stored)


def test_a_long_outage_of_the_database_drains_in_order_while_live_data_goes_on(mariadb):
    with Machine(mariadb) as machine:
        machine.publish(rate=3000)
        time.sleep(1)
        machine.mariadb.kill()
        time.sleep(MINUTES * 6 or 4)
        assert machine.ingest.metrics()["silaware_messages_spooled"] > 5_000
        machine.mariadb.start()
        wait_for(lambda: machine.ingest.metrics()["silaware_messages_spooled"] < 5000, 300, "the backlog to drain")
        metrics = machine.settle()
        machine.assert_nothing_lost_or_doubled(metrics)
        # In order: rows get their ids as they are stored.
        for (uid,) in machine.database.rows("SELECT DISTINCT uid FROM power_monitoring"):
            energies = [row[0] for row in machine.database.rows(
                "SELECT energy FROM power_monitoring WHERE uid = %s ORDER BY id", uid)]
            assert energies == sorted(energies)


def test_a_full_spool_withholds_acknowledgements_until_there_is_room(mariadb):
    with Machine(mariadb, SPOOL_LIMIT_MB=1) as machine:
        machine.publish(rate=3000)
        time.sleep(0.5)
        machine.mariadb.kill()
        time.sleep(3)
        metrics = machine.ingest.metrics()
        assert metrics["silaware_spool_bytes"] <= 1024 * 1024
        assert metrics["silaware_messages_received_total"] < len(machine.publisher.acknowledged)
        assert "spool is full" in machine.ingest.log()
        machine.mariadb.start()
        metrics = machine.settle()
        machine.assert_nothing_lost_or_doubled(metrics)


def test_a_disk_that_the_backlog_fills_is_drained_also_after_a_kill(mariadb):
    with Machine(mariadb, disk_megabytes=40, SPOOL_LIMIT_MB=128) as machine:
        if not machine.disk.mounted:
            pytest.skip("only root can mount a small disk")
        machine.mariadb.kill()
        machine.publish(rate=0, noise=900)
        wait_for(lambda: "disk is full" in machine.ingest.log(), 120, "the disk to be full")
        machine.kill_ingest(0)
        wait_for(lambda: machine.ingest.log().count("disk is full") > 1, 30, "the disk to be full still")
        machine.publisher.stopping.set()
        machine.mariadb.start()
        metrics = machine.settle()
        machine.assert_nothing_lost_or_doubled(metrics)


def test_a_backlog_is_drained_where_the_disk_is_full_when_ingest_starts(mariadb):
    with Machine(mariadb, disk_megabytes=160, SPOOL_LIMIT_MB=256) as machine:
        if not machine.disk.mounted:
            pytest.skip("only root can mount a small disk")
        machine.mariadb.kill()
        machine.publish(rate=2000)
        wait_for(lambda: machine.ingest.metrics()["silaware_messages_spooled"] > 2000, 30, "a backlog")
        machine.publisher.stopping.set()
        machine.ingest.end()
        machine.disk.fill()
        machine.mariadb.start()
        machine.ingest.spawn()
        wait_for(machine.ingest.is_up, 20, "ingest")
        wait_for(lambda: machine.ingest.metrics()["silaware_messages_spooled"] == 0, 60, "the backlog to be drained")
        machine.disk.clear()
        metrics = machine.settle()
        machine.assert_nothing_lost_or_doubled(metrics)


def test_sigterm_in_a_burst_loses_and_doubles_nothing(mariadb):
    with Machine(mariadb) as machine:
        machine.publish(rate=0)
        for _ in range(3):
            time.sleep(0.7)
            machine.terminate_ingest(0)
            wait_for(machine.ingest.is_up, 20, "ingest")
        metrics = machine.settle()
        machine.assert_nothing_lost_or_doubled(metrics)


@pytest.mark.parametrize("count", [300_000 if MINUTES else 50_000])
def test_a_burst_at_full_speed_against_mosquittos_defaults_loses_nothing(mariadb, count):
    with Machine(mariadb, broker_settings="") as machine:
        publisher = machine.publish(count=count, in_flight=20_000)
        publisher.join(120)
        assert len(publisher.acknowledged) == count
        took = max(publisher.acknowledged.values()) - publisher.begin
        metrics = machine.settle()
        stored = machine.assert_nothing_lost_or_doubled(metrics)
        assert len(stored) == count
        print(f"\n{count} messages published in {took:.1f} s, none lost; {machine.auditor.most_memory:.0f} MB at most")


def test_two_processes_share_the_messages_of_every_meter(mariadb):
    with Machine(mariadb, MQTT_SHARED_GROUP="ingest") as machine:
        with Ingest(machine.database, machine.broker, MQTT_SHARED_GROUP="ingest") as second:
            machine.publish(rate=1500)
            chance = random.Random(SEED)
            for _ in range(4 if not MINUTES else int(MINUTES * 10)):
                time.sleep(chance.uniform(0.5, 2))
                victim = chance.choice((machine.ingest, second))
                victim.kill_now()
                victim.spawn()
            wait_for(second.is_up, 30, "the second")
            machine.publisher.stop()
            count = len(machine.publisher.acknowledged)

            def settled():
                metrics = [machine.ingest.metrics(), second.metrics()]
                for each in metrics:
                    assert_accounts_balance(each)
                done = sum(each["silaware_messages_stored_total"] + each["silaware_messages_quarantined_total"]
                           for each in metrics)
                return metrics if done >= count else None
            wait_for(machine.ingest.is_up, 30, "the first")
            shares = wait_for(settled, 60, "both to be done")
            assert min(each["silaware_messages_stored_total"] for each in shares) > count / 10
            machine.settle()
            stored = machine.stored()
            assert not [number for number, times in stored.items() if times > 1]
            assert not set(machine.publisher.acknowledged) - stored.keys()
            machine.assert_derived_agrees_with_rows()
