"""The examples for servers around us, given to these servers themselves."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import requests
from servers import Server, free_port, port_open
from silaware import SOURCE, Ingest, Serve, environment, must_run
from telemetry import POWER, encode, power
from servers import wait_for

DEPLOY = SOURCE / "deploy"
NAME = "energy.example.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext",
                    f"subjectAltName=DNS:{NAME},DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem"], check=True, stderr=subprocess.DEVNULL)
    os.chmod(folder, 0o755)
    os.chmod(folder / "key.pem", 0o644)
    return folder


def with_certificate(text, folder):
    text = re.sub(r"/etc/letsencrypt/live/\S+/fullchain.pem", f"{folder}/cert.pem", text)
    return re.sub(r"/etc/letsencrypt/live/\S+/privkey.pem", f"{folder}/key.pem", text)


class Front(Server):
    """A web server with one of the examples, on free ports, before a real portal."""

    def __init__(self, name, portal, certificate):
        super().__init__(name)
        self.http, self.https = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.https}"
        self.certificate = certificate
        text = with_certificate((DEPLOY / name / "silaware.conf").read_text(), certificate)
        self.example = text.replace("127.0.0.1:8080", f"127.0.0.1:{portal.port}")

    def is_up(self):
        return port_open(self.https)

    def get(self, path, **options):
        return requests.get(self.url + path, verify=False, timeout=20, allow_redirects=False,
                            headers={"Host": NAME, **options.pop("headers", {})}, **options)


class Nginx(Front):
    def __init__(self, *arguments):
        super().__init__("nginx", *arguments)

    def command(self):
        example = re.sub(r"^\s*listen \[::\].*$", "", self.example, flags=re.M)
        example = example.replace("listen 80;", f"listen 127.0.0.1:{self.http};")
        (self.folder / "site.conf").write_text(example.replace("listen 443 ", f"listen 127.0.0.1:{self.https} "))
        user = "user root;\n" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"{user}daemon off;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log;\nevents {{}}\n"
            f"http {{\naccess_log off;\nclient_body_temp_path {self.folder}/body;\nproxy_temp_path {self.folder}/proxy;\n"
            f"fastcgi_temp_path {self.folder}/f;\nuwsgi_temp_path {self.folder}/u;\nscgi_temp_path {self.folder}/s;\n"
            f"include {self.folder}/site.conf;\n}}\n")
        command = ["/usr/sbin/nginx", "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log")]
        subprocess.run([*command, "-t"], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return command


class Apache(Front):
    def __init__(self, *arguments):
        super().__init__("apache", *arguments)

    def command(self):
        example = self.example.replace("*:80>", f"127.0.0.1:{self.http}>").replace("*:443>", f"127.0.0.1:{self.https}>")
        modules = ("mpm_event", "authz_core", "authz_host", "proxy", "proxy_http", "ssl", "headers", "alias", "socache_shmcb")
        loads = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in modules)
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        (self.folder / "apache.conf").write_text(
            f"ServerRoot {self.folder}\nServerName localhost\nListen 127.0.0.1:{self.http}\nListen 127.0.0.1:{self.https}\n"
            f"PidFile {self.folder}/pid\nDefaultRuntimeDir {self.folder}\nErrorLog {self.folder}/error.log\n{loads}{user}{example}")
        command = ["/usr/sbin/apache2", "-f", str(self.folder / "apache.conf")]
        subprocess.run([*command, "-t"], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return [*command, "-D", "FOREGROUND"]


@pytest.fixture(scope="module")
def portal(database):
    with Serve(database) as process:
        yield process


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
@pytest.mark.parametrize("server", [Nginx, Apache])
def test_a_web_server_with_tls_in_front(server, portal, database, certificate):
    with server(portal, certificate) as front:
        page = front.get("/login")
        assert page.status_code == 200 and "Strict-Transport-Security" in page.headers
        assert front.get("/login/summary", headers={"Accept": "text/html"}).headers["Location"].startswith("/login?next=")
        token = requests.post(front.url + "/login", json={"username": "admin", "password": "correct horse"}, verify=False,
                              timeout=20, headers={"Host": NAME, "X-Forwarded-For": "198.51.100.66"}).json()["access_token"]
        assert database.value("SELECT COUNT(*) FROM audit_log WHERE address = '198.51.100.66'") == 0
        assert database.value("SELECT COUNT(*) FROM audit_log WHERE address = '127.0.0.1'") > 0
        signed_in = {"Authorization": "Bearer " + token}
        assert front.get("/login/report/excel", headers=signed_in).content[:2] == b"PK"
        with front.get("/login/live", headers=signed_in, stream=True) as stream:
            assert stream.status_code == 200 and next(stream.iter_content(1))
        redirect = requests.get(f"http://127.0.0.1:{front.http}/login", headers={"Host": NAME}, allow_redirects=False, timeout=10)
        assert redirect.status_code == 301 and redirect.headers["Location"].startswith(f"https://{NAME}/")


class TlsBroker(Server):
    """mosquitto with the example as it is, but for paths and ports, in conf.d of Debian's own configuration."""

    MAIN = Path("/etc/mosquitto/mosquitto.conf")

    def __init__(self, certificate, credentials):
        super().__init__("mosquitto")
        self.port, self.tls_port = free_port(), free_port()
        text = (DEPLOY / "mosquitto/silaware.conf").read_text()
        for old, new in (("listener 1883 ", f"listener {self.port} "), ("listener 8883", f"listener {self.tls_port} 127.0.0.1"),
                         ("/etc/mosquitto/certs/server.crt", f"{certificate}/cert.pem"),
                         ("/etc/mosquitto/certs/server.key", f"{certificate}/key.pem"), ("/etc/mosquitto/", f"{credentials}/")):
            assert old in text
            text = text.replace(old, new)
        self.text = text + ("user root\n" if os.geteuid() == 0 else "")

    def command(self):
        (self.folder / "conf.d").mkdir()
        (self.folder / "conf.d/silaware.conf").write_text(self.text)
        main = self.MAIN.read_text()
        for theirs, ours in (("/run/mosquitto/", f"{self.folder}/"), ("/var/lib/mosquitto/", f"{self.folder}/"),
                             ("log_dest file /var/log/mosquitto/mosquitto.log", "log_dest stderr"),
                             ("/etc/mosquitto/conf.d", f"{self.folder}/conf.d")):
            assert theirs in main
            main = main.replace(theirs, ours)
        (self.folder / "mosquitto.conf").write_text(main)
        return ["/usr/sbin/mosquitto", "-c", str(self.folder / "mosquitto.conf")]

    def is_up(self):
        return port_open(self.tls_port)


