"""Rules, settings and ways of telling, through the portal and over a mail server with TLS and sign-in."""
import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from mail_sink import MailSink
from servers import wait_for
from silaware import Serve
from telemetry import CLIMATE, POWER, UTILS

HOUR = 3600
START = int(time.time()) - 400 * HOUR
SITE = ZoneInfo("Asia/Jakarta")


@pytest.fixture(scope="module")
def sink():
    with MailSink("--tls", "starttls", "--user", "silaware", "--password", "pass word") as server:
        yield server


@pytest.fixture(scope="module")
def ingest_settings(sink):
    return {**sink.environment, "MAIL_USE_TLS": "true", "MAIL_USERNAME": "silaware", "MAIL_PASSWORD": "pass word",
            "MAIL_TLS_CA": str(sink.folder / "ca.pem"), "PUBLIC_URL": "https://portal.example.id"}


@pytest.fixture(scope="module")
def portal(database, ingest_settings):
    with Serve(database, ingest_settings) as process:
        yield process


@pytest.fixture(autouse=True)
def well_behaved(sink, admin):
    sink.mode()
    put(admin, "/login/settings/json", utils_min_duration=10, utils_mailreceiver="tech@rs.example", max_temperature=30,
        max_humidity=70, temphumid_mailreceiver="room@rs.example", cc_mailreceiver="", mail_sender="silaware@rs.example")


def put(admin, path, **values):
    answer = admin.put(path, json=values)
    assert answer.status_code == 200, answer.text
    return answer.json()


def room(device, temperature=None, humidity=None):
    return CLIMATE, {"id": device, "temperature": temperature, "humidity": humidity}


def run(device, hours, count):
    return UTILS, {"id": device, "start": START + count, "stop": START + count + 60, "cycle_count": count,
                   "total_run": round(hours * HOUR)}


def power(uid, at, watts, **data):
    return POWER, {"uid": uid, "rtc": at.strftime("%d/%m/%Y %H:%M:%S"), "relay_state": "ON",
                   "meter_data": {"power": [watts], **data}}


def expect_mails(sink, device, count, seconds=10, calm=1.5):
    about = lambda: [mail for mail in sink.mails() if device in mail["text"]]  # noqa: E731
    wait_for(lambda: len(about()) >= count, seconds, f"{count} mails about {device}")
    time.sleep(calm)
    assert len(about()) == count
    return about()


def alerts(admin, **query):
    return admin.json("/login/alerts/json", params=query)["items"]


def test_the_test_mail_shows_the_servers_answer(admin, sink):
    answer = admin.post("/login/settings/test_mail", json={"receiver": "me@rs.example"}).json()
    assert answer == {"accepted": True, "answer": "250 taken, thank you", "receiver": "me@rs.example"}
    mail = sink.mails()[-1]
    assert mail["tls"] and mail["user"] == "silaware" and mail["to"] == ["me@rs.example"]
    sink.mode(refuse={"me@rs.example": "550 no such user"})
    answer = admin.post("/login/settings/test_mail", json={"receiver": "me@rs.example"}).json()
    assert (answer["accepted"], answer["answer"]) == (False, "550 no such user")


def test_a_changed_limit_counts_within_three_seconds_and_its_mail_leaves_over_tls(feed, admin, sink):
    feed(room("R-change", 28.0))
    put(admin, "/login/settings/json", max_temperature=27)
    time.sleep(3)
    feed(room("R-change", 28.0))
    [mail] = expect_mails(sink, "R-change", 1)
    assert mail["tls"] and mail["user"] == "silaware"
    assert "27.0 °C" in mail["text"] and "https://portal.example.id/login/alerts" in mail["text"]


def test_a_rooms_own_limit_beats_the_general_one(feed, admin, sink):
    feed(room("R-cold", 5.0), room("R-warm", 9.0))
    assert admin.put("/login/climate/limits?mac=R-nowhere", json={"max_temperature": 8}).status_code == 404
    put(admin, "/login/climate/limits?mac=r-COLD", max_temperature=8)
    time.sleep(3)
    feed(room("R-cold", 9.0), room("R-warm", 9.0))
    [mail] = expect_mails(sink, "R-cold", 1)
    assert "8.0 °C" in mail["text"]
    expect_mails(sink, "R-warm", 0, calm=0)


