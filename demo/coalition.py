# SPDX-License-Identifier: Apache-2.0
"""Starts, asks and stops the processes of a coalition on this machine."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 15
STOP_SECONDS = 8


class Failed(Exception):
    """A step of the demo did not do what it must; the message says which."""


def free_ports(count):
    """Ports that nobody listens on now; all taken at once so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for taken in sockets:
            taken.bind(("127.0.0.1", 0))
        return [taken.getsockname()[1] for taken in sockets]
    finally:
        for taken in sockets:
            taken.close()


class Coalition:
    """A temporary folder, the state folders in it, and the daemons that own them."""

    def __init__(self, programs):
        self.programs = pathlib.Path(programs)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-demo-"))
        self.daemons = {}
        self.environment = {}  # by daemon: variables beside our own
        self.logs = {}

    def state(self, name):
        return self.folder / name

    def weir(self, *arguments, region=None, check=0, stderr=False):
        """Runs the command line; returns what it printed. `check` is the exit code it must have."""
        command = [str(self.programs / "weir"), *map(str, arguments)]
        if region is not None:
            command += ["--state", str(self.state(region))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != check:
            raise Failed(f"{' '.join(command)}\nexited with {done.returncode} instead of {check}:\n"
                         f"{done.stdout}{done.stderr}")
        return done.stdout + done.stderr if stderr else done.stdout

    def ask(self, *arguments, region, check=0):
        """The same with --json."""
        return json.loads(self.weir(*arguments, "--json", region=region, check=check))

    def begin(self, *arguments, region):
        """Starts the command line and does not wait for it."""
        command = [str(self.programs / "weir"), *map(str, arguments), "--json",
                   "--state", str(self.state(region))]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def start(self, name, program, *arguments):
        """Starts a daemon and waits until it listens."""
        log = open(self.folder / f"{name}.log", "ab")
        command = [str(self.programs / program), "--state", str(self.state(name)), *arguments]
        # A session of its own: Ctrl-C reaches the demo, which then stops the daemons in order.
        self.daemons[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                              start_new_session=True,
                                              env={**os.environ, **self.environment.get(name, {})})
        log.close()

    def wait_until_listening(self, names):
        deadline = time.monotonic() + START_SECONDS
        for name in names:
            pid_file = self.state(name) / "run" / "pid"
            address = self.state(name) / "run" / "address"
            while True:
                daemon = self.daemons[name]
                if daemon.poll() is not None:
                    raise Failed(f"{name} ended:\n{(self.folder / f'{name}.log').read_text()}")
                if address.exists() and pid_file.read_text().strip() == str(daemon.pid):
                    break
                if time.monotonic() > deadline:
                    raise Failed(f"{name} does not listen after {START_SECONDS} s")
                time.sleep(0.02)

    def kill(self, name):
        """As a power cut would: no goodbye."""
        daemon = self.daemons.pop(name)
        os.kill(daemon.pid, signal.SIGKILL)
        daemon.wait()

    def stop(self, name):
        daemon = self.daemons.pop(name)
        daemon.terminate()
        try:
            daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def close(self):
        for daemon in self.daemons.values():
            daemon.terminate()
        for name in list(self.daemons):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)
