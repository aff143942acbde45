#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir release` and budgets: what is charged, by whom, for which window, and what is refused."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import DATASET, RELEASE, LocalRelease, crashes_csv, digest_of, main  # noqa: E402


class Budget(LocalRelease):
    def test_second_run_gives_the_same_bytes_and_no_charge(self):
        first = self.run_weir("release", self.spec, "-o", "one.parquet")
        self.assertNotIn("released before", first.err)
        before = digest_of(self.ledger)
        second = self.run_weir("release", self.spec, "-o", "two.parquet")
        self.assertIn("released before", second.err)
        self.assertEqual((self.folder / "one.parquet").read_bytes(),
                         (self.folder / "two.parquet").read_bytes())
        self.assertEqual(digest_of(self.ledger), before)

    def test_another_spelling_is_the_same_question(self):
        first = self.run_weir("release", self.spec, "--json")
        spelled = self.write("spelled.release.yaml", json.dumps({
            "privacy": {"epsilon": 1}, "dataset": "crashes.dataset.yaml",
            "measures": [{"rows": {}}, {"units": {}}, {"sum": "fatalities"}],
            "bounds": {"max_rows_per_key": 1, "max_keys_per_unit": 1},
            "keys": [{"column": "weekday"},
                     {"column": "hour", "bucket": {"edges": [0, 4, 8, 12, 16, 20, 24]}}]}))
        again = self.run_weir("release", spelled, "--json")
        self.assertTrue(again.json["answered_from_store"])
        self.assertEqual(again.json["rows"], first.json["rows"])

    def test_four_releases_fit_and_the_fifth_is_refused(self):
        for edge in range(1, 5):
            self.run_weir("release", self.write_question(f"q{edge}", edge), "-o", f"q{edge}.csv")
        fifth = self.write_question("q5", 5)
        before = digest_of(self.ledger)
        refused = self.run_weir("release", fifth, "-o", "q5.csv", "--json", code=3)
        self.assertEqual(refused.out, b"")
        self.assertEqual(refused.error["reason"], "dataset_budget")
        self.assertEqual(refused.error["exit_code"], 3)
        self.refuse("release", fifth, "-o", "q5.csv", "--quiet", code=3, says="dataset_budget")
        self.assertEqual(digest_of(self.ledger), before)
        self.assertFalse((self.folder / "q5.csv").exists())
        self.assertEqual(self.run_weir("release", fifth, "--dry-run", code=3).text.count("4 of 4"), 1)
        # What was released stays available.
        self.run_weir("release", self.folder / "q1.release.yaml", "-o", "again.csv")
        self.assertEqual((self.folder / "again.csv").read_bytes(),
                         (self.folder / "q1.csv").read_bytes())

    def test_an_account_keeps_its_privacy_unit(self):
        windowed = DATASET.replace("columns:\n", "columns:\n  day: date\n") + "window: {column: day, per: year}\n"
        lines = (self.folder / "crashes.csv").read_text().splitlines()
        dated = [lines[0] + ",day"] + [line + ",2015-03-01" for line in lines[1:]]
        self.write("crashes.csv", "\n".join(dated) + "\n")
        dataset = self.write("crashes.dataset.yaml", windowed)
        whole = RELEASE.replace("epsilon: 1.0", "epsilon: 4")
        self.write("year.release.yaml", whole + 'windows: ["2015"]\n')
        self.run_weir("release", self.folder / "year.release.yaml", "-q", "-o", "year.csv")
        before = digest_of(self.ledger)
        for per, window in (("month", "2015-03"), ("day", "2015-03-01")):
            dataset.write_text(windowed.replace("per: year", f"per: {per}"))
            spec = self.write(f"{per}.release.yaml", whole + f'windows: ["{window}"]\n')
            self.refuse("release", spec, "-o", "out.csv",
                        says=f"protects one value of (case_id) in one year of day for good, "
                             f"not one value of (case_id) in one {per} of day")
        self.assertEqual(digest_of(self.ledger), before)

    def test_more_than_the_whole_budget_at_once(self):
        large = self.write("large.release.yaml", RELEASE.replace("epsilon: 1.0", "epsilon: 4.000001"))
        self.refuse("release", large, code=3, says="dataset_budget", before=("env", "-u", "WEIR_STATE"))
        whole = self.write("whole.release.yaml", RELEASE.replace("epsilon: 1.0", "epsilon: 4"))
        self.run_weir("release", whole, "-q", "-o", "whole.csv")

    def test_a_failed_run_leaves_no_output(self):
        broken = (self.folder / "crashes.csv").read_text().replace("\n7,", "\n7,x", 1)
        self.write("crashes.csv", broken)
        self.refuse("release", self.spec, "-o", "out.csv", "-q")
        self.assertEqual([path.name for path in self.folder.glob("*out*")], [])
        self.assertEqual(self.spent(), "0")


