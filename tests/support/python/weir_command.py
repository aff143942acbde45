# SPDX-License-Identifier: Apache-2.0
"""Runs the installed programs for the tests of tests/cli and tests/e2e.

usage of every test: TEST REPOSITORY PROGRAMS [unittest options]
"""
import contextlib
import csv
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

DATASET = """dataset: crashes
theme: transportation
source: {csv: {path: crashes.csv, delimiter: ","}}
privacy_unit: [case_id]
columns:
  case_id: {type: text}
  weekday: {type: int, domain: {values: [1,2,3,4,5,6,7]}}
  hour: {type: int, missing: {values: [99], as: drop}, bounds: [0, 23]}
  fatalities: {type: int, bounds: [0, 10]}
budget: {epsilon: 4, delta: 1e-6}
"""
RELEASE = """dataset: crashes.dataset.yaml
keys:
  - weekday
  - {column: hour, bucket: {edges: [0, 4, 8, 12, 16, 20, 24]}}
measures: [rows, units, {sum: fatalities}]
bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}
privacy: {epsilon: 1.0}
"""
HEADER = ("weekday,hour,rows,rows_low,rows_high,units,units_low,units_high,"
          "sum_fatalities,sum_fatalities_low,sum_fatalities_high")
COMMAND_SECONDS = 60


class Setting:
    """Where the repository and the programs are; set once by `main`."""

    repository = pathlib.Path()
    programs = pathlib.Path()


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} REPOSITORY PROGRAMS [unittest options]")
    Setting.repository = pathlib.Path(sys.argv[1]).resolve()
    Setting.programs = pathlib.Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


def crashes_csv(rows=500):
    """Records with one unit a row; every 25th hour is the code for unknown."""
    lines = ["case_id,weekday,hour,fatalities"]
    lines += [f"{i},{i % 7 + 1},{99 if i % 25 == 0 else i % 24},{i % 3}" for i in range(1, rows + 1)]
    return "\n".join(lines) + "\n"


def digest_of(folder):
    """Names, contents and sizes of everything below a folder."""
    whole = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*")):
        whole.update(str(path.relative_to(folder)).encode())
        if path.is_file():
            whole.update(path.read_bytes())
    return whole.hexdigest()


class Finished:
    """What a command left behind."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr.decode(errors="replace")

    @property
    def text(self):
        return self.out.decode()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        """The error object that --json puts on the last line of stderr."""
        return json.loads(self.err.splitlines()[-1])

    @property
    def rows(self):
        return list(csv.DictReader(io.StringIO(self.text)))


class CommandTest(unittest.TestCase):
    """A temporary folder and `weir` in it."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="weir-test-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    def write_crashes(self, rows=500):
        self.write("crashes.csv", crashes_csv(rows))
        self.write("crashes.dataset.yaml", DATASET)
        return self.write("crashes-by-hour.release.yaml", RELEASE)

    def write_question(self, name, edge):
        """A question that differs from the others in one bucket edge."""
        return self.write(f"{name}.release.yaml",
                          RELEASE.replace("[0, 4, 8, 12, 16, 20, 24]", f"[0, {edge}, 24]"))

    @contextlib.contextmanager
    def small_disk(self, size):
        """A disk of its own at the folder `disk`; only root can mount one."""
        point = self.folder / "disk"
        point.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "weir-test", str(point)],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("SKIPPED: no small disk: " + mounted.stderr.decode(errors="replace"))
        try:
            yield point
        finally:
            subprocess.run(["umount", str(point)], check=True)

    def run_weir(self, *arguments, code=0, before=(), stdout=None, **options):
        """`stdout`: a path to write it to, in place of keeping it."""
        command = [*before, str(Setting.programs / "weir"), *map(str, arguments)]
        options.setdefault("cwd", self.folder)
        with open(stdout, "wb") if stdout else contextlib.nullcontext(subprocess.PIPE) as output:
            finished = Finished(subprocess.run(command, stdout=output, stderr=subprocess.PIPE, check=False,
                                               stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS, **options))
        if code is not None:
            self.assertEqual(finished.code, code, f"{' '.join(command)}\n{finished.err}")
        return finished

    def refuse(self, *arguments, code=2, says=(), **options):
        """Runs a command that must fail: nothing on stdout, one clear line on stderr."""
        finished = self.run_weir(*arguments, code=code, **options)
        self.assertEqual(finished.out, b"")
        errors = [line for line in finished.err.splitlines() if line.startswith("weir: error: ")]
        self.assertEqual(len(errors), 1, finished.err)
        self.assertFalse(errors[0].endswith("."), errors[0])
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, finished.err)
        return finished


class LocalRelease(CommandTest):
    def setUp(self):
        super().setUp()
        self.spec = self.write_crashes()
        self.ledger = self.folder / "crashes.dataset.ledger"

    def spent(self):
        return self.run_weir("release", self.spec, "--dry-run",
                             "--json", code=None).json["balance"]["spent_epsilon"]
