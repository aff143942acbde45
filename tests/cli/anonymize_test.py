#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir anonymize` and `weir recipe`: the optimum of the reference, bad input, freeze and apply."""
import collections
import csv
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
HIERARCHY = 'hierarchy: {{csv: adult_hierarchy_{0}.csv, delimiter: ";"}}'
SCORE_TOLERANCE = 1e-9


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def adult_recipe(limit="0", k=5, sensitive=None, models=None, more=""):
    lines = ['input: {path: adult.csv, delimiter: ";"}', "attributes:"]
    for name in NINE:
        role = "sensitive" if name == sensitive else "quasi-identifier"
        lines.append(f"  {name}: {{role: {role}, " + HIERARCHY.format(name) + "}")
    lines.append(f"models: [{models or '{k-anonymity: {k: ' + str(k) + '}}'}]")
    lines.append(f"suppression_limit: {limit}")
    lines.append("quality: {measure: loss, suppression_factor: 0.5, aggregate: geometric-mean}")
    return "\n".join(lines) + "\n" + more


class Adult(CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.data = Setting.repository / "tests" / "testdata" / "adult"
        runs = json.loads((cls.data / "reference.json").read_text(encoding="utf-8"))["runs"]
        cls.runs = {run["id"]: run for run in runs}

    def setUp(self):
        super().setUp()
        for path in self.data.glob("adult*.csv"):
            shutil.copy(path, self.folder / path.name)

    def rows_of(self, name):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, delimiter=";"))
        return rows[0], rows[1:]

    def anonymize(self, recipe, *options):
        self.write("a.recipe.yaml", recipe)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "result.json", *options)
        return json.loads((self.folder / "result.json").read_text(encoding="utf-8"))

    def refuse_recipe(self, recipe, *says, code=2):
        self.write("a.recipe.yaml", recipe)
        done = self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "result.json", code=code,
                           says=says)
        self.assertFalse((self.folder / "out.csv").exists())
        self.assertFalse((self.folder / "result.json").exists())
        return done