def test_a_reminder_follows_each_hour_until_somebody_acknowledges(feed, admin, sink, database):
    feed(room("R-remind", 33.0))
    expect_mails(sink, "R-remind", 1)

    def an_hour_passes():
        database.rows("UPDATE alerts SET notified_ms = notified_ms - 3600000, raised_ms = raised_ms - 3600000 "
                      "WHERE device = 'R-remind'")
        feed(room("R-remind", 33.0))
    an_hour_passes()
    assert "lasted since" in expect_mails(sink, "R-remind", 2)[-1]["text"]
    [alert] = alerts(admin, device="R-remind", state="raised")
    answer = admin.post(f"/login/alerts/{alert['id']}/ack", json={"note": "the door was open"})
    assert answer.status_code == 200, answer.text
    an_hour_passes()
    expect_mails(sink, "R-remind", 2)
    feed(room("R-remind", 29.5))
    [alert] = alerts(admin, device="R-remind")
    assert alert["cleared_at"] and alert["note"] == "the door was open" and alert["acknowledged_by"] == "admin"


def test_a_serviced_machine_counts_anew_and_a_new_limit_sends_nothing(feed, admin, sink):
    machine = lambda: next(m for m in admin.json("/login/utilities/json")["devices"]  # noqa: E731
                           if m["mac_address"] == "M-service")
    feed(run("M-service", 10.5, 1))
    expect_mails(sink, "M-service", 1)
    assert machine()["next_maintenance_hours"] == 9.5
    assert admin.post("/login/utilities/serviced?mac=M-service").status_code == 200
    assert machine()["next_maintenance_hours"] == 10
    entry = admin.json("/login/audit/json")["items"][0]
    assert (entry["action"], entry["subject"], entry["account"]) == ("machine.serviced", "M-service", "admin")
    assert alerts(admin, device="M-service", state="open") == []
    feed(run("M-service", 9.5, 2))
    put(admin, "/login/settings/json", utils_min_duration=2)
    feed(run("M-service", 0.1, 3))
    expect_mails(sink, "M-service", 1)
    feed(run("M-service", 7, 4))  # 16.6 hours since the service: the multiples 5 to 8 of 2 hours
    assert "16" in expect_mails(sink, "M-service", 2)[-1]["text"]


