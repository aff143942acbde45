#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir release` of local files: what it prints, writes, charges and refuses."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import DATASET, HEADER, RELEASE, CommandTest, LocalRelease, digest_of, main  # noqa: E402

PARQUET_SOURCE = "source: {parquet: {path: input.parquet}}"
CSV_SOURCE = 'source: {csv: {path: crashes.csv, delimiter: ","}}'


class Output(LocalRelease):
    def test_sample_documents_give_one_row_a_key_combination(self):
        self.run_weir("release", self.spec, "-o", "out.csv")
        lines = (self.folder / "out.csv").read_text().splitlines()
        self.assertEqual(lines[0], HEADER)
        keys = [tuple(line.split(",", 3)[:3]) for line in lines[1:]]
        self.assertEqual(len(keys), 42)
        self.assertEqual(len(set(keys)), 42)
        self.assertEqual(keys[0], ("1", '"[0', '4)"'))
        self.assertEqual(keys[-1], ("7", '"[20', '24)"'))

    def test_figures_lie_in_their_intervals_and_near_the_truth(self):
        rows = self.run_weir("release", self.spec, "-o", "-").rows
        for row in rows:
            for name in ("rows", "units", "sum_fatalities"):
                # The truth is not negative, so no interval is; a figure with noise may be.
                self.assertLessEqual(int(row[f"{name}_low"]), max(0, int(row[name])))
                self.assertLessEqual(int(row[name]), int(row[f"{name}_high"]))
                self.assertGreaterEqual(int(row[f"{name}_low"]), 0)
        # 480 of 500 records have a known hour; 42 discrete Laplace noises of scale 3 add up to a
        # standard deviation of 28: ten of them are a failure that nobody lives to see.
        self.assertLess(abs(sum(int(row["rows"]) for row in rows) - 480), 280)
        self.assertNotEqual([row["rows"] for row in rows], [row["units"] for row in rows])

    def test_dry_run_creates_and_charges_nothing(self):
        before = digest_of(self.folder)
        shown = self.run_weir("release", self.spec, "--dry-run", "-o", "out.csv")
        self.assertIn("epsilon 1", shown.text)
        self.assertIn("42 rows", shown.text)
        self.assertEqual(digest_of(self.folder), before)
        self.run_weir("release", self.spec, "-o", "out.csv")
        before = digest_of(self.folder)
        self.run_weir("release", self.write_question("other", 3), "--dry-run")
        (self.folder / "other.release.yaml").unlink()
        self.assertEqual(digest_of(self.folder), before)

    def test_dry_run_of_missing_data_still_previews(self):
        (self.folder / "crashes.csv").unlink()
        self.run_weir("release", self.spec, "--dry-run")

    def test_standard_output_is_data_only(self):
        done = self.run_weir("release", self.spec, "-o", "-")
        self.assertEqual(done.text.splitlines()[0], HEADER)
        self.assertEqual(len(done.text.splitlines()), 43)
        self.assertIn("epsilon", done.err)
        quiet = self.run_weir("release", self.spec, "-o", "-", "--quiet")
        self.assertEqual((quiet.out, quiet.err), (done.out, ""))
        to_file = self.run_weir("release", self.spec, "-o", "out.csv")
        self.assertEqual(to_file.out, b"")

    def test_json_is_one_object(self):
        done = self.run_weir("release", self.spec, "--json")
        self.assertEqual(len(done.text.splitlines()), 1)
        self.assertEqual(done.json["schema"], "weir.v1")
        self.assertEqual(len(done.json["rows"]), 42)
        self.assertEqual(list(done.json["rows"][0]), HEADER.split(","))
        self.assertEqual(done.err, "")
        to_file = self.run_weir("release", self.spec, "--json", "-o", "out.csv")
        self.assertEqual(len(to_file.text.splitlines()), 1)
        self.assertNotIn("rows", to_file.json)
        self.assertTrue(to_file.json["answered_from_store"])

    def test_parquet(self):
        self.run_weir("release", self.spec, "-o", "out.parquet")
        content = (self.folder / "out.parquet").read_bytes()
        self.assertEqual((content[:4], content[-4:]), (b"PAR1", b"PAR1"))

    def test_existing_file_needs_force(self):
        out = self.write("out.csv", "mine\n")
        self.refuse("release", self.spec, "-o", "out.csv", says=("out.csv", "--force"))
        self.assertEqual(out.read_text(), "mine\n")
        self.assertFalse(self.ledger.exists())
        self.run_weir("release", self.spec, "-o", "out.csv", "--force")
        self.assertTrue(out.read_text().startswith(HEADER))

    def test_existing_manifest_refuses_before_the_charge(self):
        self.write("note", "mine\n")
        self.refuse("release", self.spec, "-o", "out.csv", "--manifest", "note", says="note")
        self.assertFalse(self.ledger.exists())

    def test_output_without_a_folder_refuses_before_the_charge(self):
        self.refuse("release", self.spec, "-o", "no/out.csv", says="no/out.csv")
        self.assertFalse(self.ledger.exists())

    def test_other_endings_are_refused(self):
        self.refuse("release", self.spec, "-o", "out.txt", says=(".csv", ".parquet"))
        self.assertFalse(self.ledger.exists())

    def test_manifest_names_the_payload(self):
        done = self.run_weir("release", self.spec, "--json", "--manifest", "manifest.note")
        manifest = (self.folder / "manifest.note").read_text()
        self.assertTrue(manifest.startswith("weir/manifest/v1\n"))
        self.assertIn(f"payload_sha256: {done.json['payload_sha256']}\n", manifest)
        self.assertIn(f"charge: {done.json['charge']}\n", manifest)

    def test_a_relative_dataset_path_starts_at_the_spec(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        self.run_weir("release", "../crashes-by-hour.release.yaml", "-o", "-", cwd=elsewhere)
        self.assertEqual(list(elsewhere.iterdir()), [])


class Estimates(LocalRelease):
    """Bounds that stand nowhere: found privately, at a price that is printed first."""

    QUESTION = RELEASE.replace("sum: fatalities", "mean: {column: fatalities, estimate: 0.1}").replace(
        "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}",
        "bounds: {estimate: {share: 0.3, max_keys_per_unit: 8, max_rows_per_key: 4}}")

    def test_dry_run_states_the_price_and_the_largest_noise(self):
        spec = self.write("estimate.release.yaml", self.QUESTION)
        shown = self.run_weir("release", spec, "--dry-run", "--explain").text
        for bound, most in (("max_keys_per_unit", 8), ("max_rows_per_key", 4),
                            ("max_rows_per_unit", 32)):
            self.assertIn(f"{bound} is found privately, from 1 to {most}, for epsilon 0.1", shown)
        self.assertIn("upper_bound of fatalities is found privately, from 1 to 10, for epsilon 0.1",
                      shown)
        self.assertIn("at most +/-", shown)
        self.assertIn("one unit counts in a number of them that is to be found", shown)
        self.assertFalse(self.ledger.exists())

    def test_the_result_shows_the_bounds(self):
        spec = self.write("estimate.release.yaml",
                          self.QUESTION.replace("epsilon: 1.0", "epsilon: 3.9"))
        rows = self.run_weir("release", spec, "-o", "-").rows
        self.assertEqual(len(rows), 42)
        for name in ("max_keys_per_unit", "max_rows_per_key", "max_rows_per_unit",
                     "upper_bound_fatalities"):
            found = {row[name] for row in rows}
            self.assertEqual(len(found), 1, name)
            self.assertIn(int(found.pop()), (1, 2, 4, 8, 10, 16, 32))
        self.assertGreater(float(rows[0]["rows_se"]), 0)
        balance = self.run_weir("release", spec, "--dry-run").text
        self.assertIn("epsilon 3.9 of 4 spent", balance)

    def test_nothing_is_found_unasked(self):
        spec = self.write("silent.release.yaml", RELEASE.replace(
            "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\n", ""))
        self.refuse("release", spec, "--dry-run", says="max_keys_per_unit is missing")


class Inputs(LocalRelease):
    def test_no_output_replaces_an_input(self):
        (self.folder / "link.csv").symlink_to(self.folder / "crashes.csv")
        for options in (("-o", "crashes.csv"), ("-o", "./link.csv"),
                        ("--manifest", "crashes-by-hour.release.yaml"),
                        ("--manifest", "crashes.dataset.yaml"), ("--manifest", "crashes.csv")):
            with self.subTest(options):
                before = digest_of(self.folder)
                self.refuse("release", self.spec, "-q", "--force", *options,
                            says="is an input of this release")
                self.assertEqual(digest_of(self.folder), before)

    def test_output_and_manifest_are_two_files(self):
        self.refuse("release", self.spec, "-q", "-o", "x.csv", "--manifest", "./x.csv",
                    says="both the output and the manifest")
        self.assertFalse(self.ledger.exists())

    def test_releases_without_their_ledger(self):
        self.run_weir("release", self.spec, "-q")
        for path in self.ledger.glob("ledger.db*"):
            path.unlink()
        before = digest_of(self.ledger)
        self.refuse("release", self.spec, "-q", says="what was spent is not known")
        self.assertEqual(digest_of(self.ledger), before)


class Formats(LocalRelease):
    """Other sources than CSV, made by our own releases."""

    def release_from(self, source):
        self.write("crashes.dataset.yaml", DATASET.replace(CSV_SOURCE, source))
        return self.run_weir("release", self.spec, "-o", "-").rows

    def test_json_lines(self):
        lines = (self.folder / "crashes.csv").read_text().splitlines()
        names = lines[0].split(",")
        objects = [json.dumps(dict(zip(names, line.split(",")))) for line in lines[1:]]
        self.write("crashes.jsonl", "\n".join(objects) + "\n")
        rows = self.release_from("source: {json: {path: crashes.jsonl}}")
        self.assertLess(abs(sum(int(row["rows"]) for row in rows) - 480), 280)

    def test_json_lines_with_a_broken_line(self):
        self.write("crashes.jsonl", '{"case_id": "1", "weekday": 1, "hour": 2, "fatalities": 0}\n{"case\n')
        self.write("crashes.dataset.yaml",
                   DATASET.replace(CSV_SOURCE, "source: {json: {path: crashes.jsonl}}"))
        self.refuse("release", self.spec, "-q", says="crashes.jsonl")
        self.assertEqual(self.spent(), "0")

    def test_own_parquet_as_input(self):
        self.run_weir("release", self.spec, "-o", "input.parquet")
        self.write("figures.dataset.yaml", """dataset: figures
theme: transportation
source: {parquet: {path: input.parquet}}
privacy_unit: [weekday, hour]
columns:
  weekday: {type: int, domain: {values: [1, 2, 3, 4, 5, 6, 7]}}
  hour: text
  units: {type: int, bounds: [-100, 100]}
budget: {epsilon: 100}
""")
        self.write("figures.release.yaml", """dataset: figures.dataset.yaml
keys: [weekday]
measures: [rows, {sum: units}]
bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}
privacy: {epsilon: 100}
""")
        rows = self.run_weir("release", "figures.release.yaml", "-o", "-").rows
        self.assertEqual([row["weekday"] for row in rows], list("1234567"))
        for row in rows:
            self.assertLess(abs(int(row["rows"]) - 6), 3)

    def test_truncated_parquet(self):
        self.run_weir("release", self.spec, "-o", "input.parquet")
        whole = (self.folder / "input.parquet").read_bytes()
        self.write("input.parquet", whole[:len(whole) // 2])
        self.write("crashes.dataset.yaml",
                   DATASET.replace(CSV_SOURCE, PARQUET_SOURCE).replace("dataset: crashes", "dataset: cut"))
        self.refuse("release", self.write_question("q", 5), "-q", says="input.parquet")


class Usage(CommandTest):
    COMMANDS = ["", "release", "init", "steward", "steward add", "charter", "charter draft", "charter sign",
                "charter show", "join", "member", "member list", "status", "dataset", "dataset add",
                "dataset check", "dataset list", "dataset show", "agreement", "agreement propose",
                "agreement sign", "agreement list", "agreement show", "request", "request preview",
                "request send", "request list", "request show", "request approve", "package",
                "package list", "package open", "package verify", "package export", "ledger",
                "ledger show", "ledger verify", "hub", "hub init", "hub start", "node", "node start"]

    def test_help_of_every_command(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                done = self.run_weir(*command.split(), "--help")
                self.assertIn("Usage:", done.text)
                self.assertEqual(done.err, "")

    def test_version(self):
        self.assertRegex(self.run_weir("--version").text, r"^weir \d+\.\d+\.\d+\n$")

    def test_usage_errors(self):
        for command, says in (("", "subcommand"), ("frob", "frob"), ("release", "spec"),
                              ("release x.yaml --frob", "--frob"), ("dataset", "subcommand"),
                              ("dataset add", "document"), ("request send x --to", "--to"),
                              ("release missing.release.yaml", "missing.release.yaml"),
                              ("member list", "--state")):
            with self.subTest(command):
                self.refuse(*command.split(), says=says, env={"PATH": os.defpath})

    def test_usage_errors_as_json(self):
        done = self.run_weir("release", "--json", code=2)
        self.assertEqual(done.out, b"")
        self.assertEqual(done.error["exit_code"], 2)


if __name__ == "__main__":
    main()