class Reference(Adult):
    def agree(self, name, result):
        solution = self.runs[name]["solution"]
        self.assertEqual(result["levels"], solution["levels"])
        self.assertEqual(result["suppressed_rows"], solution["suppressed_records"])
        self.assertEqual(result["equivalence_classes"], solution["equivalence_classes"])
        self.assertAlmostEqual(result["score"], float(solution["score"]), delta=SCORE_TOLERANCE)
        self.assertIs(result["optimal"], True)
        after = result["risks"]["after"]
        self.assertAlmostEqual(after["highest"], solution["risk_output"]["highest"], places=12)
        self.assertAlmostEqual(after["average"], solution["risk_output"]["average"], places=12)
        self.assertAlmostEqual(after["share_at_risk"], solution["risk_output"]["threshold_0.2"]
                               ["prosecutor_records_at_risk"], places=12)

    def test_five_anonymity_at_three_limits(self):
        for limit in ("0", "0.05", "1"):
            with self.subTest(limit):
                result = self.anonymize(adult_recipe(limit), "--force")
                self.agree(f"adult|9qi|k:5|s={float(limit)}|Loss", result)
                self.assertEqual(result["nodes_total"], 12960)
                self.check_output(result, 5)

    def check_output(self, result, k):
        header, rows = self.rows_of("out.csv")
        self.assertEqual(header, list(NINE))
        self.assertEqual(len(rows), 30162)
        classes = collections.Counter(map(tuple, rows))
        starred = classes.pop(("*",) * len(NINE), 0)
        self.assertEqual(starred, result["suppressed_rows"])
        self.assertGreaterEqual(min(classes.values()), k)
        self.assertEqual(len(classes), result["equivalence_classes"])
        sizes = collections.Counter(classes.values())
        self.assertEqual({size["rows"]: size["classes"] for size in result["class_sizes"]["after"]}, sizes)
        self.assertEqual(result["output_sha256"], sha256_of(self.folder / "out.csv"))
        self.assertEqual(result["input_sha256"], sha256_of(self.folder / "adult.csv"))

    def test_closeness_by_hierarchy(self):
        models = "{t-closeness: {t: 0.2, distance: hierarchical, attribute: occupation}}"
        result = self.anonymize(adult_recipe("0.05", sensitive="occupation", models=models))
        self.agree("adult|8qi|t-hier:0.2|s=0.05|Loss", result)
        header, rows = self.rows_of("out.csv")
        place = header.index("occupation")
        _, before = self.rows_of("adult.csv")
        self.assertEqual(collections.Counter(row[place] for row in rows),
                         collections.Counter(row[place] for row in before))

    def test_the_input_is_described_too(self):
        before = self.anonymize(adult_recipe())["risks"]["before"]
        self.assertEqual(before["highest"], 1)
        self.assertEqual(before["equivalence_classes"], 19502)
        self.assertAlmostEqual(before["sample_uniques"], 0.5142895033485844, places=12)

    def test_the_result_does_not_depend_on_threads(self):
        one = self.anonymize(adult_recipe("0.05"), "--threads", "1")
        two = self.anonymize(adult_recipe("0.05"), "--threads", "4", "--force")
        for key in ("levels", "score", "suppressed_rows", "class_sizes"):
            self.assertEqual(one[key], two[key])

    def test_parquet_holds_the_same(self):
        result = self.anonymize(adult_recipe("0.05"))
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.parquet", "-q")
        columns = "".join(f"  {name}: quasi-identifier\n" for name in NINE)
        self.write("b.recipe.yaml", "input: {path: out.parquet}\nattributes:\n" + columns +
                   "models: [{k-anonymity: 2}]\nsuppression_limit: 1\n")
        again = self.run_weir("anonymize", "b.recipe.yaml", "-o", "again.csv", "--json").json
        # The suppressed rows are one more class.
        self.assertEqual(again["risks"]["before"]["equivalence_classes"], result["equivalence_classes"] + 1)
        self.assertEqual(again["rows"], 30162)

    def test_suppressed_rows_can_be_left_out(self):
        recipe = adult_recipe("0.05", more="output: {drop_suppressed_rows: true}\n")
        result = self.anonymize(recipe, "--certificate", "c.json")
        _, rows = self.rows_of("out.csv")
        self.assertEqual(len(rows), 30162 - result["suppressed_rows"])
        self.assertNotIn(["*"] * len(NINE), rows)
        certificate = json.loads((self.folder / "c.json").read_text(encoding="utf-8"))
        self.assertIsNone(certificate.get("suppressed_rows"))

    def test_the_certificate_says_nothing_about_the_input(self):
        result = self.anonymize(adult_recipe("0.05"), "--certificate", "c.json")
        text = (self.folder / "c.json").read_text(encoding="utf-8")
        certificate = json.loads(text)
        self.assertEqual(certificate["schema"], "weir.v1")
        self.assertEqual(certificate["output_sha256"], result["output_sha256"])
        self.assertEqual(certificate["suppressed_rows"], result["suppressed_rows"])
        self.assertEqual(certificate["models"], ["5-anonymity"])
        self.assertNotIn(result["input_sha256"], text)
        self.assertNotIn(str(result["risks"]["before"]["average"]), text)
        self.assertNotIn(str(result["risks"]["before"]["equivalence_classes"]), text)

    def test_json_without_a_file_is_for_stdout(self):
        self.write("a.recipe.yaml", adult_recipe())
        done = self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json")
        self.assertEqual(done.json["equivalence_classes"], 24)
        done = self.run_weir("--json", "anonymize", "a.recipe.yaml", "-o", "out.csv", "--force")
        self.assertEqual(done.json["schema"], "weir.v1")
        done = self.run_weir("anonymize", "--json", "a.recipe.yaml", "-o", "out.csv", "--force")
        self.assertEqual(done.json["suppressed_rows"], 0)
        refused = self.run_weir("anonymize", "--json", "-o", "out.csv", code=2)
        self.assertIn("recipe is required", refused.err)

    def test_rows_are_shuffled(self):
        self.anonymize(adult_recipe())
        _, rows = self.rows_of("out.csv")
        sexes = [row[0] for row in rows]
        _, before = self.rows_of("adult.csv")
        self.assertNotEqual(sexes, [row[0] for row in before])
        self.assertEqual(sorted(sexes), sorted(row[0] for row in before))