class Hook(BaseHTTPRequestHandler):
    calls = []
    failing = 1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.calls.append((dict(self.headers), body))
        Hook.failing -= 1
        self.send_response(503 if Hook.failing >= 0 else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_webhook_is_signed_and_tried_again(feed, admin, database):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    shown = put(admin, "/login/settings/alerts/json", webhook_url=f"http://127.0.0.1:{server.server_port}/in",
                webhook_secret="s3cret")
    assert shown["webhook_signed"] is True and "s3cret" not in json.dumps(shown)
    time.sleep(3)
    feed(room("R-hook", 33.0))
    wait_for(lambda: len(Hook.calls) >= 2, 20, "the second try")
    (first, body), (second, again) = Hook.calls[:2]
    assert body == again and first["X-Silaware-Delivery"] == second["X-Silaware-Delivery"]
    assert first["X-Silaware-Signature"] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    call = json.loads(body)
    assert (call["event"], call["kind"], call["device"], call["value"], call["limit"]) == (
        "raised", "temperature", "R-hook", 33, 30)
    put(admin, "/login/settings/alerts/json", webhook_url="")
    server.shutdown()
    server.server_close()


def test_quiet_hours_hold_back_what_can_wait(feed, admin, sink):
    now = datetime.now(SITE)
    clock = lambda minutes: (now + timedelta(minutes=minutes)).strftime("%H:%M")  # noqa: E731
    put(admin, "/login/settings/alerts/json", quiet_from=clock(-60), quiet_to=clock(60))
    time.sleep(3)
    feed(run("M-quiet", 11, 1), room("R-quiet", 33.0))
    expect_mails(sink, "R-quiet", 1)
    expect_mails(sink, "M-quiet", 0, calm=0)
    mails = admin.json("/login/outbox/json", params={"search": "M-quiet", "state": "waiting"})["items"]
    assert len(mails) == 1
    put(admin, "/login/settings/alerts/json", quiet_from="", quiet_to="")
    assert admin.post(f"/login/outbox/{mails[0]['id']}/resend").status_code == 200  # by hand it leaves at once
    expect_mails(sink, "M-quiet", 1)


def test_power_over_the_rated_limit_for_a_minute(feed, admin, sink):
    put(admin, "/login/settings/alerts/json", alert_mailreceiver="ops@rs.example", language="id")
    device = admin.post("/login/devices", json={"mac_address": "P-over", "location": "Panel", "rated_power_w": 1000})
    assert device.status_code == 201, device.text
    time.sleep(3)
    now = datetime.now(SITE)
    feed(power("P-over", now - timedelta(seconds=90), 1500), power("P-over", now - timedelta(seconds=45), 1500))
    assert alerts(admin, device="P-over") == []
    feed(power("P-over", now - timedelta(seconds=29), 1501))
    [mail] = expect_mails(sink, "P-over", 1)
    assert mail["to"] == ["ops@rs.example"]
    assert mail["subject"] == "Daya melebihi batas: Panel (P-over)"
    assert "Daya 1.501 W, di atas daya nominal 1.000 W" in mail["text"]
    feed(power("P-over", now, 900))
    assert alerts(admin, device="P-over")[0]["cleared_at"]


def test_what_no_reading_tells_is_told_by_the_checks(feed, admin, sink, database):
    put(admin, "/login/settings/alerts/json", alert_mailreceiver="ops@rs.example", language="en")
    now = datetime.now(SITE)
    hours = min(10, int((now - now.replace(day=1, hour=0, minute=0, second=0)).total_seconds() // HOUR))
    feed(room("R-silent", 20.0), room("R-stale", 20.0), room("R-stuck", 20.0, 50.0), room("R-fine", 20.0),
         *[power("P-factor", now - timedelta(minutes=15 * i), 4000, pf=[0.7], energy=[1000 - i])
           for i in range(4 * hours, -1, -1)],
         power("R-stale", now, 10))
    # Time can't be hurried, but what was noted of it can be moved back.
    age = "UPDATE known_devices SET last_climate_ms = last_climate_ms - 600000 WHERE uid IN ('R-silent', 'R-stale')"
    database.rows(age)
    database.rows("UPDATE known_devices SET last_seen_ms = last_seen_ms - 600000 WHERE uid = 'R-silent'")
    database.rows("UPDATE housekeeping SET last_run_ms = last_run_ms - 1200000 WHERE job = 'listening since'")
    for i in range(1, 49):
        database.rows("INSERT INTO temphumid (mac_address, temperature, humidity, timestamp) VALUES "
                      "('R-stuck', 20, 50, NOW() - INTERVAL %s MINUTE)", i * 29)
    database.rows("UPDATE housekeeping SET last_run_ms = 0 WHERE job = 'alerts hourly'")
    expected = {"R-silent": "offline", "R-stale": "stale", "R-stuck": "stuck"}
    if now.day > 1:
        expected["P-factor"] = "power_factor"
    for device, kind in expected.items():
        [mail] = expect_mails(sink, device, 1, 25, calm=0)
        assert mail["to"] == ["ops@rs.example"]
        [alert] = alerts(admin, device=device)
        assert (alert["kind"], alert["state"]) == (kind, "raised")
    expect_mails(sink, "R-fine", 0)
    feed(room("R-silent", 20.0), room("R-stale", 20.0))
    wait_for(lambda: all(alerts(admin, device=device)[0]["cleared_at"] for device in ("R-silent", "R-stale")), 15,
             "both to be cleared")
    assert len([mail for mail in sink.mails() if "R-silent" in mail["text"]]) == 1
