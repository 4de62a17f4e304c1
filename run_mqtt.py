#!/usr/bin/env python3
"""Starts silaware's MQTT listeners: a thin launcher of `silaware ingest`.

    nohup python run_mqtt.py > mqtt.log 2>&1 &      runs until it is stopped; arguments go to `silaware ingest`
    python run_mqtt.py --watchdog                   for cron: starts it if it does not run, else says nothing

Relative paths count from the folder of this file; a `silaware.conf` in it is read. Python 3.6 or later, nothing
but its standard library.
"""
import fcntl
import os
import re
import shutil
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
LOG = os.path.join(FOLDER, "mqtt.log")
LARGEST_LOG = 10 * 1024 * 1024
PROOF_OF_LIFE_SECONDS = 2


def find_binary():
    """The silaware binary: beside this file (bundle), in bin/, from a build, or on the PATH."""
    for place in ("silaware", "bin/silaware", "build/release/silaware"):
        candidate = os.path.join(FOLDER, place)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    found = shutil.which("silaware")
    if not found:
        sys.exit("run_mqtt.py: there is no silaware binary in " + FOLDER + ", its bin/ or build/release/, nor on "
                 "the PATH: unpack the bundle here, or build with ./run")
    return found


def with_config(arguments):
    """The arguments, and the silaware.conf beside this file unless another one is named."""
    config = os.path.join(FOLDER, "silaware.conf")
    named = any(a == "--config" or a.startswith("--config=") for a in arguments)
    return arguments if named or not os.path.isfile(config) else arguments + ["--config", config]


def is_running(binary, arguments):
    """Whether an ingest process, however it was started, holds the lock of the spool."""
    try:
        settings = subprocess.check_output([binary, "config"] + arguments, universal_newlines=True)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # it has said what is wrong
    home = re.search(r"^SILAWARE_HOME +(.+?) +(default|option|environment|file .*)$", settings, re.M).group(1)
    try:
        with open(os.path.join(home, "spool", "spool.lock")) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def append_to_logs():
    """So that a log that `>` opened and logrotate cut begins anew, not behind a hole of its former length."""
    for stream in (1, 2):
        fcntl.fcntl(stream, fcntl.F_SETFL, fcntl.fcntl(stream, fcntl.F_GETFL) | os.O_APPEND)


def rotate_log():
    if os.path.exists(LOG) and os.path.getsize(LOG) > LARGEST_LOG:
        os.replace(LOG, LOG + ".1")


def start_detached(command):
    """Starts it in a session of its own, so that it outlives cron and the login shell."""
    rotate_log()
    with open(LOG, "ab") as log:
        began = log.tell()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
    try:
        process.wait(PROOF_OF_LIFE_SECONDS)
    except subprocess.TimeoutExpired:
        return 0
    with open(LOG, "rb") as log:
        log.seek(began)
        sys.stderr.write(log.read().decode("utf-8", "replace"))
    return 1


def main(arguments):
    os.chdir(FOLDER)
    binary = find_binary()
    watchdog = "--watchdog" in arguments
    arguments = with_config([a for a in arguments if a != "--watchdog"])
    command = [binary, "ingest"] + arguments
    if not watchdog:
        append_to_logs()
        sys.stdout.flush()
        os.execv(binary, command)
    return 0 if is_running(binary, arguments) else start_detached(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
