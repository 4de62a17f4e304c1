#!/usr/bin/python3
"""with_mariadb.py COMMAND …: runs COMMAND with a private MariaDB whose socket is in DB_SOCKET."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
from servers import MariaDB  # noqa: E402

if __name__ == "__main__":
    with MariaDB() as database:
        sys.exit(subprocess.call(sys.argv[1:], env={**os.environ, **database.environment}))
