#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir risk` and `weir profile`: figures of the reference, traps of real files, no values shown."""
import csv
import json
import os
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, Setting, digest_of, main  # noqa: E402

NINE = ("sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation",
        "salary-class")
TOLERANCE = 1e-12


class Risk(CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.data = Setting.repository / "tests" / "testdata" / "adult"
        reference = json.loads((cls.data / "reference.json").read_text(encoding="utf-8"))
        cls.reference = reference["inputs"][0]

    def adult(self, *options, **more):
        return self.run_weir("risk", self.data / "adult.csv", "--delimiter", ";", "--quasi-identifiers",
                             ",".join(NINE), *options, **more)

    def test_adult_agrees_with_the_reference(self):
        found = self.adult("--population", 316000000, "--json").json
        wanted = self.reference["risk_input"]
        self.assertEqual(found["rows"], 30162)
        self.assertEqual(found["equivalence_classes"], self.reference["equivalence_classes"])
        for ours, theirs in (("highest", "highest"), ("average", "average"), ("lowest", "lowest"),
                             ("share_at_highest", "frac_records_at_highest")):
            self.assertAlmostEqual(found["prosecutor"][ours], wanted[theirs], delta=TOLERANCE)
        self.assertAlmostEqual(found["sample_uniques"], wanted["sample_uniques_fraction"], delta=TOLERANCE)
        self.assertAlmostEqual(found["prosecutor"]["share_at_risk"],
                               wanted["threshold_0.2"]["prosecutor_records_at_risk"], delta=TOLERANCE)
        self.assertEqual(found["population_uniqueness"]["population"], 316000000)
        self.assertEqual(found["population_uniqueness"]["estimator"], "pitman")
        sizes = {entry["rows"]: entry["classes"] for entry in found["class_sizes"]}
        histogram = self.reference["histogram_size_count"]
        for size, classes in zip(histogram[::2], histogram[1::2]):
            self.assertEqual(sizes[size], classes)
        by_names = {frozenset(entry["attributes"]): entry for entry in found["attribute_risks"]}
        self.assertEqual(len(by_names), 511)
        for entry in self.reference["attribute_risks"]:
            ours = by_names[frozenset(entry["attrs"])]
            self.assertAlmostEqual(ours["distinction"], entry["distinction"], delta=TOLERANCE)
            self.assertAlmostEqual(ours["separation"], entry["separation"], delta=TOLERANCE)

    def test_the_table_explains_itself(self):
        before = digest_of(self.folder)
        text = self.adult().text
        for words in ("30162 rows", "highest", "100 %", "1 in 1", "64.66 %", "51.43 %", "77.81 %",
                      "rows whose chance to be picked is above 20 %"):
            self.assertIn(words, text)
        for value in ("Never-married", "Bachelors", "United-States"):
            self.assertNotIn(value, text)
        self.assertEqual(digest_of(self.folder), before)

    def test_units_are_counted_and_not_rows(self):
        rows = ["rider,zone"] + ["a,1"] * 5 + [f"r{i},2" for i in range(5)]
        self.write("trips.csv", "\n".join(rows) + "\n")
        by_row = self.run_weir("risk", "trips.csv", "--quasi-identifiers", "zone", "--json").json
        self.assertEqual(by_row["prosecutor"]["highest"], 0.2)
        by_unit = self.run_weir("risk", "trips.csv", "--quasi-identifiers", "zone", "--privacy-unit", "rider",
                                "--json").json
        self.assertEqual(by_unit["prosecutor"]["highest"], 1)
        self.assertEqual(by_unit["privacy_units"]["units"], 6)
        self.assertEqual(by_unit["privacy_units"]["unique_units"], 1)
        self.assertEqual(by_unit["unit_class_sizes"], [{"units": 1, "classes": 1}, {"units": 5, "classes": 1}])

    def test_a_population_file_gives_the_risk_of_the_journalist(self):
        self.write("sample.csv", "age\n1\n2\n2\n")
        self.write("all.csv", "age\n" + "1\n" * 10 + "2\n" * 4 + "3\n" * 9)
        found = self.run_weir("risk", "sample.csv", "--quasi-identifiers", "age", "--population-file", "all.csv",
                              "--json").json
        self.assertEqual(found["prosecutor"]["highest"], 1)
        self.assertEqual(found["journalist"]["highest"], 0.25)
        self.assertEqual(found["journalist"]["lowest"], 0.1)
        self.assertAlmostEqual(found["marketer"]["population"], 0.2, delta=TOLERANCE)
        self.assertEqual(found["rows_beyond_population"], 0)

    def test_a_recipe_tells_its_columns(self):
        shutil.copy(self.data / "adult.csv", self.folder / "adult.csv")
        self.write("a.recipe.yaml", 'input: {path: adult.csv, delimiter: ";"}\n'
                   "attributes: {sex: quasi-identifier, age: quasi-identifier}\n"
                   "models: [{k-anonymity: {k: 5}}]\n")
        by_recipe = self.run_weir("risk", "a.recipe.yaml", "--json").json
        by_names = self.run_weir("risk", "adult.csv", "--delimiter", ";", "--quasi-identifiers", "age,sex",
                                 "--json").json
        self.assertEqual(by_recipe, by_names)
        self.refuse("risk", "a.recipe.yaml", "--quasi-identifiers", "age", says="leave out")

    def test_the_threshold_decides_who_is_at_risk(self):
        self.write("a.csv", "x\n1\n2\n2\n3\n3\n3\n")
        for threshold, rows in (("1", 0), ("0.5", 1), ("0.4", 3), ("0.333333333", 6), ("0", 6)):
            found = self.run_weir("risk", "a.csv", "--quasi-identifiers", "x", "--threshold", threshold,
                                  "--json").json
            self.assertEqual(found["prosecutor"]["rows_at_risk"], rows, threshold)

    def test_bad_input(self):
        self.write("a.csv", "x,y\n1,2\n3,4\n")
        self.write("empty.csv", "x,y\n")
        self.write("semicolons.csv", "x;y\n1;2\n")
        self.refuse("risk", "a.csv", says="--quasi-identifiers")
        self.refuse("risk", "a.csv", "--quasi-identifiers", "z", says="z")
        self.refuse("risk", "a.csv", "--quasi-identifiers", "x,x", says="twice")
        self.refuse("risk", "a.csv", "--quasi-identifiers", "x", "--threshold", "1.5", says="threshold")
        self.refuse("risk", "a.csv", "--quasi-identifiers", "x", "--population", "1", says="smaller")
        self.refuse("risk", "empty.csv", "--quasi-identifiers", "x", says="no rows")
        self.refuse("risk", "none.csv", "--quasi-identifiers", "x", says="none.csv")
        done = self.refuse("risk", "semicolons.csv", "--quasi-identifiers", "x", says="x")
        self.assertIn("--delimiter ';'", done.err)


class Linkage(CommandTest):
    """An attacker with a known file, and scores of single rows."""

    def setUp(self):
        super().setUp()
        data = Setting.repository / "tests" / "testdata" / "adult"
        shutil.copy(data / "adult_hierarchy_age.csv", self.folder / "age.csv")
        lines = (data / "adult.csv").read_text(encoding="utf-8").splitlines()[:2001]
        lines = [f"{'id' if i == 0 else i};{line}" for i, line in enumerate(lines)]
        self.write("known.csv", "\n".join(lines) + "\n")
        self.write("a.recipe.yaml", 'input: {path: known.csv, delimiter: ";"}\n'
                   "attributes: {id: insensitive, sex: quasi-identifier, age: {role: quasi-identifier, "
                   'hierarchy: {csv: age.csv, delimiter: ";"}}}\n'
                   "models: [{k-anonymity: {k: 5}}]\nsuppression_limit: 0.05\n")

    def linkage(self, *options):
        return self.run_weir("risk", *options, "--json").json["record_linkage"]

    def test_an_anonymized_file_gives_one_right_link_a_class(self):
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "result.json")
        result = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        found = self.linkage("out.csv", "--recipe", "a.recipe.yaml", "--person", "id")
        self.assertGreater(result["suppressed_rows"], 0)
        self.assertEqual(found["published_rows"], 2000 - result["suppressed_rows"])
        self.assertEqual((found["known_rows"], found["targets"], found["persons_known"]), (2000, 2000, True))
        self.assertAlmostEqual(found["right_links"], result["equivalence_classes"], delta=1e-6)
        self.assertEqual(found["certain_links"], 0)
        unknown = self.linkage("out.csv", "--recipe", "a.recipe.yaml")
        self.assertFalse(unknown["persons_known"])
        self.assertGreaterEqual(unknown["right_links"], found["right_links"] - 1e-6)

    def test_a_file_that_was_not_anonymized_is_found(self):
        by_recipe = self.linkage("known.csv", "--recipe", "a.recipe.yaml", "--person", "id")
        by_names = self.linkage("known.csv", "--delimiter", ";", "--quasi-identifiers", "age,sex", "--against",
                                "known.csv", "--person", "id")
        self.assertEqual(by_recipe["share"], by_names["share"])
        self.assertGreater(by_names["certain_links"], 0)
        text = self.run_weir("risk", "known.csv", "--recipe", "a.recipe.yaml").text
        self.assertIn("certain links", text)
        self.assertIn("2000 of 2000 rows of the known file", text)

    def test_moved_numbers_are_still_found_and_swapped_ones_are_not(self):
        self.write("a.csv", "id,x\n1,10\n2,20\n3,40\n")
        self.write("moved.csv", "id,x\n3,38\n1,12\n2,21\n")
        self.write("swapped.csv", "id,x\n1,20\n2,40\n3,10\n")
        for name, links in (("moved.csv", 3), ("swapped.csv", 0)):
            found = self.linkage(name, "--quasi-identifiers", "x", "--against", "a.csv", "--person", "id")
            self.assertEqual((found["right_links"], found["certain_links"]), (links, links), name)

    def test_bad_linkage(self):
        self.write("a.csv", "id,x\n1,10\n")
        self.write("empty.csv", "id,x\n")
        names = ("risk", "a.csv", "--quasi-identifiers", "x")
        self.refuse(*names, "--against", "none.csv", says="none.csv")
        self.refuse(*names, "--against", "empty.csv", says="no rows")
        self.refuse(*names, "--against", "a.csv", "--person", "x", says="twice")
        self.refuse(*names, "--against", "a.csv", "--person", "z", says="z")
        self.refuse(*names, "--person", "id", says="--against")
        self.refuse(*names, "--recipe", "a.recipe.yaml", says="leave out")
        self.refuse("risk", "a.recipe.yaml", "--against", "a.csv", says="weir risk PUBLISHED")

    def test_scores_of_every_row(self):
        self.write("a.csv", "x,y\n1,1\n1,2\n1,2\n2,2\n1,1\n")
        self.write("all.csv", "x,y\n" + "1,1\n" * 4 + "1,2\n" * 2 + "2,2\n" * 8)
        done = self.run_weir("risk", "a.csv", "--quasi-identifiers", "x,y", "--population-file", "all.csv",
                             "--records", "scores.csv", "--json")
        self.assertEqual(os.stat(self.folder / "scores.csv").st_mode & 0o777, 0o600)
        with open(self.folder / "scores.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["row"] for row in rows], ["1", "2", "3", "4", "5"])
        self.assertEqual([row["class_rows"] for row in rows], ["2", "2", "2", "1", "2"])
        self.assertEqual([float(row["prosecutor_risk"]) for row in rows], [0.5, 0.5, 0.5, 1, 0.5])
        self.assertEqual([float(row["journalist_risk"]) for row in rows], [0.25, 0.5, 0.5, 0.125, 0.25])
        # x = 2 is special by itself: (m - k)! = 1 for two columns.
        self.assertEqual([row["smallest_special_unique"] for row in rows], ["", "", "", "1", ""])
        self.assertEqual([float(row["suda2_score"]) for row in rows], [0, 0, 0, 1, 0])
        self.assertEqual([float(row["dis_score"]) > 0 for row in rows], [False, False, False, True, False])
        self.assertEqual(done.json["special_uniques"]["rows"], 1)

    def test_scores_as_parquet(self):
        self.write("a.csv", "x,y\n1,1\n1,2\n")
        self.run_weir("risk", "a.csv", "--quasi-identifiers", "x", "--privacy-unit", "y", "--records", "s.parquet")
        found = self.run_weir("profile", "s.parquet", "--json").json
        self.assertEqual([column["name"] for column in found["columns"]],
                         ["row", "class_rows", "class_units", "prosecutor_risk", "suda2_score", "dis_score",
                          "smallest_special_unique"])
        self.assertEqual(found["rows"], 2)

    def test_scores_replace_nothing(self):
        self.write("a.csv", "x,y\n1,1\n1,2\n")
        self.write("scores.csv", "mine\n")
        command = ("risk", "a.csv", "--quasi-identifiers", "x", "--records")
        before = digest_of(self.folder)
        self.refuse(*command, "scores.csv", says="exists")
        self.refuse(*command, "scores.txt", says=".csv or .parquet")
        self.refuse(*command, "a.csv", "--force", says="read by this command")
        self.refuse(*command, "none/scores.csv", says="none")
        self.refuse("risk", "a.csv", "--quasi-identifiers", "z", "--records", "new.csv", says="z")
        self.refuse("risk", "a.csv", "--quasi-identifiers", "x", "--force", says="--records")
        self.assertEqual(digest_of(self.folder), before)
        self.assertIn("private", self.run_weir(*command, "scores.csv", "--force").err)
        self.assertIn("prosecutor_risk", (self.folder / "scores.csv").read_text(encoding="utf-8"))


def people_csv(rows=200, ending="\r\n"):
    """Made people with every kind of identifier; each value is from the reserved or test ranges."""
    draw = random.Random(7)
    names = ("Ada Lovelace", "Alan Turing", "Mary O'Neil", "Grace Hopper")
    lines = ["full_name,contact,tel,ssn,zip,born,score,note,lat,lon,source"]
    for i in range(rows):
        born = f"{1950 + i % 50}-{i % 12 + 1:02}-{i % 28 + 1:02}"
        score = "N" if i == rows - 1 else str(draw.randrange(100))
        note = '"see a@example.org, soon"' if i % 20 == 0 else '"quoted ""note"""'
        lines.append(f"{names[i % 4]},p{i}@example.org,303-555-01{i % 100:02},{100 + i}-12-{1000 + i},"
                     f"0{8001 + i % 9},{born},{score},{note},39.{7000 + i},-104.{9000 - i},web")
    return "\ufeff" + ending.join(lines) + ending


class Profile(CommandTest):
    def columns_of(self, *arguments):
        return {column["name"]: column for column in self.run_weir("profile", *arguments, "--json").json["columns"]}

    def test_finds_identifiers_and_traps(self):
        self.write("people.csv", people_csv())
        columns = self.columns_of("people.csv")
        kinds = {name: [f["kind"] for f in column["findings"]] for name, column in columns.items()}
        self.assertEqual(kinds["full_name"], ["person name"])
        self.assertEqual(kinds["contact"], ["e-mail address"])
        self.assertEqual(kinds["tel"], ["phone number"])
        self.assertEqual(kinds["ssn"], ["social security number"])
        self.assertEqual(kinds["zip"], ["ZIP code"])
        self.assertEqual(kinds["born"], ["date"])
        self.assertEqual((kinds["lat"], kinds["lon"]), (["latitude"], ["longitude"]))
        self.assertEqual(columns["note"]["findings"][0]["in_text"], True)
        for name in ("full_name", "contact", "tel", "ssn", "note"):
            self.assertEqual(columns[name]["role"], "identifier", name)
        self.assertEqual(columns["score"]["type"], "int")
        self.assertEqual(columns["score"]["missing_texts"], ["N"])
        self.assertEqual(columns["score"]["rows_missing"], 1)
        self.assertEqual(columns["zip"]["type"], "code")
        self.assertEqual(columns["source"]["role"], "insensitive")

    def test_a_place_is_known_also_where_no_two_people_share_it(self):
        self.write("few.csv", "zip,age,ref\n" + "".join(f"{85701 + i},{20 + i},{7 * i + 5}\n" for i in range(30)))
        columns = self.columns_of("few.csv")
        for name, role, reason in (("zip", "quasi-identifier", "known"), ("age", "quasi-identifier", "known"),
                                   ("ref", "identifier", "key")):
            self.assertEqual((columns[name]["role"], columns[name]["reason"]), (role, reason), name)
        self.assertIn("but others may know it", self.run_weir("profile", "few.csv").text)
        self.run_weir("profile", "few.csv", "-o", "few.recipe.yaml")
        self.run_weir("recipe", "check", "few.recipe.yaml")

    def test_shows_no_values(self):
        self.write("people.csv", people_csv())
        for options in ((), ("--json",), ("-o", "-")):
            text = self.run_weir("profile", "people.csv", *options).text
            for value in ("Lovelace", "example.org", "555-01", "-12-", "08001", "1950-", "39.7", "web"):
                self.assertNotIn(value, text, options)

    def test_the_draft_is_a_recipe_that_fits(self):
        self.write("people.csv", people_csv())
        done = self.run_weir("profile", "people.csv", "-o", "people.recipe.yaml")
        self.assertIn("people.recipe.yaml", done.err)
        self.run_weir("recipe", "check", "people.recipe.yaml")
        self.run_weir("risk", "people.recipe.yaml")
        self.refuse("profile", "people.csv", "-o", "people.recipe.yaml", says="--force")
        self.run_weir("profile", "people.csv", "-o", "people.recipe.yaml", "--force")

    def test_adult(self):
        shutil.copy(Setting.repository / "tests" / "testdata" / "adult" / "adult.csv", self.folder / "adult.csv")
        found = self.run_weir("profile", "adult.csv", "--delimiter", ";", "-o", "adult.recipe.yaml",
                              "--json").json
        columns = {column["name"]: column for column in found["columns"]}
        self.assertEqual(set(columns), set(NINE))
        self.assertEqual(found["quasi_identifiers"][:2], ["age", "occupation"])
        self.assertEqual(columns["salary-class"]["role"], "sensitive")
        self.assertEqual(columns["age"]["type"], "int")
        self.assertEqual([c["findings"] for c in columns.values()], [[]] * 9)
        self.run_weir("recipe", "check", "adult.recipe.yaml")

    def test_a_name_alone_is_no_identifier(self):
        self.write("a.csv", "email,ssn,phone,ip\n" + "yes,1,2,3\nno,2,3,4\n" * 20)
        for name, column in self.columns_of("a.csv").items():
            self.assertEqual(column["findings"], [], name)

    def test_files_that_end_soon(self):
        self.write("empty.csv", "a,b\n")
        self.write("one.csv", "a,b\n1,2\n")
        self.write("constant.csv", "a\n1\n1\n")
        self.refuse("profile", "empty.csv", says="no rows")
        self.run_weir("profile", "one.csv")
        self.refuse("profile", "one.csv", "-o", "one.recipe.yaml", says="rows")
        self.refuse("profile", "constant.csv", "-o", "c.recipe.yaml", says="quasi-identifier")
        self.assertFalse((self.folder / "one.recipe.yaml").exists())
        done = self.run_weir("profile", "constant.csv", "-o", "-", "--json", code=2)
        self.assertIn("standard output", done.error["error"])

    def test_quoted_numbers_are_numbers(self):
        with open(self.folder / "q.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(["n", "line"])
            writer.writerows([i, "two\nlines"] for i in range(50))
        columns = self.columns_of("q.csv")
        self.assertEqual(columns["n"]["type"], "int")
        self.assertEqual(columns["line"]["distinct_values"], 1)


if __name__ == "__main__":
    main()