class BadInput(Adult):
    def test_the_recipe_of_the_issue_names_the_column_that_is_not_there(self):
        more = ("  trip_id: {role: identifier, action: {pseudonym: {key: trips-2025, scope: recipient}}}\n")
        recipe = adult_recipe().replace("models:", more + "models:")
        self.write("a.recipe.yaml", recipe)
        done = self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says=("a.recipe.yaml:12", "trip_id"))
        self.assertNotIn("Traceback", done.err)

    def test_unknown_column(self):
        self.refuse_recipe(adult_recipe().replace("models:", "  income: insensitive\nmodels:"),
                           "a.recipe.yaml:12", "no column income", "salary-class")

    def test_column_twice(self):
        path = self.folder / "adult.csv"
        lines = path.read_text(encoding="utf-8").split("\n", 1)
        path.write_text(lines[0].replace("race", "age") + "\n" + lines[1], encoding="utf-8")
        self.refuse_recipe(adult_recipe(), "adult.csv", "two columns of one name: 2 and 3")

    def test_without_a_header(self):
        path = self.folder / "adult.csv"
        path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
        done = self.refuse_recipe(adult_recipe(), "adult.csv", "its first line must be a header")
        self.assertNotIn("Never-married", done.err)
        # Nor where two cells of the row are equal, as two names must not be.
        path.write_text("Private;Private;" + path.read_text(encoding="utf-8"), encoding="utf-8")
        done = self.refuse_recipe(adult_recipe(), "adult.csv", "two columns of one name")
        self.assertNotIn("Private", done.err)

    def test_sensitive_attribute_that_is_a_quasi_identifier(self):
        self.refuse_recipe(adult_recipe(models="{l-diversity: {l: 3, attribute: occupation}}"),
                           "occupation is a quasi-identifier", "a.recipe.yaml:12")

    def test_k_larger_than_the_table(self):
        self.refuse_recipe(adult_recipe(k=30163), "a.recipe.yaml:12",
                           "30163-anonymity needs 30163 rows; the table has 30162", code=3)

    def test_value_without_a_place(self):
        path = self.folder / "adult_hierarchy_race.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if "White" not in line) + "\n", encoding="utf-8")
        self.refuse_recipe(adult_recipe(), "1 of the 5 different values of race", "adult_hierarchy_race.csv")
        shown = self.run_weir("recipe", "check", "a.recipe.yaml", code=2)
        self.assertNotIn("White", shown.text + shown.err)
        shown = self.run_weir("recipe", "check", "a.recipe.yaml", "--show-values", code=2)
        self.assertIn('race: "White"', shown.text)

    def test_hierarchy_of_unequal_depth(self):
        path = self.folder / "adult_hierarchy_race.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("White;*", "White;Any;*"), encoding="utf-8")
        self.refuse_recipe(adult_recipe(), "adult_hierarchy_race.csv", "levels")

    def test_impossible_combination(self):
        recipe = adult_recipe(models="{k-anonymity: {k: 5}}, {l-diversity: {l: 3}}", sensitive="occupation")
        tight = recipe.replace("occupation: {role: sensitive", "occupation: {role: sensitive") \
            .replace("age: {role: quasi-identifier,", "age: {role: quasi-identifier, levels: {highest: 0},")
        self.write("a.recipe.yaml", tight)
        done = self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", code=3, says=("5-anonymity", "limit"))
        self.assertEqual(list(self.folder.glob("out*")), [])
        self.assertNotIn("Traceback", done.err)

    def test_output_exists(self):
        self.write("a.recipe.yaml", adult_recipe())
        (self.folder / "out.csv").write_text("mine", encoding="utf-8")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says=("out.csv exists", "--force"))
        self.assertEqual((self.folder / "out.csv").read_text(encoding="utf-8"), "mine")
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--force", "-q")
        self.assertNotEqual((self.folder / "out.csv").read_text(encoding="utf-8"), "mine")

    def test_force_does_not_cost_an_input(self):
        self.write("a.recipe.yaml", adult_recipe())
        for path in ("adult.csv", "./adult_hierarchy_age.csv"):
            before = sha256_of(self.folder / path)
            self.refuse("anonymize", "a.recipe.yaml", "-o", path, "--force", says="is an input")
            self.assertEqual(sha256_of(self.folder / path), before)
        self.refuse("anonymize", "a.recipe.yaml", "-o", "o.csv", "--json", "o.csv", says="two outputs")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.txt", says=".csv or .parquet")

    def test_interrupted_run(self):
        self.write("a.recipe.yaml", adult_recipe("1"))
        names = {path.name for path in self.folder.iterdir()}
        program = [str(Setting.programs / "weir"), "anonymize", "a.recipe.yaml", "-o", "out.csv"]
        for milliseconds in (1, 5, 20, 60):
            process = subprocess.Popen(program, cwd=self.folder, stderr=subprocess.DEVNULL)
            time.sleep(milliseconds / 1000)
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            left = {path.name for path in self.folder.iterdir()} - names
            if left:
                self.assertEqual(left, {"out.csv"})
                self.assertEqual(len(self.rows_of("out.csv")[1]), 30162)
                (self.folder / "out.csv").unlink()

    def test_what_this_version_does_not_do_is_refused(self):
        self.refuse_recipe(adult_recipe(more="mobility: {trip: age}\n"), "a.recipe.yaml:15", "mobility")


