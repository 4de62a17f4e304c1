import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from servers import MariaDB  # noqa: E402


@pytest.fixture(scope="session")
def mariadb():
    """Durable, as in use: its kills are part of the tests."""
    with MariaDB(durable=True) as server:
        yield server
