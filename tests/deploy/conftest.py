"""What the tests of deployments share: a MariaDB that other users may reach, too, and a database in it."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from servers import MariaDB, Mosquitto  # noqa: E402
from silaware import FreshDatabase  # noqa: E402


@pytest.fixture(scope="session")
def mariadb():
    with MariaDB() as server:
        os.chmod(server.folder, 0o755)
        yield server


@pytest.fixture(scope="module")
def database(mariadb):
    fresh = FreshDatabase(mariadb)
    fresh.create_account()
    yield fresh
    fresh.drop()


@pytest.fixture(scope="module")
def broker():
    with Mosquitto() as server:
        yield server
