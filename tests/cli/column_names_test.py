#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Columns whose names are no identifiers: from profile to another delivery, in files, queries and pages."""
import csv
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402

AGE = 'Age (in "years"); drop table x; --'
STREET = "Stra\u00dfe, Nr."
MODE = "<script>alert(1)</script>"
TRIP = " #1: 30-60 %'s & {a} "
ROWS = [[20 + i % 40, f"8570{i % 3}", ("bus", "tram", "rail")[i % 3], f"t{i}"] for i in range(120)]


class ColumnNames(CommandTest):
    def table(self, name, delimiter):
        with open(self.folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter).writerows([[AGE, STREET, MODE, TRIP], *ROWS])

    def rows_of(self, name, delimiter):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            return list(csv.reader(file, delimiter=delimiter))

    def recipe(self):
        quoted = [json.dumps(name, ensure_ascii=False) for name in (AGE, STREET, MODE, TRIP)]
        self.write("a.recipe.yaml", f"""input: {{path: rides.csv}}
attributes:
  {quoted[0]}: {{role: quasi-identifier, type: int, hierarchy: {{interval: {{widths: [5, 50], lowest: 0, highest: 100}}}}}}
  {quoted[1]}: {{role: quasi-identifier, hierarchy: {{prefix: {{masked: [2, 5]}}}}}}
  {quoted[2]}: sensitive
  {quoted[3]}: identifier
privacy_unit: [{quoted[3]}]
models: [{{k-anonymity: {{k: 5, attributes: [{quoted[0]}]}}}}, {{l-diversity: {{l: 2, attribute: {quoted[2]}}}}}]
suppression_limit: 0.1
""")

    def test_a_recipe_names_any_column_and_a_delivery_may_have_another_delimiter(self):
        self.table("rides.csv", ",")
        self.table("next.csv", ";")
        self.recipe()
        self.run_weir("recipe", "check", "a.recipe.yaml")
        for output in ("out.csv", "out.parquet"):
            self.run_weir("anonymize", "a.recipe.yaml", "-o", output, "--report", output + ".html", "--json",
                          output + ".json", "--certificate", output + ".yaml")
        header, *rows = self.rows_of("out.csv", ",")
        self.assertEqual(header, [AGE, STREET, MODE])
        self.assertEqual(len(rows), len(ROWS))
        self.assertEqual(set(json.loads((self.folder / "out.csv.json").read_text(encoding="utf-8"))["levels"]),
                         {AGE, STREET})
        page = (self.folder / "out.csv.html").read_text(encoding="utf-8")
        self.assertNotIn(MODE, page)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;", page)
        risk = self.run_weir("risk", "out.parquet", "--quasi-identifiers", MODE, "--json").json
        self.assertEqual(risk["rows"], len(ROWS))

        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml")
        apply = ("recipe", "apply", "f.recipe.yaml", "--input", "next.csv")
        self.refuse(*apply, "-o", "next.out.csv", code=2, says="delimiter")
        self.refuse(*apply, "-o", "next.out.csv", "--delimiter", ";;", code=2, says="one character")
        self.run_weir(*apply, "-o", "next.out.csv", "--delimiter", ";")
        self.assertEqual(sorted(self.rows_of("next.out.csv", ";")), sorted([header, *rows]))

    def test_a_draft_names_them_too(self):
        self.table("rides.csv", ",")
        self.run_weir("profile", "rides.csv", "-o", "d.recipe.yaml")
        self.assertNotIn("cannot have its name", (self.folder / "d.recipe.yaml").read_text(encoding="utf-8"))
        self.run_weir("recipe", "check", "d.recipe.yaml")

    def test_a_name_that_steers_a_terminal_is_refused(self):
        self.write("rides.csv", "a\x1b[2J,age\n" + "".join(f"{i % 7},{20 + i % 40}\n" for i in range(120)))
        draft = self.run_weir("profile", "rides.csv", "-o", "-")
        self.assertNotIn(b"\x1b", draft.out + draft.err.encode())
        self.write("a.recipe.yaml", 'input: {path: rides.csv}\nattributes: {"a\\e[2J": quasi-identifier}\n'
                   "models: [{k-anonymity: {k: 2}}]\n")
        refused = self.refuse("recipe", "check", "a.recipe.yaml", code=2, says="an escape makes a character")
        self.assertNotIn("\x1b", refused.err)


if __name__ == "__main__":
    main()
