"""The portal under Phusion Passenger (cPanel's "Setup Python App") and under any other WSGI server.

Passenger 6 starts this file and is handed the silaware binary itself, which speaks Passenger's protocol: no Python
is left in the way of a request. Elsewhere `application` is a bridge to a `silaware serve` on a Unix socket, which
the first worker that needs it starts, all workers share, and which ends with the last of them. MQTT listeners are
never started here: see run_mqtt.py.

Relative paths count from the folder of this file; a `silaware.conf` in it is read, and tmp/restart.txt restarts as
with Passenger. Python 3.6 or later, nothing but its standard library.
"""
import fcntl
import glob
import hashlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

FOLDER = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 20
SILENCE_SECONDS = 120
RETRY_SECONDS = 5
PIECE = 64 * 1024
LONGEST_SOCKET_PATH = 100  # of 107 that the kernel allows
OUR_VARIABLES = re.compile("^(DB|MQTT|SECRET|JWT|SESSION|PASSWORD|MAIL|SITE|ENERGY|CO2|CYCLE|RETENTION|CLEANUP|ALLOW|"
                           "PUBLIC|TRUSTED|METRICS|SPOOL|SILAWARE|LOG)_|^CURRENCY$")
HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
              "trailer", "transfer-encoding", "upgrade", "expect"}
SAID_ANEW = {"content-length", "content-type", "x-forwarded-for", "x-forwarded-proto"}


class Unavailable(Exception):
    """The portal can't be reached; the text is for the log."""


def find_binary():
    """The silaware binary: beside this file (bundle), in bin/, from a build, or on the PATH."""
    for place in ("silaware", "bin/silaware", "build/release/silaware"):
        candidate = os.path.join(FOLDER, place)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    found = shutil.which("silaware")
    if not found:
        raise Unavailable("there is no silaware binary in " + FOLDER + ", its bin/ or build/release/, nor on the "
                          "PATH: unpack the bundle here, or build with ./run")
    return found


