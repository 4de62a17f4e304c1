"""The Debian package: what is in it, and its life in a Debian 12 with nothing else."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from debian_root import debian_root
from silaware import SOURCE

BUILD = Path(os.environ.get("SILAWARE_BUILD") or SOURCE / "build/release")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    subprocess.run(["cpack", "--config", str(BUILD / "CPackConfig.cmake"), "-B", str(folder)], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL)
    (found,) = folder.glob("silaware_*_amd64.deb")
    return found


def output(*command):
    return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout


def test_it_installs_programs_units_and_settings(package):
    listing = output("dpkg-deb", "-c", package)
    for path in ("./usr/bin/silaware", "./usr/share/silaware/templates/layout.tpl", "./usr/share/silaware/static/manifest.json",
                 "./lib/systemd/system/silaware-portal.service", "./lib/systemd/system/silaware-ingest.service",
                 "./etc/silaware/silaware.conf", "./usr/share/doc/silaware/copyright"):
        assert re.search(rf" {re.escape(path)}$", listing, re.M) or re.search(rf" {re.escape(path.replace('./lib', './usr/lib'))}$",
                                                                             listing, re.M), path
    assert "root/root" in listing and "/work" not in listing


def test_it_depends_on_the_libraries_it_was_linked_with(package):
    depends = output("dpkg-deb", "-f", package, "Depends")
    for library in ("libc6", "libmariadb3", "libmosquitto1", "libsqlite3-0", "liblz4-1", "libssl3", "libcurl4", "adduser", "tzdata"):
        assert re.search(rf"\b{re.escape(library)}\b", depends), library
    assert "/etc/silaware/silaware.conf" in output("dpkg-deb", "-I", package, "conffiles")


def test_its_changelog_begins_with_its_version(package):
    version = output("dpkg-deb", "-f", package, "Version").strip()
    for file in ("deploy/debian/changelog", "CHANGELOG.md"):
        assert re.search(r"\d+\.\d+\.\d+", (SOURCE / file).read_text()).group() == version, file


def test_lintian_finds_no_error(package):
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed")
    root = ["--allow-root"] if os.geteuid() == 0 else []
    run = subprocess.run(["lintian", "--fail-on", "error", *root, str(package)], stdout=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stdout


@pytest.fixture(scope="module")
def debian():
    yield from debian_root("bookworm", "SILAWARE_DEBIAN_ROOT")


def test_installed_removed_and_purged_it_leaves_nothing(package, debian):
    root, inside = debian.folder, debian.run
    shutil.copy(package, root / "tmp/silaware.deb")
    assert inside("apt-get update -qq").returncode == 0
    installed = inside("apt-get install -y --no-install-recommends /tmp/silaware.deb")
    assert installed.returncode == 0, installed.stdout
    assert inside("silaware --version").stdout.startswith("silaware ")
    assert inside("stat -c '%U:%G %a' /etc/silaware/silaware.conf /var/lib/silaware").stdout == "root:silaware 640\nsilaware:silaware 750\n"
    config = inside("setpriv --reuid=silaware --regid=silaware --clear-groups silaware config --config /etc/silaware/silaware.conf")
    assert re.search(r"^DB_USER +silaware +file", config.stdout, re.M), config.stdout
    assert inside("dpkg -r silaware").returncode == 0
    assert (root / "etc/silaware/silaware.conf").exists()
    assert inside("dpkg -P silaware").returncode == 0
    for path in ("etc/silaware", "var/lib/silaware", "usr/share/silaware", "usr/bin/silaware"):
        assert not (root / path).exists(), path
    assert inside("getent passwd silaware").returncode != 0
