#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir anonymize` that is interrupted, meets itself or a full disk; inputs that are compressed."""
import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, Setting, main  # noqa: E402

NINE = ("sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation",
        "salary-class")
ROWS = 30162


def recipe(path="adult.csv", limit="1"):
    lines = [f'input: {{path: {path}, delimiter: ";"}}', "attributes:"]
    lines += [f'  {name}: {{role: quasi-identifier, hierarchy: {{csv: adult_hierarchy_{name}.csv, delimiter: ";"}}}}'
              for name in NINE]
    return "\n".join(lines + ["models: [{k-anonymity: {k: 5}}]", f"suppression_limit: {limit}"]) + "\n"


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Adult(CommandTest):
    def setUp(self):
        super().setUp()
        for path in (Setting.repository / "tests" / "testdata" / "adult").glob("adult*.csv"):
            shutil.copy(path, self.folder)
        self.write("a.recipe.yaml", recipe())
        self.names = {path.name for path in self.folder.iterdir()}

    def new_names(self):
        return {path.name for path in self.folder.iterdir()} - self.names

    def start(self, *more):
        program = [str(Setting.programs / "weir"), "anonymize", "a.recipe.yaml", "-o", "out.csv", *more]
        return subprocess.Popen(program, cwd=self.folder, stderr=subprocess.PIPE, text=True)

    def rows_of(self, path):
        return (self.folder / path).read_text(encoding="utf-8").count("\n") - 1


class Interrupted(Adult):
    def test_leaves_the_whole_output_or_nothing(self):
        interrupted = 0
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            for milliseconds in (1, 10, 30, 60, 90, 120, 160, 220, 300):
                process = self.start()
                time.sleep(milliseconds / 1000)
                process.send_signal(sign)
                process.communicate(timeout=120)
                interrupted += process.returncode != 0
                left = self.new_names()
                self.assertLessEqual(left, {"out.csv"})
                if left:
                    self.assertEqual(self.rows_of("out.csv"), ROWS)
                    (self.folder / "out.csv").unlink()
        self.assertGreater(interrupted, 3)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "-q")
        self.assertEqual(self.rows_of("out.csv"), ROWS)

    def test_what_is_replaced_stays_until_then(self):
        (self.folder / "out.csv").write_text("mine", encoding="utf-8")
        for milliseconds in (1, 30, 90):
            process = self.start("--force")
            time.sleep(milliseconds / 1000)
            process.kill()
            process.communicate(timeout=120)
            text = (self.folder / "out.csv").read_text(encoding="utf-8")
            self.assertTrue(text == "mine" or text.count("\n") == ROWS + 1)
            (self.folder / "out.csv").write_text("mine", encoding="utf-8")


class TwoAtOnce(Adult):
    def test_one_wins_and_the_other_says_so(self):
        processes = [self.start("--json", f"{i}.json") for i in range(3)]
        errors = [process.communicate(timeout=240)[1] for process in processes]
        codes = [process.returncode for process in processes]
        self.assertEqual(sorted(codes), [0, 2, 2], errors)
        winner = codes.index(0)
        self.assertEqual(self.new_names(), {"out.csv", f"{winner}.json"})
        result = json.loads((self.folder / f"{winner}.json").read_text(encoding="utf-8"))
        self.assertEqual(result["output_sha256"], sha256_of(self.folder / "out.csv"))
        for i, error in enumerate(errors):
            self.assertEqual("out.csv exists" in error, i != winner)

    def test_with_force_the_last_one_stands_whole(self):
        processes = [self.start("--force", "--json", f"{i}.json") for i in range(3)]
        for process in processes:
            self.assertEqual(process.wait(timeout=240), 0, process.stderr.read())
            process.stderr.close()
        hashes = {json.loads((self.folder / f"{i}.json").read_text(encoding="utf-8"))["output_sha256"]
                  for i in range(3)}
        self.assertIn(sha256_of(self.folder / "out.csv"), hashes)