def serve_command(*options):
    config = os.path.join(FOLDER, "silaware.conf")
    return [find_binary(), "serve"] + list(options) + (["--config", config] if os.path.isfile(config) else [])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        http.client.HTTPConnection.__init__(self, "localhost", timeout=SILENCE_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def connects(connection):
    try:
        connection.connect()
        return True
    except OSError:
        connection.close()
        return False


class Portal:
    """The `silaware serve` that the workers of one web application share.

    Three files belong to one: the socket; a lock, which the server holds as long as it lives; a pipe, whose reading
    end is the server's standard input and whose writing end each worker holds, so that the server ends when the
    last worker has ended, however that came. Their name is made from what the server was started with: workers of
    another version, other settings or a later restart get a server of their own.
    """

    def __init__(self):
        self.mutex = threading.Lock()
        self.base = None
        self.pipe = None
        self.process = None
        self.failure = None
        self.patience_ends = 0.0

    def connect(self):
        """A connection to the server, which is started if none answers."""
        base = state_base()
        with self.mutex:
            connection = UnixConnection(base + ".sock")
            if base == self.base and connects(connection):
                return connection
            if time.time() < self.patience_ends:
                raise self.failure
            try:
                self._join(base)
            except Unavailable as failure:
                self.failure = failure
                self.patience_ends = time.time() + RETRY_SECONDS
                raise
        connection.connect()
        return connection

    def _join(self, base):
        deadline = time.time() + START_SECONDS
        if base != self.base:
            self._leave()
        self.base = base
        self.process = None
        while time.time() < deadline:
            if self.process and self.process.poll() is not None:
                raise Unavailable("silaware serve ended with exit code %d; see %s.log" %
                                  (self.process.returncode, self.base))
            self._start_unless_alive()
            probe = UnixConnection(base + ".sock")
            if self._hold_pipe() and connects(probe):
                probe.close()
                return
            time.sleep(0.05)
        raise Unavailable("silaware serve does not answer, perhaps because the database does not; see %s.log" %
                          self.base)

    def _leave(self):
        if self.pipe is not None:
            os.close(self.pipe)
        self.pipe = self.process = None

    def _hold_pipe(self):
        if self.pipe is None:
            try:
                self.pipe = os.open(self.base + ".pipe", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads it: the server is still starting, or just ended
                return False
        return True

    def _start_unless_alive(self):
        with open(self.base + ".lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            self._leave()
            self._start(lock)

    def _start(self, lock):
        remove_left_behind(self.base)
        os.mkfifo(self.base + ".pipe", 0o600)
        both = os.open(self.base + ".pipe", os.O_RDWR | os.O_NONBLOCK)
        self._hold_pipe()
        reading = os.open(self.base + ".pipe", os.O_RDONLY)
        os.close(both)
        with open(self.base + ".log", "ab") as log:
            self.process = subprocess.Popen(
                serve_command("--socket", self.base + ".sock", "--until-stdin-ends"), cwd=FOLDER, stdin=reading,
                stdout=log, stderr=log, pass_fds=[lock.fileno()], start_new_session=True)
        os.close(reading)


def state_base():
    """Path and name of the files of the server that belongs to what is installed and set now."""
    parts = [FOLDER]
    for path in (find_binary(), os.path.join(FOLDER, "silaware.conf"), os.path.join(FOLDER, "tmp", "restart.txt")):
        if os.path.exists(path):
            about = os.stat(path)
            parts.append("%s %d %d" % (path, about.st_mtime_ns, about.st_size))
    parts += sorted("%s=%s" % pair for pair in os.environ.items() if OUR_VARIABLES.match(pair[0]))
    name = "portal-" + hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return os.path.join(state_folder(), name)


def state_folder():
    folder = os.path.join(FOLDER, "tmp", "portal")
    if len(folder) + 30 > LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(FOLDER.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        folder = os.path.join(tempfile.gettempdir(), "silaware-%d-%s" % (os.getuid(), digest))
    os.makedirs(folder, 0o700, exist_ok=True)
    if os.stat(folder).st_uid != os.getuid():
        raise Unavailable(folder + " belongs to another user")
    return folder


def remove_left_behind(base):
    """The socket and pipe of a dead server of this name, and everything of dead ones of other names."""
    for path in (base + ".sock", base + ".pipe"):
        if os.path.exists(path):
            os.remove(path)
    for lock in glob.glob(os.path.join(os.path.dirname(base), "portal-*.lock")):
        other = lock[:-len(".lock")]
        if other == base:
            continue
        with open(lock) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            for path in glob.glob(other + ".*"):
                os.remove(path)


def target_of(environ):
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw and raw.startswith("/"):
        return raw
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    return urllib.parse.quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~") + ("?" + query if query else "")


def forwarded(environ):
    """Who the client is. What it claims itself counts only if the server in front of us is a proxy of this host."""
    peer = environ.get("REMOTE_ADDR", "")
    proto = environ.get("wsgi.url_scheme", "http")
    chain = environ.get("HTTP_X_FORWARDED_FOR", "")
    if peer in ("", "127.0.0.1", "::1"):
        proto = environ.get("HTTP_X_FORWARDED_PROTO", proto)
    return ", ".join(part for part in (chain, peer) if part), proto


def request_headers(environ):
    for key, value in environ.items():
        name = key[5:].replace("_", "-").title()
        if key.startswith("HTTP_") and name.lower() not in HOP_BY_HOP | SAID_ANEW:
            yield name, value
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]
    chain, proto = forwarded(environ)
    if chain:
        yield "X-Forwarded-For", chain
    yield "X-Forwarded-Proto", proto


def body_length(environ):
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else 0


def send(connection, environ):
    connection.putrequest(environ["REQUEST_METHOD"], target_of(environ), skip_host="HTTP_HOST" in environ,
                          skip_accept_encoding=True)
    for name, value in request_headers(environ):
        connection.putheader(name, value)
    left = body_length(environ)
    if environ.get("CONTENT_LENGTH"):
        connection.putheader("Content-Length", str(left))
    connection.endheaders()
    try:
        while left > 0:
            piece = environ["wsgi.input"].read(min(PIECE, left))
            if not piece:
                break
            connection.send(piece)
            left -= len(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server has answered early, 401 or 413: its answer is read next


class Body:
    """The answer's body piece by piece as it comes, event streams too; the connection ends with it."""

    def __init__(self, connection, response):
        self.connection = connection
        self.response = response

    def __iter__(self):
        while True:
            piece = self.response.read1(PIECE)
            if not piece:
                return
            yield piece

    def close(self):
        self.response.close()
        self.connection.close()


def refuse(start_response, status, text):
    body = (text + "\n").encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))),
                            ("Retry-After", str(RETRY_SECONDS)), ("Cache-Control", "no-store")])
    return [body]


PORTAL = Portal()


def exchange(environ):
    """The connection and the head of the answer."""
    connection = PORTAL.connect()
    try:
        send(connection, environ)
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def answer(environ):
    """As exchange(); what may be asked twice is asked again when the server ended meanwhile."""
    try:
        return exchange(environ)
    except (OSError, http.client.HTTPException):
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise
        return exchange(environ)


def application(environ, start_response):
    # An event stream would keep a worker without threads from everything else; the pages poll instead.
    if environ.get("PATH_INFO") == "/login/live" and not environ.get("wsgi.multithread"):
        return refuse(start_response, "503 Service Unavailable", "No live stream on this server: poll")
    try:
        connection, response = answer(environ)
    except (Unavailable, OSError, http.client.HTTPException, ValueError) as error:
        environ["wsgi.errors"].write("silaware: %s\n" % error)
        return refuse(start_response, "503 Service Unavailable", "The portal can't be reached at the moment")
    headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
    start_response("%d %s" % (response.status, response.reason or "Status"), headers)
    return Body(connection, response)


def started_by_passenger():
    folder = os.environ.get("PASSENGER_SPAWN_WORK_DIR", "")
    return os.path.isfile(os.path.join(folder, "args.json")) and os.path.isdir(os.path.join(folder, "response"))


if started_by_passenger():
    os.chdir(FOLDER)
    os.execv(find_binary(), serve_command("--passenger"))
