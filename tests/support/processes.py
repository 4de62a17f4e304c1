"""Finds processes by where they run and what their command line says."""
import os


def processes_in(folder, *words):
    """Pids of the processes whose working directory is `folder` and whose command line has all of `words`."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            arguments = open(f"/proc/{pid}/cmdline", "rb").read().decode(errors="replace").split("\0")
            here = os.path.realpath(f"/proc/{pid}/cwd") == os.path.realpath(folder)
        except OSError:
            continue
        if here and all(word in arguments for word in words):
            found.append(int(pid))
    return sorted(found)
