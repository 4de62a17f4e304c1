"""A minimal Debian release in a folder, to install and run things in as on a host of its own."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


class DebianRoot:
    """`prepared`, a folder that already holds the release, is used and left; else debootstrap makes a passing one."""

    def __init__(self, release, prepared=None):
        self.folder = Path(prepared or tempfile.mkdtemp(prefix=f"silaware-{release}-"))
        self.passing = not prepared
        if self.passing:
            self.folder.chmod(0o755)  # mkdtemp leaves 0700: no account but root could look up a library in there
            made = subprocess.run(["debootstrap", "--variant=minbase", release, str(self.folder)], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            if made.returncode != 0:
                self.remove()
                pytest.skip(f"debootstrap can't have {release}: " + made.stdout[-300:])

    def run(self, command, **variables):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", **variables}
        return subprocess.run(["/usr/sbin/chroot", str(self.folder), "/bin/sh", "-c", command], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def remove(self):
        if self.passing:
            shutil.rmtree(self.folder, ignore_errors=True)


def debian_root(release, variable):
    """For a fixture: yields the root, or skips where there can be none."""
    prepared = os.environ.get(variable)
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    if not prepared and not shutil.which("debootstrap"):
        pytest.skip("debootstrap is not installed")
    root = DebianRoot(release, prepared)
    yield root
    root.remove()