def test_a_broker_with_tls_passwords_and_access_list(database, certificate, tmp_path):
    database.rows("INSERT INTO devices (mac_address, mcu_type, location) VALUES ('DE:00:00:00:00:01', 'ESP32', 'hall')")
    output = must_run("broker-credentials", "--folder", tmp_path, env=environment(database.environment))
    passwords = dict(line.split("\t")[:2] for line in output.splitlines())
    with TlsBroker(certificate, tmp_path) as broker:
        settings = {"MQTT_HOST": "localhost", "MQTT_PORT": broker.tls_port, "MQTT_TLS_CA": certificate / "cert.pem",
                    "MQTT_USERNAME": "silaware-ingest", "MQTT_PASSWORD": passwords["silaware-ingest"]}
        with Ingest(database, **settings) as ingest:
            subprocess.run(["/usr/bin/mosquitto_pub", "-h", "localhost", "-p", str(broker.tls_port), "--cafile", certificate / "cert.pem", "-u",
                            "de0000000001", "-P", passwords["de0000000001"], "-q", "1", "-t", POWER, "-s"],
                           input=encode(power("DE:00:00:00:00:01", 3)), check=True, timeout=20)
            wait_for(lambda: ingest.metrics()["silaware_messages_stored_total"] == 1, 15, "the reading")


@pytest.mark.parametrize("example, proof", [("mariadb/60-silaware.cnf", r"^innodb-buffer-pool-size\s+402653184$"),
                                            ("galera/61-galera.cnf", r"^wsrep-cluster-name\s+silaware$")])
def test_mariadb_knows_every_setting(example, proof):
    run = subprocess.run(["/usr/sbin/mariadbd", f"--defaults-file={DEPLOY / example}", "--help", "--verbose",
                          *(["--user=root"] if os.geteuid() == 0 else [])], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stderr
    assert re.search(proof, run.stdout, re.M)
    assert "unknown" not in run.stderr


def test_logrotate_takes_its_example():
    if not Path("/usr/sbin/logrotate").exists():
        pytest.skip("logrotate is not installed")
    run = subprocess.run(["/usr/sbin/logrotate", "-d", str(DEPLOY / "logrotate/silaware")], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0 and "error" not in run.stdout, run.stdout


def test_the_dashboard_asks_only_for_metrics_that_there_are():
    dashboard = (DEPLOY / "grafana/silaware.json").read_text()
    json.loads(dashboard)
    sources = "".join(path.read_text() for path in (SOURCE / "src").rglob("*.cpp"))
    for metric in set(re.findall(r"\b(?:silaware|process)_[a-z_]+", dashboard)):
        if metric != "silaware":
            assert metric.removesuffix("_bucket") in sources, metric


def test_the_services_name_what_is_installed():
    for unit in ("portal", "ingest"):
        text = (DEPLOY / f"systemd/silaware-{unit}.service").read_text()
        assert "User=silaware" in text and "WatchdogSec=" in text and "Restart=always" in text
        assert "--config /etc/silaware/silaware.conf" in text
