#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir anonymize`: actions of a recipe and recodings class by class, as they stand in the file."""
import collections
import csv
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402

RIDERS = 30
TRIPS = 4
RECIPE = """input: {path: trips.csv}
privacy_unit: [rider]
attributes:
  rider: {role: identifier%(rider)s}
  day: {role: insensitive, type: date%(day)s}
  age: {role: quasi-identifier, type: int%(age)s, hierarchy: {interval: {widths: [10, 50], lowest: 0, highest: 100}}}
  zone: {role: quasi-identifier, hierarchy: {prefix: {}}}
  fare: {role: insensitive, type: decimal%(fare)s}
models: [{k-anonymity: {k: 3, count: rows}}]
suppression_limit: %(limit)s
%(more)s"""
PSEUDONYM = ", action: {pseudonym: {key: riders, scope: %s%s}}"


class Actions(CommandTest):
    def setUp(self):
        super().setUp()
        lines = ["rider,day,age,zone,fare"]
        for rider in range(RIDERS):
            for trip in range(TRIPS):
                lines.append(f"AB-{1000000 + 7 * rider},2025-03-{1 + trip:02d},{20 + rider % 9},"
                             f"{10 + rider % 5},{rider}.{trip}5")
        self.write("trips.csv", "\n".join(lines) + "\n")
        (self.folder / "keys").mkdir()
        key = self.folder / "keys" / "riders.key"
        key.write_bytes(bytes(range(32)))
        key.chmod(0o600)

    def recipe(self, **parts):
        fields = {"rider": "", "day": "", "age": "", "fare": "", "limit": "0", "more": ""}
        self.write("a.recipe.yaml", RECIPE % {**fields, **parts})

    def rows(self, name="out.csv"):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def anonymize(self, *options, out="out.csv"):
        self.run_weir("anonymize", "a.recipe.yaml", "-o", out, "--json", "result.json", "--force", "-q", *options)
        return self.rows(out), json.loads((self.folder / "result.json").read_text(encoding="utf-8"))

    def pseudonyms(self, *options):
        rows, _ = self.anonymize("--keys", "keys", *options)
        counts = collections.Counter(row["rider"] for row in rows)
        self.assertEqual(set(counts.values()), {TRIPS})
        return set(counts)

    def test_identifiers_are_left_out_unless_something_is_made_of_them(self):
        self.recipe()
        rows, _ = self.anonymize()
        self.assertNotIn("rider", rows[0])

    def test_pseudonyms_are_of_one_recipient(self):
        self.recipe(rider=PSEUDONYM % ("recipient", ""))
        porto = self.pseudonyms("--recipient", "porto")
        self.assertEqual(len(porto), RIDERS)
        self.assertTrue(all(len(name) == 26 for name in porto))
        self.assertEqual(porto, self.pseudonyms("--recipient", "porto"))
        self.assertEqual(porto & self.pseudonyms("--recipient", "tucson"), set())

    def test_pseudonyms_keep_the_form(self):
        self.recipe(rider=PSEUDONYM % ("period", ", form: ff1"))
        names = self.pseudonyms("--period", "2025-03")
        self.assertEqual(len(names), RIDERS)
        for name in names:
            self.assertRegex(name, r"^[A-Z]{2}-[0-9]{7}$")
        before = {f"AB-{1000000 + 7 * rider}" for rider in range(RIDERS)}
        self.assertLess(len(names & before), RIDERS)

    def test_pseudonyms_need_key_and_scope(self):
        self.recipe(rider=PSEUDONYM % ("recipient", ""))
        command = ("anonymize", "a.recipe.yaml", "-o", "out.csv")
        self.refuse(*command, says=("a.recipe.yaml:4", "need the recipient"))
        self.refuse(*command, "--recipient", "porto", says="folder of the secret keys")
        (self.folder / "keys" / "riders.key").chmod(0o644)
        self.refuse(*command, "--recipient", "porto", "--keys", "keys", says="riders.key", code=4)
        self.assertFalse((self.folder / "out.csv").exists())

    def test_values_are_coded_and_rounded_before_they_are_generalized(self):
        self.recipe(age=", action: [{coding: {top: 24}}, {round: 2}]", fare=", action: {round: 0.5}")
        rows, result = self.anonymize()
        self.assertEqual(result["levels"]["age"], 0)
        self.assertLessEqual({row["age"] for row in rows}, {"20", "22", "24"})
        self.assertTrue(all(float(row["fare"]) % 0.5 == 0 for row in rows))

    def test_a_value_that_is_no_number_is_refused(self):
        path = self.folder / "trips.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",3.05", ",secret"), encoding="utf-8")
        self.recipe(fare=", action: {round: 0.5}")
        done = self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says="no decimal numbers")
        self.assertNotIn("secret", done.err)

    def test_dates_of_a_rider_move_together(self):
        self.recipe(rider=PSEUDONYM % ("coalition", ""), day=", action: {date-shift: {days: 100, key: riders}}")
        rows, _ = self.anonymize("--keys", "keys")
        days = collections.defaultdict(list)
        for row in rows:
            days[row["rider"]].append(datetime.date.fromisoformat(row["day"]))
        shifts = set()
        for dates in days.values():
            dates.sort()
            self.assertEqual([(date - dates[0]).days for date in dates], list(range(TRIPS)))
            shifts.add((dates[0] - datetime.date(2025, 3, 1)).days)
        self.assertNotIn(0, shifts)
        self.assertLessEqual(max(abs(shift) for shift in shifts), 100)
        self.assertGreater(len(shifts), RIDERS // 2)

    def test_swapping_keeps_the_column_and_aggregates_are_shared(self):
        self.recipe(fare=", action: {rank-swap: {percent: 10}}")
        rows, _ = self.anonymize()
        self.assertEqual(sorted(row["fare"] for row in rows), sorted(row["fare"] for row in self.rows("trips.csv")))
        self.recipe(fare=", action: {microaggregate: {function: median, k: 3}}")
        rows, _ = self.anonymize()
        shared = collections.Counter((row["age"], row["zone"], row["fare"]) for row in rows)
        self.assertGreaterEqual(min(shared.values()), 3)

    def test_actions_that_do_not_fit_are_refused(self):
        for part, says in (({"rider": ", action: {pram: {keep: 0.5}}"}, "removed, masked or made a pseudonym"),
                           ({"fare": ", action: [{pram: {keep: 0.5}}, {round: 1}]"}, "come before date-shift"),
                           ({"age": ", action: {microaggregate: mean}"}, "is generalized"),
                           ({"day": ", action: {microaggregate: mean}"}, "only numbers are aggregated"),
                           ({"fare": ", action: {mask: {with: xy}}"}, "one character")):
            self.recipe(**part)
            self.refuse("recipe", "check", "a.recipe.yaml", says=says)

    def check_classes(self, rows, least):
        classes = collections.Counter((row["age"], row["zone"]) for row in rows)
        suppressed = classes.pop(("*", "*"), 0)
        self.assertGreaterEqual(min(classes.values()), least)
        return len(classes), suppressed

    def test_recodings_hold_and_are_finer_than_the_global_one(self):
        self.recipe()
        path = self.folder / "a.recipe.yaml"
        strict = path.read_text(encoding="utf-8").replace("k: 3, count: rows", "k: 9, count: rows")
        path.write_text(strict, encoding="utf-8")
        rows, result = self.anonymize()
        classes, _ = self.check_classes(rows, 9)
        for recoding in ("mondrian", "local", "cell-suppression"):
            with self.subTest(recoding):
                path.write_text(strict.replace("limit: 0", "limit: 1") + f"transformation: {recoding}\n",
                                encoding="utf-8")
                rows, result = self.anonymize()
                made, suppressed = self.check_classes(rows, 9)
                self.assertEqual(result["equivalence_classes"], made)
                self.assertEqual(result["suppressed_rows"], suppressed)
                self.assertIsNot(result["optimal"], True)
                if recoding == "mondrian":
                    self.assertGreaterEqual(made, classes)
                    self.assertEqual(suppressed, 0)

    def test_other_recodings_are_frozen_by_their_classes(self):
        trips = (self.folder / "trips.csv").read_text(encoding="utf-8").splitlines()
        for recoding in ("mondrian", "local"):
            with self.subTest(recoding):
                self.recipe(limit="0.1", more=f"transformation: {recoding}\n")
                before, result = self.anonymize()
                self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "b.recipe.yaml", "--force", "-q")
                frozen = (self.folder / "b.recipe.yaml").read_text(encoding="utf-8")
                self.assertIn("rounds:", frozen)
                self.assertNotIn("AB-", frozen)
                apply = ("recipe", "apply", "b.recipe.yaml", "-o", "next.csv", "--force", "--input")
                again = self.run_weir(*apply, "trips.csv", "--json").json
                for key in ("levels", "suppressed_rows", "equivalence_classes", "class_sizes", "recipe_sha256"):
                    self.assertEqual(again[key], result[key])
                by_fare = {row["fare"]: (row["age"], row["zone"]) for row in before}
                self.assertEqual({row["fare"]: (row["age"], row["zone"]) for row in self.rows("next.csv")}, by_fare)
                # A delivery of few rows, and one of people for whom there is no class.
                (self.folder / "next.csv").unlink()
                for delivery in (trips[:1] + trips[1::9],
                                 trips[:1] + [line.replace(",1", ",7") for line in trips[1:]]):
                    self.write("few.csv", "\n".join(delivery) + "\n")
                    self.refuse(*apply, "few.csv", code=3,
                                says=("frozen transformation does not hold", "would do for this file"))
                    self.assertFalse((self.folder / "next.csv").exists())

    def test_what_follows_from_one_delivery_is_not_frozen(self):
        self.recipe(more="transformation: cell-suppression\n")
        self.refuse("recipe", "freeze", "a.recipe.yaml", "-o", "b.recipe.yaml", says="other rows of one delivery")
        self.recipe(fare=", action: {microaggregate: {k: 3}}")
        self.refuse("recipe", "freeze", "a.recipe.yaml", "-o", "b.recipe.yaml", says="MDAV cannot be frozen")
        self.recipe(fare=", action: {microaggregate: mean}")
        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "b.recipe.yaml", "-q")


if __name__ == "__main__":
    main()
