"""The accounts of messages: in every process, at any time, over restarts."""
import requests
from portal import Visitor
from servers import wait_for
from silaware import Ingest, Serve, assert_accounts_balance, read_metrics
from telemetry import POWER, UTILS, power

RECEIVED, STORED = "silaware_messages_received_total", "silaware_messages_stored_total"


def test_metrics_are_for_the_token_and_for_administrators(database):
    database.create_account("operator", "operator's own", "user")
    with Serve(database, METRICS_TOKEN="let me look") as portal:
        assert requests.get(portal.url + "/metrics", timeout=5).status_code == 401
        assert requests.get(portal.url + "/metrics", headers={"Authorization": "Bearer guess"}, timeout=5).status_code == 401
        assert read_metrics(portal.url, headers={"Authorization": "Bearer let me look"})
        assert Visitor(portal.url).login().get("/metrics").status_code == 200
        assert Visitor(portal.url).login("operator", "operator's own").get("/metrics").status_code == 403


def test_the_portal_shows_the_sum_of_all_ingest_processes(database, broker, feed):
    feed((POWER, power("0F:00:00:00:00:01", 1)), (POWER, "rubbish"), (UTILS, "rubbish"))
    with Serve(database, METRICS_TOKEN="let me look") as portal, \
            Ingest(database, broker, MQTT_UTILS_TOPIC="other/utils", MQTT_POWER_TOPIC="other/power",
                   MQTT_CLIMATE_TOPIC="other/climate") as second:
        feed.device.send("other/power", '{"uid":"0F:00:00:00:00:02","meter_data":{"voltage":[1]}}').wait_for_publish(10)
        wait_for(lambda: second.metrics()[STORED] == 1, 10, "the other's message")
        own = feed.metrics()

        def summed():
            metrics = read_metrics(portal.url, headers={"Authorization": "Bearer let me look"})
            assert_accounts_balance(metrics)
            return metrics if metrics[RECEIVED] == own[RECEIVED] + 1 else None
        metrics = wait_for(summed, 3, "the sum")
        assert metrics[STORED] == own[STORED] + 1


def test_counters_go_on_after_a_restart_and_while_the_database_is_away(mariadb, ingest, feed):
    before = feed.metrics()
    assert ingest.end()[0] == 0
    ingest.start()
    after = feed.metrics()
    for kind in ("received", "stored", "duplicate", "quarantined"):
        assert after[f"silaware_messages_{kind}_total"] == before[f"silaware_messages_{kind}_total"]
    mariadb.stop()
    try:
        ingest.kill_now()
        ingest.wait_for_database = False
        ingest.start()
        away = ingest.metrics()
        assert away["process_resident_memory_bytes"] > 1e6
        assert_accounts_balance(away)
        assert away[STORED] == before[STORED] and away["silaware_database_reachable"] == 0
        feed.device.send(POWER, power("0F:00:00:00:00:01", 2)).wait_for_publish(10)
        wait_for(lambda: ingest.metrics()["silaware_messages_spooled"] == 1, 10, "a waiting message")
        assert_accounts_balance(ingest.metrics())
    finally:
        mariadb.start()
        ingest.wait_for_database = True
    wait_for(lambda: ingest.metrics()["silaware_messages_spooled"] == 0, 20, "an empty spool")
    assert ingest.metrics()[STORED] == before[STORED] + 1
