#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Risk figures of `weir anonymize` where a person has several rows: people count, not rows."""
import collections
import csv
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402

RECIPE = """input: {path: trips.csv}
privacy_unit: [rider]
attributes:
  rider: identifier
  row: insensitive
  zone: {role: quasi-identifier}
  age: {role: quasi-identifier, type: int, hierarchy: {interval: {widths: [10, 50], lowest: 0, highest: 100}}}
models: [{k-anonymity: MODEL}]
suppression_limit: 0.2
"""


def figures(classes):
    """Of (rows, people) by class, by the definitions."""
    rows = sum(count for count, _ in classes)
    return {"highest": 1 / min(people for _, people in classes),
            "average": sum(count / people for count, people in classes) / rows,
            "share_at_risk": sum(count for count, people in classes if people < 5) / rows,
            "sample_uniques": sum(count for count, people in classes if people == 1) / rows,
            "rows": rows, "equivalence_classes": len(classes)}


class UnitRisk(CommandTest):
    def setUp(self):
        super().setUp()
        draw = random.Random(7)
        self.rider_of = {}
        lines = ["rider,row,zone,age"]
        for rider in range(60):
            age, zone = draw.randint(20, 60), draw.randint(1, 3)
            for _ in range(draw.randint(1, 40)):
                self.rider_of[str(len(lines))] = rider
                lines.append(f"r{rider},{len(lines)},z{draw.choice([zone, zone, 1, 2, 3])},{age}")
        self.write("trips.csv", "\n".join(lines) + "\n")

    def classes_in(self, name):
        members = collections.defaultdict(list)
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                members[row["zone"], row["age"]].append(self.rider_of[row["row"]])
        members.pop(("*", "*"), None)
        return [(len(riders), len(set(riders))) for riders in members.values()]

    def anonymize(self, model):
        self.write("trips.recipe.yaml", RECIPE.replace("MODEL", model))
        done = self.run_weir("anonymize", "trips.recipe.yaml", "-o", "out.csv", "--json", "result.json", "--report",
                             "report.html", "--certificate", "certificate.json", "--force")
        return json.loads((self.folder / "result.json").read_text(encoding="utf-8")), done.err

    def agree(self, found, classes):
        self.assertEqual(found["count"], "units")
        self.assertFalse(found["at_most"])
        for name, value in figures(classes).items():
            self.assertAlmostEqual(found[name], value, places=12, msg=name)

    def test_people_are_counted(self):
        for model in ("{k: 5}", "{k: 5, count: rows}"):
            with self.subTest(model):
                result, said = self.anonymize(model)
                after = self.classes_in("out.csv")
                self.agree(result["risks"]["before"], self.classes_in("trips.csv"))
                self.agree(result["risks"]["after"], after)
                # Its twin: rows would show less risk than there is.
                self.assertLess(figures([(rows, rows) for rows, _ in after])["highest"],
                                result["risks"]["after"]["highest"])
                self.assertIn("counted in privacy units", said)
                certificate = json.loads((self.folder / "certificate.json").read_text(encoding="utf-8"))
                self.assertEqual(certificate["risk"]["highest"], result["risks"]["after"]["highest"])
                page = (self.folder / "report.html").read_text(encoding="utf-8")
                self.assertIn("different people of its class", page)
                if model == "{k: 5}":
                    self.assertLessEqual(result["risks"]["after"]["highest"], 1 / 5)
                    self.assertIn(f"at least {min(people for _, people in after)} people", page)

    def test_before_is_what_weir_risk_says(self):
        result, _ = self.anonymize("{k: 5}")
        risk = self.run_weir("risk", "trips.recipe.yaml", "--json").json
        for name in ("highest", "average", "share_at_risk"):
            self.assertAlmostEqual(result["risks"]["before"][name], risk["prosecutor"][name], places=12)


if __name__ == "__main__":
    main()
