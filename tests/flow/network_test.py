"""The portal against the network: many connections, slow ones, and ones that mean harm."""
import resource
import socket
import threading
import time

import pytest
import requests

IDLE = 10_000


@pytest.fixture
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < IDLE + 500:
        pytest.skip(f"the hard limit of open files is {hard}: ulimit -Hn {IDLE + 500} or more is needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 500, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def healthy(portal, seconds=5):
    begin = time.monotonic()
    assert requests.get(portal.url + "/health", timeout=seconds).status_code == 200
    return time.monotonic() - begin


def test_ten_thousand_idle_connections_are_held_without_harm(portal, many_descriptors):
    before = portal.memory_mb()
    begin = time.monotonic()
    idle = []
    try:
        for _ in range(IDLE):
            idle.append(socket.create_connection(("127.0.0.1", portal.port), timeout=10))
        opened = time.monotonic() - begin
        took = healthy(portal)
        grown = portal.memory_mb() - before
        print(f"\n{IDLE} connections in {opened:.1f} s, {grown:.0f} MB more, a request among them took {took * 1000:.0f} ms")
        assert grown < 150, f"{grown} MB for idle connections"
        if time.monotonic() - begin < 60:  # an idle connection lives for 75 s
            for connection in (idle[0], idle[IDLE // 2], idle[-1]):
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        for connection in idle:
            connection.close()
    assert healthy(portal) < 5


def test_slow_senders_starve_nobody_and_are_dropped(portal):
    """Five hundred connections that drip a header each second: a slow-loris."""
    slow = [socket.create_connection(("127.0.0.1", portal.port), timeout=10) for _ in range(500)]
    begin = time.monotonic()
    for connection in slow:
        connection.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\n")
    stop = threading.Event()

    def drip():
        while not stop.wait(1):
            for connection in slow:
                try:
                    connection.sendall(b"X-Drip: 1\r\n")
                except OSError:
                    pass  # dropped, as it should be
    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        while time.monotonic() - begin < 25:
            healthy(portal)
            time.sleep(2)
        for connection in slow:
            connection.settimeout(max(0.1, 45 - (time.monotonic() - begin)))
            try:
                assert connection.recv(1) == b""
            except ConnectionResetError:
                pass
        assert time.monotonic() - begin < 45
    finally:
        stop.set()
        dripping.join()
        for connection in slow:
            connection.close()


def test_requests_in_one_piece_are_answered_in_order(portal):
    paths = [b"/health", b"/nowhere", b"/login/devices/json", b"/health"]
    burst = b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths)
    burst += b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as connection:
        connection.sendall(burst)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    statuses = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 401, 200, 200]


@pytest.mark.parametrize("path", ["/static/../../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc/passwd",
                                  "/static/..%5c..%5cetc", "/static//etc/passwd", "/static/%00", "//etc/passwd"])
def test_no_path_leads_out_of_the_static_files(portal, path):
    with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert int(received.split(b" ", 2)[1]) in (400, 404) and b"root:" not in received


def test_a_parameter_adds_no_header(portal):
    answer = requests.get(portal.url + "/login?next=%0d%0aSet-Cookie:%20evil=1", timeout=20)
    assert "evil" not in answer.headers.get("Set-Cookie", "") and "evil" not in answer.headers
    answer = requests.get(portal.url + "/login/summary?x=%0d%0aEvil:1", timeout=20, allow_redirects=False)
    assert answer.status_code == 302 and "Evil" not in answer.headers
