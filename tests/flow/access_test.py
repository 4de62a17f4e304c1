"""The portal from outside: who gets in, where the others are sent, and what every response carries."""
import base64
import hashlib
import hmac
import json
import socket
import time

import pytest
import requests
from portal import Visitor, bearer
from telemetry import CLIMATE, POWER, spec_power

PAGES = ["/login/summary", "/power_monitoring?uid=x", "/login/utilities", "/login/devices", "/login/accounts",
         "/login/report", "/login/settings", "/login/alerts", "/login/quarantine", "/login/profile"]
JSON = ["/login/summary/all_summary", "/power_monitoring/data?uid=x", "/power_monitoring/history?uid=x",
        "/power_monitoring/weekly_duration?uid=x", "/power_monitoring/forecast_energy?uid=x",
        "/power_monitoring/corrections?uid=x", "/login/devices/json", "/login/accounts/json", "/login/settings/json",
        "/login/alerts/json", "/login/quarantine/json", "/login/utilities/json", "/get_jwt", "/login/live"]


@pytest.fixture
def stranger(portal):
    return Visitor(portal.url)


@pytest.fixture(scope="module")
def operator(database, portal):
    database.create_account("operator", "operator's own", "user")
    return Visitor(portal.url).login("operator", "operator's own")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sends_a_stranger_to_the_login_and_back(stranger, path):
    answer = stranger.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert where.startswith("/login?next=")
    assert requests.utils.unquote(where.split("next=")[1]) == path