class Windows(LocalRelease):
    """Each year of the data has a budget of its own."""

    def setUp(self):
        super().setUp()
        days = ["day", *(f"{2014 + i % 2}-0{i % 9 + 1}-15" for i in range(500))]
        lines = crashes_csv(500).splitlines()
        self.write("crashes.csv", "".join(f"{line},{day}\n" for line, day in zip(lines, days)))
        self.write("crashes.dataset.yaml",
                   DATASET.replace("columns:\n", "columns:\n  day: date\n").replace("epsilon: 4", "epsilon: 1")
                   + "window: {column: day, per: year}\n")

    def ask(self, name, windows):
        return self.write(f"{name}.release.yaml",
                          f"dataset: crashes.dataset.yaml\nmeasures: [rows]\nkeys: []\nwindows: {windows}\n"
                          "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\nprivacy: {epsilon: 1.0}\n")

    def rows(self, spec):
        return self.run_weir("release", spec, "--json").json["rows"][0]["rows"]

    def test_a_year_pays_for_itself(self):
        self.assertAlmostEqual(self.rows(self.ask("2014", '["2014"]')), 250, delta=40)
        self.refuse("release", self.ask("both", '["2014", "2015"]'), "-q", code=3, says="dataset_budget")
        self.refuse("release", self.ask("all", "[]"), "-q", code=3, says="dataset_budget")
        self.assertAlmostEqual(self.rows(self.ask("2015", '["2015"]')), 250, delta=40)
        self.assertAlmostEqual(self.rows(self.ask("2016", '["2016"]')), 0, delta=40)

    def test_all_windows_pay_together(self):
        self.assertAlmostEqual(self.rows(self.ask("all", "[]")), 500, delta=40)
        self.refuse("release", self.ask("2015", '["2015"]'), "-q", code=3, says="dataset_budget")
        self.refuse("release", self.ask("1999", '["1999"]'), "-q", code=3, says="dataset_budget")

    def test_a_window_of_another_length(self):
        self.refuse("release", self.ask("month", '["2014-03"]'), "-q", says="2014-03")
        self.assertFalse(self.ledger.exists())


class States(LocalRelease):
    def make_state(self):
        self.run_weir("init", "--state", "kc", "--member", "kc", "--coalition", "partnership",
                      "--address", "127.0.0.1:7001", "--steward", "alice")

    def test_an_id_without_state(self):
        spec = self.write("by-id.release.yaml", RELEASE.replace("crashes.dataset.yaml", "crashes"))
        environment = {name: value for name, value in os.environ.items() if name != "WEIR_STATE"}
        self.refuse("release", spec, says="--state", env=environment)

    def test_an_unknown_id(self):
        self.make_state()
        spec = self.write("by-id.release.yaml", RELEASE.replace("crashes.dataset.yaml", "trips"))
        self.refuse("release", spec, "--state", "kc", says="trips")

    def test_a_dataset_that_a_member_takes_over_brings_its_charges(self):
        self.make_state()
        first = self.run_weir("release", self.spec, "--json")
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")
        ledger = self.run_weir("ledger", "show", "--json", "--state", "kc").json
        self.assertEqual(ledger["balances"][0]["spent_epsilon"], "1")
        other = self.write_question("other", 5)
        before = digest_of(self.ledger)
        self.refuse("release", other, "-q", code=3, says=str(self.folder / "kc"))
        self.assertEqual(digest_of(self.ledger), before)
        through = self.run_weir("release", other, "--state", "kc", "--json")
        self.assertEqual(len(through.json["rows"]), 14)
        ledger = self.run_weir("ledger", "show", "--json", "--state", "kc").json
        self.assertEqual(ledger["balances"][0]["spent_epsilon"], "2")
        self.run_weir("ledger", "verify", "--state", "kc")
        self.assertEqual(len(first.json["rows"]), 42)

    def test_with_a_state_the_member_pays(self):
        self.make_state()
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")
        self.run_weir("release", self.spec, "-o", "out.csv", "--state", "kc")
        again = self.run_weir("release", self.spec, "-o", "again.csv", "--state", "kc")
        self.assertIn("released before", again.err)
        self.assertEqual((self.folder / "out.csv").read_bytes(),
                         (self.folder / "again.csv").read_bytes())

    def test_a_registered_dataset_is_not_charged_beside_its_file(self):
        self.make_state()
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")
        before = digest_of(self.ledger)
        self.refuse("release", self.spec, "-q", code=3, says=("--state", str(self.folder / "kc")))
        self.refuse("release", self.spec, "-q", "--dry-run", code=3, says="--state")
        self.assertEqual(digest_of(self.ledger), before)

    def test_a_changed_document_is_not_ignored(self):
        self.make_state()
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")
        document = self.folder / "crashes.dataset.yaml"
        document.write_text(document.read_text().replace("[0, 10]", "[0, 5]"))
        self.refuse("release", self.spec, "-q", "--state", "kc",
                    says=("crashes.dataset.yaml", "weir dataset add"))

    def test_a_member_whose_ledger_is_gone(self):
        self.make_state()
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")
        for path in (self.folder / "kc").glob("ledger.db*"):
            path.unlink()
        self.refuse("ledger", "show", "--state", "kc", says=("ledger.db is gone", "Put the ledger back"))
        self.refuse("release", self.spec, "--state", "kc", says="ledger.db is gone")
        self.assertEqual(list((self.folder / "kc").glob("ledger.db*")), [])

    def test_a_dataset_has_one_member(self):
        self.make_state()
        self.run_weir("init", "--state", "co", "--member", "co", "--coalition", "partnership",
                      "--address", "127.0.0.1:7002", "--steward", "bob")
        self.run_weir("release", self.spec, "-q")
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")
        self.refuse("dataset", "add", "crashes.dataset.yaml", "--state", "co", code=3,
                    says=str(self.folder / "kc"))
        self.assertEqual(self.run_weir("dataset", "list", "--json", "--state", "co").json["datasets"],
                         [])
        self.assertEqual(self.run_weir("ledger", "show", "--json", "--state", "co").json["balances"],
                         [])
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc")


if __name__ == "__main__":
    main()
