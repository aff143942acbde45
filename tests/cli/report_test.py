#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir anonymize --report`: a whole page, its figures are the result's, hostile labels stay text."""
import csv
import json
import os
import shutil
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, Setting, main  # noqa: E402

HOSTILE = ("<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "a & b &lt; c", "x" * 900,
           "</td></table></body>", "]]><!--", "{{7*7}} javascript:alert(1)", "Z\u00fcrich \u202egnp.exe")
ADULT = """input: {path: adult.csv, delimiter: ";"}
attributes:
  sex: {role: quasi-identifier, hierarchy: {csv: adult_hierarchy_sex.csv, delimiter: ";"}}
  age: {role: quasi-identifier, hierarchy: {csv: adult_hierarchy_age.csv, delimiter: ";"}}
  race: {role: quasi-identifier, hierarchy: {csv: adult_hierarchy_race.csv, delimiter: ";"}}
  salary-class: {role: quasi-identifier, hierarchy: {csv: adult_hierarchy_salary-class.csv, delimiter: ";"}}
  occupation: sensitive
  workclass: insensitive
models: [{k-anonymity: {k: 5}}, {l-diversity: {l: 3, attribute: occupation}}]
suppression_limit: 0.05
"""


class Report(CommandTest):
    def page(self, name="report.html"):
        """The page as a tree: fails unless it is well-formed."""
        return ElementTree.parse(self.folder / name).getroot()

    def figures(self, page):
        return {data.get("id"): float(data.get("value")) for data in page.iter("data") if data.get("id")}

    def section(self, page, name):
        return next(part for part in page.iter("section") if part.get("id") == name)

    def run_adult(self, *options):
        for path in (Setting.repository / "tests" / "testdata" / "adult").glob("adult*.csv"):
            shutil.copy(path, self.folder / path.name)
        self.write("a.recipe.yaml", ADULT)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "result.json", "--report",
                      "report.html", *options)
        return json.loads((self.folder / "result.json").read_text(encoding="utf-8"))

    def test_figures_are_those_of_the_result(self):
        result = self.run_adult()
        page = self.page()
        figures = self.figures(page)
        for moment in ("before", "after"):
            risk = result["risks"][moment]
            for name, key in (("highest", "highest"), ("average", "average"), ("share", "share_at_risk"),
                              ("uniques", "sample_uniques")):
                self.assertEqual(figures[f"risk-{name}-{moment}"], risk[key])
            self.assertEqual(figures[f"classes-{moment}"], risk["equivalence_classes"])
            self.assertEqual(figures[f"rows-{moment}"], risk["rows"])
        self.assertEqual(figures["score"], result["score"])
        self.assertEqual(figures["suppressed-rows"], result["suppressed_rows"])
        shown = [float(data.get("value")) for data in self.section(page, "utility").iter("data")]
        for attribute in result["attributes"]:
            self.assertIn(attribute["loss"], shown)
            for label in attribute["utility"]["labels"]:
                self.assertIn(label["rows_after"], shown)
        shown = [float(data.get("value")) for data in self.section(page, "prediction").iter("data")]
        self.assertEqual([target["name"] for target in result["targets"]], ["occupation"])
        self.assertIn(result["targets"][0]["after"]["predicted"], shown)
        text = "".join(page.itertext())
        for key in ("recipe_sha256", "input_sha256", "output_sha256"):
            self.assertIn(result[key], text)

    def test_counts_are_those_of_the_files(self):
        result = self.run_adult()
        place = {row["name"]: row for row in result["attributes"]}["sex"]
        with open(self.folder / "out.csv", newline="", encoding="utf-8") as file:
            published = [row["sex"] for row in csv.DictReader(file, delimiter=";")]
        for label in place["utility"]["labels"]:
            if label["label"] != "*":
                self.assertEqual(published.count(label["label"]), label["rows_after"])
        with open(self.folder / "adult.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        ages = [row["age"] for row in rows]
        age = {row["name"]: row for row in result["attributes"]}["age"]["utility"]
        self.assertEqual(age["before"]["values"], len(set(ages)))
        equal = sum(ages.count(value) * (ages.count(value) - 1) for value in set(ages))
        self.assertAlmostEqual(age["before"]["separation"], 1 - equal / (len(ages) * (len(ages) - 1)), places=12)

    def test_columns_that_nothing_protects_are_named(self):
        self.run_adult()
        text = "".join(self.section(self.page(), "not-protected").itertext())
        self.assertIn("insensitive: workclass", text)
        models = "".join(self.section(self.page(), "models").itertext())
        self.assertIn("5-anonymity", models)
        self.assertEqual(models.count("Not protected:"), 2)

    def test_pictures_have_a_name_and_a_description(self):
        self.run_adult()
        pictures = [svg for svg in self.page().iter("svg") if svg.get("role") == "img"]
        self.assertEqual(len(pictures), 2)
        for svg in pictures:
            names = {child.get("id"): child.text for child in svg if child.get("id")}
            for part in svg.get("aria-labelledby").split():
                self.assertTrue(names[part])

    def test_every_column_of_a_table_has_a_heading(self):
        self.run_adult()
        heads = ["".join(head.itertext()).strip() for head in self.page().iter("th")]
        self.assertTrue(all(heads), heads)

    def test_words_of_the_page_are_not_broken_beside_long_names(self):
        self.run_adult()
        words = [cell for cell in self.section(self.page(), "changes").iter("td") if cell.get("class") == "words"]
        self.assertEqual(len(words), 2 * 9)
        self.assertIn("th[scope=col], td.words { overflow-wrap: normal; }", "".join(self.page().itertext()))

    def test_nothing_is_loaded_and_nothing_runs(self):
        self.run_adult()
        page = self.page()
        for element in page.iter():
            self.assertNotIn(element.tag, ("script", "link", "img", "iframe", "object", "form"))
            self.assertFalse([name for name in element.attrib if name.startswith("on") or name == "src"])
            self.assertTrue(element.get("href", "#").startswith("#"))

    def test_hostile_texts_stay_text(self):
        columns = ["kind", "place", "illness"]
        with open(self.folder / "in.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for i, text in enumerate(HOSTILE * 40):
                writer.writerow([text, HOSTILE[i % 3], HOSTILE[(i // 8) % 4]])
        self.write("a.recipe.yaml", "input: {path: in.csv}\nattributes:\n  kind: quasi-identifier\n"
                   "  place: quasi-identifier\n  illness: sensitive\n"
                   "models: [{k-anonymity: 2}, {l-diversity: {l: 2}}]\n")
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--report", "report.html")
        page = self.page()
        text = "".join(page.itertext())
        for hostile in HOSTILE[:3] + HOSTILE[4:7]:
            self.assertIn(hostile, text)
        self.assertNotIn("\u202e", text)
        self.assertNotIn("x" * 200, text)
        self.assertFalse([element.tag for element in page.iter() if element.tag in ("script", "img")])

    def test_targets_are_checked_before_any_work(self):
        result = self.run_adult("--target", "salary-class")
        self.assertEqual([target["name"] for target in result["targets"]], ["occupation", "salary-class"])
        for target in ("workclass", "nobody"):
            self.refuse("anonymize", "a.recipe.yaml", "-o", "new.csv", "--report", "new.html", "--target", target,
                        says=("target " + target, "quasi-identifier"))
        self.assertEqual(list(self.folder.glob("new*")), [])

    def test_a_target_changes_nothing_of_the_file(self):
        plain = self.run_adult()
        other = self.run_adult("--target", "salary-class", "--force")
        for key in ("levels", "score", "suppressed_rows", "class_sizes"):
            self.assertEqual(plain[key], other[key])

    def test_the_report_replaces_nothing_unasked(self):
        self.run_adult()
        before = (self.folder / "report.html").read_bytes()
        self.refuse("anonymize", "a.recipe.yaml", "-o", "new.csv", "--report", "report.html", says="exists")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "new.csv", "--report", "adult.csv", "--force",
                    says="is an input")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "new.csv", "--report", "new.csv", says="two outputs")
        self.assertEqual((self.folder / "report.html").read_bytes(), before)
        self.assertFalse((self.folder / "new.csv").exists())


if __name__ == "__main__":
    main()
