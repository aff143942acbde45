#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs docs/tutorial/first-coalition.md as it is written: all its sh blocks, in one bash.

usage: tutorial_test.py REPOSITORY PROGRAMS
"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

LIMIT_SECONDS = 280  # takes 5 s on an idle machine; a safety net on a busy one
PORTS = ("HUB_PORT", "KC_PORT", "TUS_PORT")
# What the run must show, in this order. Each is a regular expression.
EXPECTED = (
    r"2 of 2 members needed",
    r"kc has joined partnership, charter version 1",
    r"tus has joined partnership, charter version 1",
    r"89 rows, 89 privacy units",
    r"registered data set crashes of tus",
    r"kc-tus-crashes +tus +kc +crashes +kc +no +0 of 2",
    r"it is in force",
    r"a steward of the provider has to approve",
    r": charged",
    r"is whole: sealed to kc, from tus",
    r"tus \[0,4\)",
    r"tus \[20,24\)",
    r"weir/grant/v1",
    r"weir/debit/v1",
    r"weir/complete/v1",
    r"released before: the same answer, no charge",
    r"exit code 3",
    r"crashes +- +4 +1 +1 +3 +1 +0",
    r"the ledger is intact: 3 entries",
    r"stopped\s*\Z",
)


def free_ports(count):
    """Ports that nobody listens on now; all held at once so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for held in sockets:
            held.bind(("127.0.0.1", 0))
        return [held.getsockname()[1] for held in sockets]
    finally:
        for held in sockets:
            held.close()


def script_of(page):
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    if len(blocks) < 10:
        sys.exit(f"only {len(blocks)} sh blocks found: has the tutorial changed its form?")
    return "".join(blocks)


def stop_group(group):
    """Ends what bash left running: it is the leader of its own process group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(script, folder, environment):
    """Exit code (None: too long) and everything that was printed. Output goes to a file, so that a
    daemon that is left over cannot keep a pipe open."""
    with open(folder + ".out", "w+b") as output:
        bash = subprocess.Popen(["bash", "-c", script], cwd=folder, env=environment, stdout=output,
                                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                start_new_session=True)
        try:
            code = bash.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            stop_group(bash.pid)
            bash.wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def first_missing(text):
    """The first expectation that does not follow on the ones before, or None."""
    position = 0
    for pattern in EXPECTED:
        found = re.compile(pattern).search(text, position)
        if found is None:
            return pattern
        position = found.end()
    return None


def logs_of(folder):
    return "".join(f"--- {log.name}\n{log.read_text(errors='replace')}"
                   for log in sorted(pathlib.Path(folder).glob("*.log")))


def main(repository, programs):
    page = pathlib.Path(repository, "docs/tutorial/first-coalition.md").read_text(encoding="ascii")
    environment = dict(os.environ, WEIR_REPO=repository, PATH=f"{programs}:{os.environ['PATH']}",
                       **dict(zip(PORTS, map(str, free_ports(len(PORTS))))))
    environment.pop("WEIR_STATE", None)
    with tempfile.TemporaryDirectory(prefix="weir-tutorial-") as root:
        folder = os.path.join(root, "empty")
        os.mkdir(folder)
        code, text = run(script_of(page), folder, environment)
        missing = first_missing(text)
        if code == 0 and missing is None:
            return 0
        print(text + logs_of(folder))
        print(f"exit code {code} (none: over {LIMIT_SECONDS} s); not seen in its place: {missing}")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
