"""Reports from outside: the view, its Excel and its CSV hold the same rows; downloads begin at once and end with their
client; the monthly summary leaves once."""
import csv
import datetime
import email
import email.policy
import io
import os
import re
import socket
import time
from pathlib import Path

import openpyxl
import pytest
from mail_sink import MailSink
from portal import Visitor
from servers import wait_for
from silaware import FreshDatabase, Ingest, Serve, environment, must_run

DAY = 86400
FIRST = int(time.time()) // DAY * DAY - 10 * DAY  # midnight UTC
PUBLIC_URL = "https://portal.example.id"
METER = "AA:BB:CC:00:00:01"
MACHINES = [f"AA:BB:CC:00:01:{i:02X}" for i in range(1, 4)]


def day(offset):
    return datetime.datetime.fromtimestamp(FIRST + offset * DAY, datetime.timezone.utc).strftime("%Y-%m-%d")


def utc(epoch, hours=0):
    return datetime.datetime.fromtimestamp(epoch + hours * 3600, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture(scope="module")
def portal(database):
    with Serve(database, PUBLIC_URL=PUBLIC_URL) as process:
        yield process


@pytest.fixture(scope="module", autouse=True)
def runs(database):
    """Three machines, four runs a day for six days; one machine's place looks like a formula."""
    for machine, location in zip(MACHINES, ("Ward, 1", "=HYPERLINK(\"x\")", "Bengkel é")):
        database.rows("INSERT INTO devices (mac_address, mac_key, mcu_type, location, createdDate)"
                      " VALUES (%s, %s, 'ESP32', %s, NOW())", machine, machine.lower(), location)
    rows = [(machine, FIRST + (n // 4) * DAY + (n % 4) * 21600, n) for machine in MACHINES for n in range(24)]
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) VALUES (%s, %s, %s, %s, %s)",
                           [(machine, start, start + 1800 + n, n, 1800 + n) for machine, start, n in rows])


def all_pages(visitor, query):
    items, page = [], 1
    while True:
        answer = visitor.get(f"/login/report/json?{query}&page={page}&per_page=7").json()
        items += answer["items"]
        if page >= answer["pages"]:
            assert len(items) == answer["total"] == answer["totals"]["runs"]
            return items, answer
        page += 1


def read_excel(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def shown(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else value


def read_csv(visitor, query):
    answer = visitor.get("/login/report/csv?" + query)
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.mark.parametrize("query", [
    "",
    f"from={day(1)}&to={day(2)}",
    f"from={day(1)}&to={day(1)}&tz=site",
    f"mac={MACHINES[1].lower().replace(':', '-')}&sort=total_run",
    f"mac={MACHINES[0]},{MACHINES[2]}&to={day(3)}&sort=-location",
    "search=Bengkel&sort=stop",
])
def test_view_excel_and_csv_hold_the_same_rows_in_the_same_order(admin, query):
    items, answer = all_pages(admin, query)
    assert items
    sheet = read_excel(admin, "/login/report/excel?" + query)["Runs"]
    table = [[shown(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    columns = list(items[0])
    assert table[0] == columns
    assert table[1:-1] == [[item[column] for column in columns] for item in items]
    assert table[-1][0] == "Total" and table[-1][-1] == answer["totals"]["total_run"]
    from_csv = read_csv(admin, query)
    guarded = [{name: ("'" if str(value).startswith("=") else "") + str(value) for name, value in item.items()}
               for item in items]
    assert from_csv == guarded
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_days_are_utc_and_inclusive_and_the_switch_moves_them_to_the_site(admin):
    items, answer = all_pages(admin, f"from={day(1)}&to={day(2)}")
    assert len(items) == 3 * 8 and answer["timezone"] == "UTC"
    starts = {item["start"] for item in items}
    assert min(starts) == utc(FIRST + DAY) and max(starts) == utc(FIRST + 2 * DAY + 64800)
    items, answer = all_pages(admin, f"from={day(1)}&to={day(1)}&tz=site")
    assert answer["timezone"] == "Asia/Jakarta"
    assert {item["start"] for item in items} == {utc(FIRST + 64800 + n * 21600, hours=7) for n in range(4)}


def test_the_order_is_newest_first_and_totals_are_those_of_the_whole_selection(admin):
    items, answer = all_pages(admin, f"mac={MACHINES[0]}")
    assert [item["start"] for item in items] == sorted((item["start"] for item in items), reverse=True)
    seconds = sum(1800 + n for n in range(24))
    assert answer["totals"]["runs"] == answer["totals"]["cycles"] == 24
    assert answer["totals"]["total_run"] == seconds
    assert answer["totals"]["hours"] == pytest.approx(seconds / 3600)


@pytest.mark.parametrize("query", ["from=2026-13-01", "from=yesterday", f"from={day(2)}&to={day(1)}", "sort=password", "tz=mars"])
def test_what_makes_no_sense_is_refused(admin, query):
    for kind in ("json", "excel", "csv"):
        answer = admin.get(f"/login/report/{kind}?{query}")
        assert answer.status_code == 400 and answer.json()["code"] == "invalid"


def test_files_say_what_they_are(admin):
    query = f"mac={MACHINES[0]}&from={day(1)}&to={day(2)}"
    answer = admin.get("/login/report/excel?" + query)
    name = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"]).group(1)
    assert name == f"silaware-runs-AABBCC000101-from-{day(1)}-to-{day(2)}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["Runs"]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:G9"
    assert sheet["D2"].is_date and isinstance(sheet["G2"].value, int) and sheet.column_dimensions["B"].width > 15
    facts = dict(book["About"].iter_rows(values_only=True))
    assert facts["From"] == day(1) and facts["To"] == day(2) and facts["Made by"] == "admin" and facts["Runs"] == "8"
    marked = admin.get(f"/login/report/csv?{query}&bom=1")
    assert marked.content.startswith(b"\xef\xbb\xbfid,") and marked.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert admin.get("/login/report/csv?" + query).content.startswith(b"id,")


@pytest.fixture(scope="module")
def many(mariadb):
    """A portal over more runs than a workbook is made of in a moment."""
    database = FreshDatabase(mariadb)
    database.create_account()
    database.rows("INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) "
                  "SELECT 'AA:BB:CC:00:01:01', 1760000000 + seq, 1760000000 + seq, seq, 1 FROM seq_0_to_299999")
    with Serve(database) as portal:
        yield portal
    database.drop()


def temporary_files(portal):
    """How many files without a name the process has open."""
    count = 0
    for link in Path(f"/proc/{portal.process.pid}/fd").iterdir():
        try:
            count += os.readlink(link).endswith("(deleted)")
        except FileNotFoundError:
            pass  # closed meanwhile
    return count


def test_a_download_begins_at_once_tells_how_far_it_is_and_leaves_nothing_behind(many):
    visitor = Visitor(many.url).login()
    begin = time.monotonic()
    with visitor.get("/login/report/excel?progress=abc", stream=True, timeout=120) as answer:
        assert answer.status_code == 200
        begun = time.monotonic() - begin
        first = visitor.get("/login/report/progress?id=abc").json()
        assert first["state"] in ("making", "packing", "sending")
        size = sum(len(piece) for piece in answer.iter_content(1 << 16))
    assert begun < 5  # a second, and what a busy test machine adds
    last = wait_for(lambda: (now := visitor.get("/login/report/progress?id=abc").json())["state"] == "sent" and now)
    assert last == {"state": "sent", "rows": 300_000, "bytes": size}
    assert visitor.get("/login/report/progress?id=another").json() == {"state": "unknown", "rows": 0, "bytes": 0}
    wait_for(lambda: temporary_files(many) == 0, what="the end of the temporary files")


def ask_and_read_no_more(portal, visitor, query=""):
    token = visitor.get("/get_jwt").json()["access_token"]
    client = socket.create_connection(("127.0.0.1", portal.port))
    client.sendall(f"GET /login/report/excel{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def test_a_client_that_leaves_while_the_workbook_is_made_ends_the_work(many):
    visitor = Visitor(many.url).login()
    ask_and_read_no_more(many, visitor, "?progress=left").close()
    end = wait_for(lambda: (now := visitor.get("/login/report/progress?id=left").json())["state"] == "failed" and now)
    assert end["bytes"] == 0
    wait_for(lambda: temporary_files(many) == 0, what="the end of the temporary files")
    time.sleep(0.5)
    assert visitor.get("/login/report/progress?id=left").json()["rows"] < 300_000


def test_five_are_made_at_once_the_sixth_is_told_and_clients_that_leave_free_their_places(many):
    visitor = Visitor(many.url).login()
    clients = [ask_and_read_no_more(many, visitor) for _ in range(5)]
    refused = visitor.get("/login/report/csv?progress=sixth")
    assert refused.status_code == 503 and refused.json()["code"] == "unavailable" and "Retry-After" in refused.headers
    assert visitor.get("/login/report/progress?id=sixth").json()["state"] == "refused"
    assert visitor.get("/login/report/json").status_code == 200
    for client in clients:
        client.close()
    wait_for(lambda: temporary_files(many) == 0, what="the end of the work nobody waits for")
    assert visitor.get("/login/report/csv").status_code == 200


@pytest.fixture(scope="module")
def last_month(database):
    """A meter that used 1 kWh an hour on the first days of the past month; (first day, month).

    A month counts as past once it is over for six hours: so does the monthly summary, and this must hold at any date.
    """
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))) - datetime.timedelta(hours=6)
    first = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begin = int(first.timestamp())
    database.rows("INSERT INTO power_monitoring (uid, rtc, relay_state, voltage, current, power, frequency, pf, energy,"
                  f" timestamp) SELECT '{METER}', FROM_UNIXTIME({begin} + seq * 300 + 25200), 'ON', 220, 5, 1000, 50, 0.9,"
                  f" 100 + seq / 12, FROM_UNIXTIME({begin} + seq * 300) FROM seq_0_to_864")  # three days
    database.rows("INSERT INTO devices (mac_address, mac_key, mcu_type, location, name) VALUES (%s, %s, 'ESP32', 'Basement', "
                  "'Panel <A>')", METER, METER.lower())
    must_run("recompute", env=environment(database.environment, RETENTION_MONTHS=12), timeout=120)
    return first.strftime("%Y-%m-%d"), first.strftime("%Y-%m")


@pytest.mark.parametrize("by,rows", [("day", 4), ("month", 1)])
def test_energy_by_day_and_month_adds_up_and_its_files_are_the_same(admin, last_month, by, rows):
    first, month = last_month
    query = f"by={by}&from={first}&to={month}-28"
    answer = admin.get("/login/report/energy/json?" + query).json()
    assert answer["totals"]["energy_kwh"] == pytest.approx(72, abs=0.2)
    assert answer["totals"]["cost"] == pytest.approx(72 * 1444.7, rel=0.01)
    assert answer["totals"]["co2_kg"] == pytest.approx(72 * 0.87, rel=0.01)
    items = answer["items"]
    assert len(items) in (rows - 1, rows)  # the last reading stands on a midnight
    assert items[0]["max_demand_kw"] == pytest.approx(1, rel=0.05) and items[0]["max_demand_at"]
    if by == "day":
        assert 0 < items[0]["coverage"] <= 1 and items[0]["period"] == first
    table = list(read_excel(admin, "/login/report/energy/excel?" + query)["Energy"].iter_rows(values_only=True))
    numbers = [(row[0], row[4], row[5], row[6]) for row in table[1:-1]]
    assert numbers == [(item["period"], item["energy_kwh"], item["cost"], item["co2_kg"]) for item in items]
    assert table[-1][0] == "Total" and table[-1][4] == answer["totals"]["energy_kwh"]
    rows = list(csv.DictReader(io.StringIO(admin.get("/login/report/energy/csv?" + query).text)))
    assert [float(row["energy_kwh"]) for row in rows] == [item["energy_kwh"] for item in items]
    assert {item["name"] for item in items} == {row["name"] for row in rows} == {row[table[0].index("name")] for row in table[1:-1]} == {"Panel <A>"}
    assert admin.get("/login/report/energy/json?by=hour").status_code == 400


def test_a_report_of_years_is_read_in_pieces_and_too_much_for_one_answer_is_refused(admin, database):
    database.rows("INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, last_power_ms) SELECT CONCAT('many ', seq), 1, 1, 1 FROM seq_1_to_30")
    database.rows("INSERT INTO devices (mac_address, mac_key, mcu_type, location, group_name) "
                  "SELECT uid, LOWER(uid), 'ESP32', '', 'many' FROM known_devices WHERE uid LIKE 'many %'")
    database.rows("INSERT INTO energy_days (device_id, day, energy_kwh, max_demand_kw, max_demand_bucket) "
                  "SELECT id, '2024-01-01' + INTERVAL seq DAY, 0.5, seq, 1900000 + seq FROM known_devices, seq_0_to_699 WHERE uid LIKE 'many %'")
    query = "group=many&from=2024-01-01&to=2025-12-31"
    url = "/login/report/energy/json?"
    refused = admin.get(url + query)
    assert refused.status_code == 400 and "download it" in refused.json()["error"]
    page = admin.get(url + query + "&page=210&per_page=100").json()
    assert (page["total"], page["pages"], len(page["items"])) == (21000, 210, 100)
    assert page["items"][-1]["period"] == "2025-11-30" and page["items"][-1]["uid"] == "many 30"
    assert page["totals"]["energy_kwh"] == 10500 and page["totals"]["max_demand_kw"] == 699
    months = admin.get(url + query + "&by=month").json()
    assert months["total"] == 23 * 30 and months["totals"]["cost"] == pytest.approx(page["totals"]["cost"])
    weeks = admin.get(url + query + "&by=week").json()
    assert weeks["total"] == 100 * 30 and {item["energy_kwh"] for item in weeks["items"]} == {3.5}
    rows = list(csv.DictReader(io.StringIO(admin.get("/login/report/energy/csv?" + query).text)))
    assert len(rows) == 21000 and [row["period"] for row in rows] == sorted(row["period"] for row in rows)
    assert [row["uid"] for row in rows[:30]] == [f"many {number}" for number in range(1, 31)]


def test_a_submeter_is_shown_but_not_added_up_unless_nothing_else_is(admin, database):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date()
    for uid, kwh, kw in (("incomer", 100, 40), ("chiller", 60, 30)):
        database.rows("INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, last_power_ms) VALUES (%s, 1, 1, 1)", uid)
        database.rows("INSERT INTO energy_days (device_id, day, energy_kwh, max_demand_kw, max_demand_bucket) "
                      "SELECT id, %s, %s, %s, 1900000 FROM known_devices WHERE uid = %s", today, kwh, kw, uid)
        device = admin.post("/login/devices", json={"mac_address": uid, "group": "hall", "submeter": uid == "chiller"}).json()
        assert device["submeter"] is (uid == "chiller")
    url = f"/login/report/energy/json?group=hall&from={today}&to={today}"
    report = admin.get(url).json()
    assert {item["uid"]: item["in_total"] for item in report["items"]} == {"incomer": True, "chiller": False}
    assert report["totals"]["energy_kwh"] == 100 and report["totals"]["max_demand_kw"] == 40
    table = list(read_excel(admin, url.replace("/json?", "/excel?"))["Energy"].iter_rows(values_only=True))
    assert [row[table[0].index("in_total")] for row in table[1:-1]] == ["no", "yes"] and table[-1][4] == 100
    assert admin.get(url + "&uid=chiller").json()["totals"]["energy_kwh"] == 60

    summary = admin.get("/login/summary/all_summary").json()
    by_uid = {meter["uid"]: meter for meter in summary["devices"]}
    assert by_uid["chiller"]["energy_kwh"] == 60 and not by_uid["chiller"]["in_total"]
    for name in ("energy_kwh", "cost", "co2_kg", "forecast_kwh", "forecast_cost"):
        expected = sum(meter[name] for meter in summary["devices"] if meter["in_total"])
        assert summary["totals"][name] == pytest.approx(expected), name

    changed = admin.put(f"/login/devices/{device['id']}", json={"submeter": "no"})
    assert changed.json()["submeter"] is False and changed.json()["group"] == "hall"
    assert admin.get(url).json()["totals"]["energy_kwh"] == 160
    refused = admin.put(f"/login/devices/{device['id']}", json={"submeter": "perhaps"})
    assert refused.status_code == 400 and "yes or no" in refused.json()["fields"]["submeter"]


def test_the_past_of_a_room_is_a_curve_and_a_file_by_the_days_of_the_site(admin, database):
    first = int(datetime.datetime(2026, 11, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=7))).timestamp()) // 900
    database.rows("INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, usual_interval_ms) VALUES ('cold room', 1, 1, 60000)")
    admin.post("/login/devices", json={"mac_address": "cold room", "name": "=Vaccines", "location": "Pharmacy"})
    database.rows("INSERT INTO climate_quarter_hours SELECT %s + seq, id, 5 * (4 + seq %% 2), 5, 0, 0 FROM known_devices, "
                  "seq_0_to_191 WHERE uid = 'cold room' AND seq NOT BETWEEN 40 AND 47", first)  # two days, two hours silent
    url = "/login/climate/series?mac=COLD%20room&from=2026-11-03&to=2026-11-03"
    quarters = admin.get(url).json()
    assert (quarters["uid"], quarters["step"], quarters["from"]) == ("cold room", "15m", "2026-11-03T00:00:00+07:00")
    assert len(quarters["t"]) == 96 - 8 + 1 and quarters["t"][40] == "2026-11-03T10:00:00+07:00"
    assert quarters["temperature"][39:42] == [5, None, 4] and set(quarters["humidity"]) == {None}
    hours = admin.get(url.replace("to=2026-11-03", "to=2026-11-04") + "&step=1h").json()
    assert hours["t"][0] == "2026-11-03T00:00:00+07:00" and set(hours["temperature"]) == {4.5, None} and len(hours["t"]) == 47
    query = "mac=cold%20ROOM&from=2026-11-04&to=2026-11-04"
    table = list(read_excel(admin, f"/login/climate/excel?{query}")["Climate"].iter_rows(values_only=True))
    assert table[0] == ("time", "mac_address", "name", "location", "temperature", "humidity") and len(table) == 97
    assert table[1] == (datetime.datetime(2026, 11, 4), "cold room", "=Vaccines", "Pharmacy", 4, None)
    rows = list(csv.DictReader(io.StringIO(admin.get(f"/login/climate/csv?{query}").text)))
    assert len(rows) == 96 and rows[0]["name"] == "'=Vaccines" and rows[-1]["time"] == "2026-11-04 23:45:00"
    assert admin.get("/login/climate/series?mac=nowhere").status_code == 404
    assert admin.get("/login/climate/csv?mac=cold%20room&from=2026-13-01").status_code == 400
    assert admin.get("/login/climate/csv?mac=cold%20room&from=2001-01-01").status_code == 400
    assert Visitor(admin.url).get(url).status_code == 401


def workbook_in(mail):
    message = email.message_from_string(mail["raw"], policy=email.policy.default)
    part = next(message.iter_attachments())
    assert part.get_filename().endswith(".xlsx")
    return openpyxl.load_workbook(io.BytesIO(part.get_payload(decode=True)))


def test_the_monthly_summary_leaves_once_whoever_comes_first(database, broker, admin, last_month):
    first, month = last_month
    with MailSink() as sink:
        settings = {**sink.environment, "PUBLIC_URL": PUBLIC_URL}
        # The portal of all tests is the third that may come first.
        with Ingest(database, broker, **settings), Ingest(database, broker, **settings):
            refused = admin.put("/login/settings/json", json={"monthly_mailreceiver": "no address"})
            assert "monthly_mailreceiver" in refused.json()["fields"]
            set_to = admin.put("/login/settings/json",
                               json={"monthly_mailreceiver": "accounts@rs.example", "mail_sender": "silaware@rs.example"})
            assert set_to.json()["monthly_mailreceiver"] == "accounts@rs.example"
            mails = wait_for(sink.mails, 60, "the monthly summary")
            time.sleep(12)  # a round of everybody
            assert len(sink.mails()) == 1 == len(mails)
    mail = mails[0]
    assert mail["to"] == ["accounts@rs.example"] and month in mail["subject"] and METER in mail["text"]
    assert f"{PUBLIC_URL}/login/report/energy?by=day&from={first}" in mail["text"]
    table = list(workbook_in(mail)["Energy"].iter_rows(values_only=True))
    assert table[1][0] == first and table[-1][4] == pytest.approx(72, abs=0.2)
    assert database.value("SELECT COUNT(*) FROM monthly_mails") == 1