class FullDisk(Adult):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "weir-test", str(self.disk)],
                                 check=False, capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("mounting needs root")
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=True)

    def test_the_output_is_left_out(self):
        for path in ("disk/out.csv", "disk/out.parquet"):
            (self.disk / "other").write_bytes(b"x" * (500 << 10))
            done = self.refuse("anonymize", "a.recipe.yaml", "-o", path, code=1,
                               says=("o space left on device", path))
            self.assertNotIn("Traceback", done.err)
            self.assertEqual([entry.name for entry in self.disk.iterdir()], ["other"])

    def test_no_output_without_its_report(self):
        (self.disk / "other").write_bytes(b"x" * (500 << 10))
        for option in ("--report", "--json"):
            self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", option, "disk/r", code=1,
                        says=("o space left on device", "all outputs were removed"))
            self.assertEqual(self.new_names(), {"disk"})
            self.assertEqual([entry.name for entry in self.disk.iterdir()], ["other"])


    def test_what_was_replaced_comes_back(self):
        (self.disk / "other").write_bytes(b"x" * (500 << 10))
        before = {name: name.encode() for name in ("out.csv", "c.json", "r.json")}
        for name, content in before.items():
            (self.folder / name).write_bytes(content)
        (self.folder / "c.json").unlink()
        (self.folder / "c.json").symlink_to("elsewhere.json")
        command = ("anonymize", "a.recipe.yaml", "-o", "out.csv", "--certificate", "c.json", "--json", "r.json",
                   "--force", "-q", "--report")
        names = {path.name for path in self.folder.iterdir()}
        self.refuse(*command, "disk/r", code=1, says="all outputs were removed, and what they replaced is back")
        self.assertEqual({path.name for path in self.folder.iterdir()}, names)
        self.assertEqual(os.readlink(self.folder / "c.json"), "elsewhere.json")
        for name in ("out.csv", "r.json"):
            self.assertEqual((self.folder / name).read_bytes(), before[name])
        self.run_weir(*command, "r.html")
        self.assertEqual({path.name for path in self.folder.iterdir()}, names | {"r.html"})
        self.assertNotEqual((self.folder / "out.csv").read_bytes(), before["out.csv"])


class Modes(Adult):
    def test_facts_about_the_input_are_for_the_owner(self):
        (self.folder / "r.json").write_text("old", encoding="utf-8")
        (self.folder / "r.json").chmod(0o644)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "r.json", "--report", "r.html",
                      "--certificate", "c.json", "--force", "-q")
        modes = {name: (self.folder / name).stat().st_mode & 0o77 for name in ("r.json", "r.html", "out.csv", "c.json")}
        self.assertEqual(modes["r.json"], 0)
        self.assertEqual(modes["r.html"], 0)
        self.assertNotEqual(modes["out.csv"], 0)
        self.assertNotEqual(modes["c.json"], 0)


class Compressed(Adult):
    def test_a_compressed_file_is_read(self):
        text = (self.folder / "adult.csv").read_bytes()
        (self.folder / "adult.csv.gz").write_bytes(gzip.compress(text))
        self.write("z.recipe.yaml", recipe("adult.csv.gz"))
        plain = self.run_weir("anonymize", "a.recipe.yaml", "-o", "plain.csv", "--json").json
        packed = self.run_weir("anonymize", "z.recipe.yaml", "-o", "packed.csv", "--json").json
        for key in ("levels", "score", "suppressed_rows", "class_sizes"):
            self.assertEqual(plain[key], packed[key])
        self.assertEqual(packed["input_sha256"], sha256_of(self.folder / "adult.csv.gz"))
        self.assertEqual(sorted((self.folder / "plain.csv").read_text(encoding="utf-8").splitlines()),
                         sorted((self.folder / "packed.csv").read_text(encoding="utf-8").splitlines()))
        one = self.run_weir("profile", "adult.csv", "--delimiter", ";", "--json").json
        two = self.run_weir("profile", "adult.csv.gz", "--delimiter", ";", "--json").json
        self.assertEqual(one["rows"], two["rows"])
        self.assertEqual(one["columns"], two["columns"])
        self.run_weir("risk", "adult.csv.gz", "--delimiter", ";", "--quasi-identifiers", "sex,age,race")

    def test_a_damaged_one_is_refused(self):
        packed = gzip.compress((self.folder / "adult.csv").read_bytes())
        (self.folder / "adult.csv.gz").write_bytes(packed[:-20])
        self.write("z.recipe.yaml", recipe("adult.csv.gz"))
        self.refuse("anonymize", "z.recipe.yaml", "-o", "out.csv", says=("adult.csv.gz", "ends too early"))
        self.assertFalse((self.folder / "out.csv").exists())


if __name__ == "__main__":
    main()