@pytest.mark.parametrize("path", PAGES + JSON)
def test_who_asks_for_json_gets_401(stranger, path):
    for headers in ({"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}):
        answer = stranger.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorized" and answer.json()["error"]


@pytest.mark.parametrize("path", JSON)
def test_a_json_endpoint_answers_401_unless_a_browser_opens_it(stranger, path):
    assert stranger.get(path).status_code == 401
    answer = stranger.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("path", PAGES + JSON)
def test_a_bad_token_gets_401(stranger, path):
    answer = stranger.get(path, headers={"Authorization": "Bearer nonsense", "Accept": "text/html"})
    assert answer.status_code == 401


def test_a_login_leads_back_and_opens_every_page(portal, admin):
    visitor = Visitor(portal.url)
    visitor.read_csrf()
    answer = visitor.post("/login", data={"username": "admin", "password": "correct horse", "csrf_token": visitor.csrf,
                                          "next": "/login/devices"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/login/devices"
    for path in PAGES:
        if "uid=" not in path:
            assert admin.get(path, headers={"Accept": "text/html"}).status_code == 200, path


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                       "http:evil", "/\t/evil.example"])
def test_next_never_leads_out_of_the_portal(portal, elsewhere):
    visitor = Visitor(portal.url)
    visitor.read_csrf()
    answer = visitor.post("/login", data={"username": "admin", "password": "correct horse", "csrf_token": visitor.csrf,
                                          "next": elsewhere})
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert where.startswith("/login/") and "evil" not in where


def test_the_session_cookie_is_for_this_site_and_not_for_scripts(portal):
    visitor = Visitor(portal.url)
    visitor.read_csrf()
    answer = visitor.post("/login", data={"username": "admin", "password": "correct horse", "csrf_token": visitor.csrf})
    cookies = answer.raw.headers.getlist("Set-Cookie")
    [session] = [cookie for cookie in cookies if "HttpOnly" in cookie and "Secure" in cookie and "Max-Age=0" not in cookie]
    assert "SameSite=Lax" in session and "Path=/" in session


def test_a_wrong_password_is_answered_as_an_unknown_name(portal):
    answers = [try_login(portal, name, "wrong one", "192.0.2.200") for name in ("admin", "nobodyatall")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_token_has_the_claims_that_programs_know(portal):
    answer = requests.post(portal.url + "/login", json={"username": "admin", "password": "correct horse"}, timeout=20)
    body = answer.json()
    assert body["token_type"] == "Bearer" and body["expires_in"] > 0
    header, claims, _ = body["access_token"].split(".")
    assert decoded(header)["alg"] == "HS256"
    claims = decoded(claims)
    assert claims["sub"] == "admin" and claims["role"] == "admin" and claims["type"] == "access"
    assert claims["exp"] - claims["iat"] == body["expires_in"]
    assert abs(claims["iat"] - time.time()) < 5 and claims["nbf"] <= claims["iat"] and claims["jti"] and "fresh" in claims


def forged(claims, secret=b"guess", algorithm="HS256"):
    def encoded(value):
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    signed = encoded({"alg": algorithm, "typ": "JWT"}) + "." + encoded(claims)
    if algorithm == "none":
        return signed + "."
    return signed + "." + encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


def test_only_our_own_unexpired_tokens_count(portal, database, stranger):
    from silaware import Serve
    now = int(time.time())
    good = {"sub": "admin", "role": "admin", "type": "access", "iat": now, "nbf": now, "exp": now + 600, "jti": "1",
            "fresh": False}
    with Serve(database, JWT_SECRET_KEY="known secret of thirty-two bytes") as other:
        secret = b"known secret of thirty-two bytes"

        def status(token):
            return requests.get(other.url + "/login/devices/json", headers={"Authorization": "Bearer " + token},
                                timeout=20).status_code
        assert status(forged(good, secret)) == 200
        for name, token in {
                "another secret": forged(good, b"guess"),
                "no algorithm": forged(good, algorithm="none"),
                "expired": forged({**good, "exp": now - 60}, secret),
                "never expires": forged({key: value for key, value in good.items() if key != "exp"}, secret),
                "not yet": forged({**good, "nbf": now + 600}, secret),
                "another type": forged({**good, "type": "refresh"}, secret),
                "nobody": forged({**good, "sub": "ghost"}, secret)}.items():
            assert status(token) == 401, name


def test_both_a_session_and_a_token_open_json(portal, admin):
    assert admin.json("/login/devices/json")["total"] >= 0
    answer = requests.get(portal.url + "/login/devices/json", headers=bearer(portal.url), timeout=20)
    assert answer.status_code == 200
    token = admin.json("/get_jwt")["access_token"]
    answer = requests.get(portal.url + "/login/devices/json", headers={"Authorization": "Bearer " + token}, timeout=20)
    assert answer.status_code == 200


@pytest.mark.parametrize("method, path, body", [
    ("POST", "/login/devices", {"mac_address": "AA:BB:CC:00:00:01", "mcu_type": "ESP32", "location": "x"}),
    ("PUT", "/login/settings/json", {"max_humidity": 60}),
    ("DELETE", "/login/devices/1", None),
    ("POST", "/login/accounts", {"username": "mallory", "email": "m@example.com", "password": "long enough", "role": "admin"}),
])
def test_changes_need_the_csrf_token_and_an_administrator(portal, admin, operator, method, path, body):
    csrf, admin.csrf = admin.csrf, None
    assert admin.request(method, path, json=body).status_code == 403
    admin.csrf = "x" * len(csrf)
    assert admin.request(method, path, json=body).status_code == 403
    assert operator.request(method, path, json=body).status_code == 403
    assert Visitor(portal.url).request(method, path, json=body).status_code == 401
    # A bearer token needs no CSRF token: a browser does not send it on its own.
    answer = requests.request(method, portal.url + path, json=body, headers=bearer(portal.url), timeout=20)
    assert answer.status_code not in (401, 403), answer.text


def test_a_logout_ends_the_session_on_the_server(portal):
    visitor = Visitor(portal.url).login()
    kept = {cookie.name: cookie.value for cookie in visitor.cookies}
    answer = visitor.post("/logout")
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/login")
    again = requests.get(portal.url + "/login/devices/json", cookies=kept, timeout=20)
    assert again.status_code == 401


def test_a_deleted_or_demoted_account_loses_its_rights_at_once(portal, admin, database):
    admin.post("/login/accounts", json={"username": "temp", "email": "t@example.com", "password": "long enough",
                                        "role": "admin"})
    [account] = [item for item in admin.json("/login/accounts/json?search=temp")["items"] if item["username"] == "temp"]
    visitor = Visitor(portal.url).login("temp", "long enough")
    token = bearer(portal.url, "temp", "long enough")
    assert visitor.get("/login/settings/json").status_code == 200
    assert admin.put(f"/login/accounts/{account['id']}", json={"role": "user"}).status_code == 200
    assert visitor.get("/login/settings/json").status_code in (401, 403)
    assert requests.get(portal.url + "/login/settings/json", headers=token, timeout=20).status_code in (401, 403)
    assert admin.delete(f"/login/accounts/{account['id']}").status_code in (200, 204)
    assert visitor.get("/login/devices/json").status_code == 401
    assert requests.get(portal.url + "/login/devices/json", headers=token, timeout=20).status_code == 401


@pytest.mark.parametrize("how", ["logged out", "deleted"])
def test_an_open_stream_ends_soon_after_its_account(portal, admin, how):
    name = "watcher" + how.split()[0]
    admin.post("/login/accounts", json={"username": name, "email": f"{name}@example.com", "password": "long enough",
                                        "role": "user"})
    visitor = Visitor(portal.url).login(name, "long enough")
    with visitor.get("/login/live", stream=True, timeout=20) as stream:
        assert stream.status_code == 200
        begin = time.monotonic()
        if how == "deleted":
            [account] = admin.json(f"/login/accounts/json?search={name}")["items"]
            assert admin.delete(f"/login/accounts/{account['id']}").status_code == 200
        else:
            assert visitor.post("/logout").status_code == 302
        for _ in stream.iter_content(1):  # heartbeats, until it ends
            assert time.monotonic() - begin < 15
    assert time.monotonic() - begin < 15


@pytest.mark.parametrize("path, status", [("/login", 200), ("/health", 200), ("/nowhere", None), ("/login/summary", 302),
                                          ("/static/no-such-file.js", 404), ("/login/devices/json", 401)])
def test_every_response_carries_the_security_headers(stranger, path, status):
    answer = stranger.get(path)
    if status:
        assert answer.status_code == status
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-XSS-Protection"] == "1; mode=block"
    assert "Referrer-Policy" in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    [scripts] = [part for part in policy.split(";") if part.strip().startswith(("script-src", "default-src"))][-1:]
    assert "unsafe" not in "".join(part for part in policy.split(";") if "script-src" in part or "default-src" in part)
    assert scripts
    if not path.startswith("/static"):
        assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate, max-age=0"


def test_static_files_are_cached_for_good_and_compressed(portal, stranger):
    page = stranger.get("/login", headers={"Accept": "text/html"}).text
    import re
    found = re.search(r'href="(/static/css/[^"]+\.css)"', page)
    answer = stranger.get(found.group(1), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"] or "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"


def test_unknown_meters_are_404_and_registered_ones_without_data_are_empty(feed, admin):
    for path in ("data", "history", "weekly_duration", "forecast_energy"):
        assert admin.get(f"/power_monitoring/{path}?uid=AA:AA:AA:AA:AA:AA").status_code == 404
    made = admin.post("/login/devices", json={"mac_address": "ab-ab-ab-ab-ab-ab", "mcu_type": "ESP32", "location": "Lab"})
    assert made.status_code in (200, 201), made.text
    data = admin.json("/power_monitoring/data?uid=abababababab")
    assert data["rtc"] == [] and data["voltage"] == []
    again = admin.post("/login/devices", json={"mac_address": "ABABABABABAB", "mcu_type": "x", "location": "y"})
    assert again.status_code == 409 and again.json()["code"] == "conflict"


def test_a_stored_script_is_text_on_every_page(feed, admin):
    evil = "<script>alert(1)</script>"
    feed((POWER, spec_power(uid=evil)), (CLIMATE, {"id": evil, "temperature": 20}), (POWER, evil))
    for path in ("/login/summary", "/login/devices", "/login/quarantine", f"/power_monitoring?uid={evil}"):
        answer = admin.get(path, headers={"Accept": "text/html"})
        assert evil not in answer.text, path


def raw(port, request, seconds=5):
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except socket.timeout:
            pass
        return received


@pytest.mark.parametrize("request_text, statuses", [
    (b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 17000 + b"\r\n\r\n", (400, 431, 413)),
    (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 70000\r\n\r\n", (413,)),
    (b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400, 411, 501)),
    (b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", (400,)),
    (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", (400,)),
    (b"GARBAGE\r\n\r\n", (400,)),
], ids=["a long header", "a large body before login", "chunked", "two hosts", "two lengths", "garbage"])
def test_hostile_requests_are_refused_and_the_next_one_is_served(portal, request_text, statuses):
    answer = raw(portal.port, request_text)
    assert int(answer.split(b" ", 2)[1]) in statuses, answer[:200]
    assert requests.get(portal.url + "/health", timeout=5).status_code == 200


def try_login(portal, name, password, address):
    """As if it came through a proxy from another address: loopback is a trusted proxy."""
    return requests.post(portal.url + "/login", json={"username": name, "password": password}, timeout=20,
                         headers={"X-Forwarded-For": address})


def test_ten_wrong_passwords_close_the_name_for_a_while(portal, database):
    database.create_account("clumsy", "the right password", "user")
    for attempt in range(10):
        name = "clumsy" if attempt % 2 else "CLUMSY"
        assert try_login(portal, name, "wrong", f"192.0.2.{attempt}").status_code == 401
    answer = try_login(portal, "clumsy", "the right password", "192.0.2.99")
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert answer.json()["code"] == "too_many"


def test_ten_wrong_passwords_close_the_address_for_a_while(portal):
    for attempt in range(10):
        assert try_login(portal, f"guess{attempt}", "wrong", "198.51.100.7").status_code == 401
    assert try_login(portal, "admin", "correct horse", "198.51.100.7").status_code == 429
    assert try_login(portal, "admin", "correct horse", "198.51.100.8").status_code == 200


def test_a_success_forgives_the_wrong_ones_before(portal):
    for _ in range(3):
        for attempt in range(4):
            assert try_login(portal, "operator", "wrong", f"203.0.113.{attempt}").status_code == 401
        assert try_login(portal, "operator", "operator's own", "203.0.113.9").status_code == 200
