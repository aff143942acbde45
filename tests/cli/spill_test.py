#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Data that does not fit the memory limit: where it goes meanwhile, and what is left of it."""
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, Setting, main  # noqa: E402

ROWS = 3_000_000
DATASET = """dataset: trips
theme: transportation
source: {{csv: {{path: {path}}}}}
privacy_unit: [rider]
columns:
  rider: {{type: int}}
  zone: {{type: int, domain: {{values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}}}}
budget: {{epsilon: 4, delta: 1e-6}}
"""
RELEASE = """dataset: trips.dataset.yaml
keys: [zone]
measures: [rows, units]
bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}
privacy: {epsilon: 1}
"""
WAIT = 60


class Spill(CommandTest):
    """Records take 72 MB; under the smallest limit 32 MB are for them."""

    SMALL = ("--memory-limit", "64")

    @classmethod
    def setUpClass(cls):
        # One block of a hundred thousand rows, again and again: riders have thirty rows each.
        block = "".join(f"{i},{i % 10}\n" for i in range(100_000))
        cls.data = "rider,zone\n" + block * (ROWS // 100_000)

    def setUp(self):
        super().setUp()
        self.write("trips.csv", self.data)
        self.write_documents(self.folder)
        self.spec = self.folder / "zones.release.yaml"
        self.ledger = self.folder / "trips.dataset.ledger" / "ledger.db"

    def write_documents(self, folder):
        (folder / "trips.dataset.yaml").write_text(DATASET.format(path=self.folder / "trips.csv"))
        (folder / "zones.release.yaml").write_text(RELEASE)

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def spent(self, spec=None):
        shown = self.run_weir("release", spec or self.spec, "--dry-run", "--json").json
        return shown["balance"]["spent_epsilon"]

    def begin(self, *arguments):
        process = subprocess.Popen([str(Setting.programs / "weir"), *map(str, arguments)],
                                   cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def unnamed(self, process):
        """The stat of an open file of the folder that has no name and holds something."""
        for link in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                target, facts = os.readlink(link), link.stat()
            except OSError:
                continue
            if target.startswith(str(self.folder)) and facts.st_nlink == 0 and facts.st_size > 0:
                return facts
        return None

    def wait_for(self, process, condition):
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            self.assertIsNone(process.poll(), "it ended before it wrote anything")
            found = condition()
            if found:
                return found
            time.sleep(0.001)
        self.fail("it wrote nothing")

    def test_goes_to_an_unnamed_file_beside_the_document(self):
        process = self.begin("release", self.spec, "-o", "out.csv", *self.SMALL)
        facts = self.wait_for(process, lambda: self.unnamed(process))
        self.assertEqual(stat.S_IMODE(facts.st_mode), 0o600)
        self.assertEqual(process.wait(WAIT), 0)
        self.assertEqual(self.names(), ["out.csv", "trips.csv", "trips.dataset.ledger",
                                        "trips.dataset.yaml", "zones.release.yaml"])

    def test_the_twin_that_fits_writes_nothing(self):
        process = self.begin("release", self.spec, "-o", "out.csv")
        seen = False
        while process.poll() is None:
            try:
                seen = seen or self.unnamed(process) is not None
            except OSError:
                break
            time.sleep(0.001)
        self.assertEqual(process.wait(WAIT), 0)
        self.assertFalse(seen)

    def test_a_killed_run_leaves_nothing_and_is_run_again_unpaid(self):
        process = self.begin("release", self.spec, "-o", "out.csv", *self.SMALL)
        self.wait_for(process, lambda: self.ledger.exists() and self.unnamed(process))
        process.send_signal(signal.SIGKILL)
        process.wait(WAIT)
        self.assertEqual(self.names(), ["trips.csv", "trips.dataset.ledger", "trips.dataset.yaml",
                                        "zones.release.yaml"])
        self.assertEqual(self.spent(), "1")
        self.run_weir("release", self.spec, "-o", "out.csv", *self.SMALL)
        self.assertEqual(self.spent(), "1")
        self.assertEqual(len((self.folder / "out.csv").read_text().splitlines()), 11)

    def test_a_full_disk(self):
        if os.geteuid() != 0:
            self.skipTest("SKIPPED: only root can mount a small disk")
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "weir-test", str(disk)],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("SKIPPED: no small disk: " + mounted.stderr.decode())
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=True)
        self.write_documents(disk)
        spec = disk / "zones.release.yaml"
        self.refuse("release", spec, "-q", *self.SMALL, code=1,
                    says=("trips.csv", "the memory limit or the disk is too small"))
        self.assertEqual(self.spent(spec), "0")
        self.run_weir("release", spec, "-q")
        self.assertEqual(self.spent(spec), "1")

    def test_a_limit_out_of_range(self):
        for limit in ("0", "63", "1048577", "much"):
            self.refuse("release", self.spec, "--memory-limit", limit, says="--memory-limit")


if __name__ == "__main__":
    main()
