#!/usr/bin/env python3
"""grant-and-settle.py LINK CONNECT WAIT

Dials a link under a grant. CONNECT (a shell command) dials, and exits 0 once the link is up; WAIT
runs for as long as it is up, and exits 0 if it ended well. Exits as `grant` does when there is no
grant (75: wait; 77: a person must act; 69: no ledger), else as the command that failed.
"""
import json
import os
import shlex
import signal
import subprocess
import sys

PROGRAM = shlex.split(os.environ.get("OPEN_INTERVAL", "open-interval"))


def open_interval(*args):
    return subprocess.run([*PROGRAM, *args], stdout=subprocess.PIPE, text=True)


def uptime():
    with open("/proc/uptime") as file:
        return float(file.read().split()[0])


def connect_within(command, seconds):
    """The exit code of a command; it and all that it started are gone after so many seconds."""
    dialer = subprocess.Popen(command, shell=True, start_new_session=True)
    try:
        return dialer.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(dialer.pid, signal.SIGKILL)
        dialer.wait()
        return 137


def main(link, connect, wait):
    # The link belongs to this process: when it is gone, the link counts as lost.
    asked = open_interval("grant", link, "--owner", str(os.getpid()), "--dialer", "example", "--json")
    if asked.returncode != 0:
        return asked.returncode
    grant = json.loads(asked.stdout)

    def tell(command, *args):
        return open_interval(command, link, *args, "--attempt", grant["attempt"]).returncode

    # A grant is void after this uptime: the machine may have slept since.
    if uptime() > grant["startByUptimeSec"]:
        tell("settle", "not-started")
        return 75

    # At the dial timeout the attempt counts as abandoned, so the dialer must be gone by then.
    code = connect_within(connect, grant["dialTimeoutSec"] - grant["startWithinSec"])
    if code != 0:
        tell("settle", "failed", "--code", str(code))
        return code

    # The link is up for everybody else only once that is recorded.
    if tell("settle", "up") != 0:
        print(f"hang up: that {link} is up could not be recorded", file=sys.stderr)
        return 69

    code = subprocess.run(wait, shell=True).returncode
    if code == 0:
        tell("settle", "down")
    else:
        tell("record", "down-abnormal", "--code", str(code))
    return code


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
