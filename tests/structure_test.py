#!/usr/bin/python3
"""The walls between the rooms that linking can't enforce. Prints each breach with file and line; exit 1 if any."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"

ROOMS_BELOW = {
    "core": [],
    "domain": ["core"],
    "auth": ["core"],
    "storage": ["core", "domain", "auth"],
    "spool": ["core"],
    "mqtt": ["core"],
    "mail": ["core"],
    "http": ["core"],
    "view": ["core"],
    "sheet": ["core"],
    "ingest": ["core", "domain", "storage", "spool", "mqtt"],
    "alerts": ["core", "domain", "storage", "mail", "view"],
    "portal": ["core", "domain", "auth", "storage", "http", "view", "sheet", "mail"],
    "app": ["*"],
}

# Third-party headers and the only rooms that may include them.
HEADER_ROOMS = [
    (r"mysql(d_error)?\.h|mariadb", {"storage"}),
    (r"mosquitto\.h|openssl/ssl\.h", {"mqtt"}),
    (r"curl/", {"mail"}),
    (r"xlsxwriter", {"sheet"}),
    (r"ctemplate/", {"view"}),
    (r"sqlite3\.h|lz4", {"spool"}),
    (r"boost/(asio|beast)", {"http"}),
    (r"jwt\.h", {"auth"}),
    (r"CLI/", {"app"}),
    (r"boost/pfr", {"storage"}),
    (r"utf8proc\.h", {"core"}),
]

PURE_ROOMS = {"core", "domain", "auth"}
CLOCK = "core/clock"  # the one file that reads the wall clock and waits; no pure room may ask it
IO_HEADERS = re.compile(r"(fstream|iostream|cstdio|filesystem|unistd\.h|fcntl\.h|sys/|netdb\.h|thread|mutex|spdlog/|ctime)")
CLOCKS = re.compile(r"system_clock::now|steady_clock::now|\bgetenv\b|\btime\(nullptr\)|locate_zone(?!\()")

SQL = re.compile(r"\b(SELECT\s+[\w(*,.` ]+\s+FROM|INSERT (IGNORE )?INTO|UPDATE\s+\w+\s+SET|DELETE FROM|REPLACE INTO)\b")
STATEMENT = re.compile(r'"(SELECT|INSERT|REPLACE|UPDATE|DELETE|CREATE|ALTER|DROP|SHOW|SET|GRANT|LOCK|FLUSH|KILL)\s')
SQL_ALLOWED = {"storage"}

breaches = []


def breach(path, number, text):
    breaches.append(f"{path.relative_to(ROOT)}:{number}: {text}")


def check_includes(path, room, number, line):
    match = re.match(r'\s*#include\s+[<"]([^>"]+)[>"]', line)
    if not match:
        return
    header = match.group(1)
    other = header.split("/")[0]
    if other in ROOMS_BELOW and other != room:
        allowed = ROOMS_BELOW[room]
        if "*" not in allowed and other not in allowed:
            breach(path, number, f"{room} must not include {other}")
    for pattern, rooms in HEADER_ROOMS:
        if re.match(pattern, header) and room not in rooms:
            breach(path, number, f"<{header}> belongs into {', '.join(sorted(rooms))} alone")
    if room in PURE_ROOMS and IO_HEADERS.match(header) and path != SOURCE / f"{CLOCK}.cpp":
        breach(path, number, f"{room} is pure: no <{header}>")
    if room in PURE_ROOMS and header == f"{CLOCK}.hpp" and path.stem != "clock":
        breach(path, number, f"{room} is pure: the time is a parameter")


def check_sources():
    for path in sorted(SOURCE.rglob("*.[ch]pp")):
        room = path.relative_to(SOURCE).parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            check_includes(path, room, number, line)
            code = line.split("//")[0]
            if room in PURE_ROOMS and CLOCKS.search(code) and path != SOURCE / f"{CLOCK}.cpp":
                breach(path, number, f"{room} is pure: the time and the environment are parameters")
            if room not in SQL_ALLOWED and room != "spool" and (SQL.search(code) or STATEMENT.search(code)):
                breach(path, number, "SQL stands in storage/ and db/ alone")


def check_templates():
    for path in sorted((ROOT / "templates").rglob("*.tpl")):
        first = path.read_text().splitlines()[0]
        if not re.match(r"\{\{%AUTOESCAPE context=\"\w+\"", first):
            breach(path, 1, "every template starts with the auto-escape pragma")


# Build statements from names of tables and columns, or offsets of a time zone: nothing that anybody sends.
FIXED_TEXT_ALONE = {"upgrade.cpp", "upgrade_expressions.cpp", "upgrade_tables.cpp", "migrations.cpp", "connection.cpp"}
QUOTED_VALUE = re.compile(r"""(\b(WHERE|VALUES|SET|LIKE|AND|OR|IN)\b[^"]*'\s*"\s*\+)|(=|LIKE|IN \(|,)\s*'\{[^}]*\}'""")
SENT_TEXT = re.compile(r"\b(request|filter|wanted)\.(search|topic|kind|device|state)\b")
TEXT_IN_STATEMENT = re.compile(r"""(SELECT|WHERE|AND|OR|ORDER BY|LIKE)\b[^"]*"\s*\+|fmt::format\("[^"]*(SELECT|WHERE|ORDER BY|LIKE)""")


def check_bound_parameters():
    """What people and devices send reaches a statement as a bound parameter, and LIKE as an escaped one."""
    for path in sorted((SOURCE / "storage").glob("*.[ch]pp")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.split("//")[0]
            if path.name not in FIXED_TEXT_ALONE and QUOTED_VALUE.search(code):
                breach(path, number, "a value is pasted into a statement: bind it")
            if SENT_TEXT.search(code) and TEXT_IN_STATEMENT.search(code):
                breach(path, number, "text from outside stands in a statement: bind it")
            for wanted in re.finditer(r"\bLIKE (?!\{)(\S+)([^\n]{0,12})", code):
                if path.name not in FIXED_TEXT_ALONE and (wanted.group(1) != "?" or "ESCAPE '!'" not in wanted.group(2)):
                    breach(path, number, "LIKE takes ? ESCAPE '!' and a like_pattern, so that wildcards are text")


def check_format():
    files = [str(p) for p in SOURCE.rglob("*.[ch]pp")]
    try:
        result = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    except FileNotFoundError:
        return
    for line in result.stderr.splitlines():
        if "error:" in line:
            breaches.append(line.replace(str(ROOT) + "/", ""))


if __name__ == "__main__":
    check_sources()
    check_templates()
    check_bound_parameters()
    check_format()
    print("\n".join(breaches) or "the walls stand")
    sys.exit(1 if breaches else 0)
