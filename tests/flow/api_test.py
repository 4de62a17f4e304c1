"""The API document against what the portal really answers: the same fields, null only where it says so."""
import json
from datetime import datetime, timedelta, timezone

import pytest
from portal import Visitor
from telemetry import CLIMATE, POWER, UTILS, power

METER, MACHINE, ROOM = "AA:BB:CC:00:00:01", "AA:BB:CC:00:00:02", "AA:BB:CC:00:00:03"
SILENT = "AA:BB:CC:00:00:04"
PYTHON_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float), "integer": int,
                "null": type(None)}


def is_a(value, name):
    # To Python True is a number.
    return isinstance(value, PYTHON_TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


class Document:
    def __init__(self, portal_visitor):
        self.content = portal_visitor.json("/login/api/json")
        self.lists, self.filled = set(), set()

    def operations(self, method):
        for path, operations in self.content["paths"].items():
            if method in operations:
                yield path, operations[method]

    def schema(self, method, path, kind="application/json"):
        for status, answer in self.content["paths"][path][method]["responses"].items():
            if status.startswith("2") and kind in answer["content"]:
                return int(status), answer["content"][kind]["schema"]
        return None

    def problems_with(self, method, path, answer):
        status, schema = self.schema(method, path)
        if answer.status_code != status:
            return [f"{method} {path}: {answer.status_code} instead of {status}: {answer.text[:200]}"]
        return self.compare(schema, answer.json(), f"{method} {path} ")

    def compare(self, schema, value, place):
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_a(value, name) for name in types):
            return [f"{place} is {value!r}, not {types}"]
        if isinstance(value, list):
            self.lists.add(place)
            if value:
                self.filled.add(place)
            return [problem for item in value for problem in self.compare(schema["items"], item, place + "[]")]
        if isinstance(value, dict):
            return self.compare_objects(schema, value, place)
        if schema.get("format") == "date-time" and value is not None:
            assert datetime.fromisoformat(value).tzinfo, place
        return []

    def compare_objects(self, schema, value, place):
        if "additionalProperties" in schema:
            return [problem for name, item in value.items()
                    for problem in self.compare(schema["additionalProperties"], item, f"{place}.{name}")]
        if "properties" not in schema:
            return []
        described = schema["properties"]
        problems = [f"{place}.{name} is not described" for name in value.keys() - described.keys()]
        problems += [f"{place}.{name} is missing" for name in described.keys() - value.keys()]
        for name in value.keys() & described.keys():
            problems += self.compare(described[name], value[name], f"{place}.{name}")
        return problems


@pytest.fixture(scope="module")
def admin(portal):
    return Visitor(portal.url).login()


@pytest.fixture(scope="module")
def document(admin):
    return Document(admin)


def everything_read(document, admin, uid, mac):
    """The problems with every JSON answer to a GET."""
    problems = []
    for path, operation in document.operations("get"):
        if document.schema("get", path) is None:
            continue
        needed = {parameter["name"] for parameter in operation["parameters"] if parameter["required"]}
        parameters = {name: value for name, value in (("uid", uid), ("mac", mac)) if name in needed}
        assert needed == parameters.keys(), f"{path} needs {needed}"
        problems += document.problems_with("get", path, admin.get(path, params=parameters))
    return problems


def change(document, admin, method, path, body=None, **places):
    answer = admin.request(method, path.format(**places), json=body)
    assert document.problems_with(method.lower(), path.partition("?")[0], answer) == []
    return answer.json()


def feed_everything(feed):
    now = datetime.now(timezone(timedelta(hours=7)))
    epoch = int(now.timestamp())

    def reading(seconds_ago, energy):
        rtc = (now - timedelta(seconds=seconds_ago)).strftime("%d/%m/%Y %H:%M:%S")
        return POWER, {**power(METER, energy, rtc, current=[4.5], pf=[None]), "energy_history": [1.5, None, 2]}
    # A dip of the register: a correction.
    outcome = feed(*(reading(*pair) for pair in ((40, 100.0), (30, 0), (20, 100.1), (10, 100.2))),
                   (UTILS, {"id": MACHINE, "start": epoch - 900, "stop": epoch - 60, "cycle_count": 1, "total_run": 840}),
                   (CLIMATE, {"id": ROOM, "temperature": 45.5, "humidity": None}),
                   (POWER, "no JSON"))
    assert outcome == {"stored": 6, "duplicate": 0, "quarantined": 1}


def test_answers_hold_what_the_document_says(document, admin, feed):
    change(document, admin, "POST", "/login/devices", {"mac_address": SILENT})
    change(document, admin, "PUT", "/login/settings/json", {"temphumid_mailreceiver": "rooms@example.com"})
    assert everything_read(document, admin, SILENT, SILENT) == []
    feed_everything(feed)
    change(document, admin, "POST", "/login/profile/tokens", {"name": "export"})
    change(document, admin, "PUT", f"/login/climate/limits?mac={ROOM}", {"max_humidity": 60})
    change(document, admin, "POST", f"/login/utilities/serviced?mac={MACHINE}")
    [alert] = admin.json("/login/alerts/json?state=open")["items"]
    assert everything_read(document, admin, METER, ROOM) == []
    change(document, admin, "POST", "/login/alerts/{id}/ack", {"note": "seen"}, id=alert["id"])
    assert everything_read(document, admin, METER, ROOM) == []
    # A list that was always empty would have proved nothing.
    assert document.lists - document.filled == set()


def test_a_live_reading_holds_what_the_document_says(document, admin, feed):
    _, schema = document.schema("get", "/login/live", "text/event-stream")
    with admin.get("/login/live", stream=True) as stream:
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        feed((POWER, power("AA:BB:CC:00:00:05", 7.5, frequency=[None])))
        data = next(line for line in lines if line.startswith("data:") and "AA:BB:CC:00:00:05" in line)
    assert document.compare(schema, json.loads(data[5:]), "live ") == []