class Recipes(Adult):
    def test_check_finds_a_typing_error(self):
        self.write("a.recipe.yaml", adult_recipe())
        path = self.folder / "adult_hierarchy_native-country.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("England;Europe", "England;Europa"), encoding="utf-8")
        found = self.run_weir("recipe", "check", "a.recipe.yaml")
        self.assertIn("adult_hierarchy_native-country.csv:", found.text)
        self.assertIn("Europa", found.text)
        found = self.run_weir("recipe", "check", "a.recipe.yaml", "--json").json
        self.assertEqual(found["rows"], 30162)
        self.assertTrue(all(finding["severity"] == "warning" for finding in found["findings"]))

    def test_check_warns_of_a_measure_that_ignores_suppression(self):
        self.write("a.recipe.yaml", adult_recipe("1").replace("suppression_factor: 0.5", "suppression_factor: 0"))
        self.assertIn("warning: the quality measure",
                      self.run_weir("recipe", "check", "a.recipe.yaml").err)

    def freeze(self, recipe=None):
        self.write("a.recipe.yaml", recipe or adult_recipe("0.05"))
        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml", "-q")

    def delivery(self, keep):
        """The next delivery: the rows of adult that `keep` accepts."""
        header, rows = self.rows_of("adult.csv")
        with open(self.folder / "next.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(header)
            writer.writerows(row for i, row in enumerate(rows) if keep(i, row))

    def test_a_frozen_recipe_fits_what_it_was_found_for(self):
        self.freeze()
        self.run_weir("recipe", "apply", "f.recipe.yaml", "--input", "adult.csv", "-o", "out.csv", "--json",
                      "result.json", "-q")
        result = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        solution = self.runs["adult|9qi|k:5|s=0.05|Loss"]["solution"]
        self.assertEqual(result["levels"], solution["levels"])
        self.assertEqual(result["suppressed_rows"], solution["suppressed_records"])

    def test_a_changed_delivery_is_verified_anew(self):
        self.freeze()
        self.delivery(lambda i, row: i % 50 != 0)
        self.run_weir("recipe", "apply", "f.recipe.yaml", "--input", "next.csv", "-o", "out.csv", "-q")
        _, rows = self.rows_of("out.csv")
        classes = collections.Counter(map(tuple, rows))
        classes.pop(("*",) * len(NINE), None)
        self.assertGreaterEqual(min(classes.values()), 5)

    def test_a_delivery_for_which_it_no_longer_holds_is_refused(self):
        self.freeze()
        self.delivery(lambda i, row: i % 40 == 0)
        done = self.refuse("recipe", "apply", "f.recipe.yaml", "--input", "next.csv", "-o", "out.csv", code=3,
                           says=("no", "5-anonymity"))
        self.assertIn("frozen transformation does not hold", done.err)
        self.assertFalse((self.folder / "out.csv").exists())

    def test_a_changed_recipe_or_hierarchy_is_refused(self):
        self.freeze()
        path = self.folder / "f.recipe.yaml"
        text = path.read_text(encoding="utf-8")
        self.assertIn("k-anonymity: 5", text)
        path.write_text(text.replace("k-anonymity: 5", "k-anonymity: 2"), encoding="utf-8")
        apply = ("recipe", "apply", "f.recipe.yaml", "--input", "adult.csv", "-o", "out.csv")
        self.refuse(*apply, says="changed after it was frozen")
        path.write_text(text, encoding="utf-8")
        hierarchy = self.folder / "adult_hierarchy_sex.csv"
        hierarchy.write_text(hierarchy.read_text(encoding="utf-8") + "Unknown;*\n", encoding="utf-8")
        self.refuse(*apply, says="sex is not the one that was frozen")

    def test_only_frozen_recipes_are_applied(self):
        self.write("a.recipe.yaml", adult_recipe())
        self.refuse("recipe", "apply", "a.recipe.yaml", "--input", "adult.csv", "-o", "out.csv",
                    says="is not frozen")


class Rules(CommandTest):
    RECIPE = """input: {path: trips.csv}
privacy_unit: [rider]
attributes:
  rider: identifier
  started: {role: quasi-identifier, type: timestamp, hierarchy: {date: {levels: [hour, day, month]}}}
  age: {role: quasi-identifier, type: int, hierarchy: {interval: {widths: [10, 50], lowest: 0, highest: 100}}}
  zip: {role: quasi-identifier, hierarchy: {area: us-zip}}
  mode: insensitive
models: [{k-anonymity: {k: 3}}]
"""

    def write_trips(self, riders, trips):
        lines = ["rider,started,age,zip,mode,note"]
        for rider in range(riders):
            for trip in range(trips):
                lines.append(f"r{rider},2025-03-{trip + 1:02d}T08:0{rider % 10}:00Z,{20 + rider % 10},"
                             f"8020{rider % 4},bus,secret-{rider}")
        self.write("trips.csv", "\n".join(lines) + "\n")

    def test_units_are_counted_and_unnamed_columns_left_out(self):
        self.write("a.recipe.yaml", self.RECIPE)
        self.write_trips(6, 4)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "-q")
        rows = (self.folder / "out.csv").read_text(encoding="utf-8")
        self.assertEqual(rows.splitlines()[0], "started,age,zip,mode")
        self.assertNotIn("secret", rows)
        self.assertNotIn("r1", rows)

    def test_many_rows_of_two_riders_are_not_three_riders(self):
        self.write("a.recipe.yaml", self.RECIPE)
        self.write_trips(2, 20)
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", code=3,
                    says="3-anonymity needs 3 privacy units; the table has 2")
        self.write("a.recipe.yaml", self.RECIPE.replace("{k: 3}", "{k: 3, count: rows}"))
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "-q")

    def test_values_outside_of_a_rule(self):
        self.write_trips(6, 4)
        path = self.folder / "trips.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",80201,", ",8020x,"), encoding="utf-8")
        self.write("a.recipe.yaml", self.RECIPE)
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv",
                    says=("a.recipe.yaml:7", "1 of the 4 different values of zip"))


if __name__ == "__main__":
    main()
