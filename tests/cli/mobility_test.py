#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trips through `weir anonymize`: tables of origins and destinations, place x time x k, homes, uniqueness."""
import collections
import csv
import json
import math
import os
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402

ZONES = 8
TABLE = """input: {path: trips.csv}
privacy_unit: [rider]
attributes:
  from: {role: quasi-identifier}
  to: {role: quasi-identifier}
mobility:
  origin_destination: {origin: from, destination: to, least: 5, protection: 6%s}
"""


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


class Trips(CommandTest):
    """Trips of 600 riders between eight zones of uneven size, with time and coordinates."""

    def setUp(self):
        super().setUp()
        draw = random.Random(20250131)
        self.trips = []
        for trip in range(2000):
            rider = f"R-{int(draw.random() ** 2 * 600):04d}"
            ends = [int(draw.random() ** 4 * ZONES) for _ in range(2)]
            place = f"{42.30 + 0.01 * ends[0] + draw.random() / 200:.4f},{-83.10 + draw.random() / 100:.4f}"
            time = f"2025-03-{1 + draw.randrange(14):02d}T{6 + draw.randrange(14):02d}:{draw.randrange(60):02d}:00"
            self.trips.append([f"T{trip}", rider, f"zone {ends[0]}", f"zone {ends[1]}", time, place])
        write_csv(self.folder / "trips.csv", ["trip", "rider", "from", "to", "time", "place"], self.trips)

    def anonymize(self, recipe, *options):
        self.write("a.recipe.yaml", recipe)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "result.json", "--force", *options)
        with open(self.folder / "out.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        return rows[0], rows[1:], json.loads((self.folder / "result.json").read_text(encoding="utf-8"))


class Tables(Trips):
    def figures(self, count):
        """Cells and margins by (origin, destination), with "total" for margins."""
        seen = collections.defaultdict(list)
        for _, rider, origin, destination, _, _ in self.trips:
            for key in ((origin, destination), (origin, "total"), ("total", destination), ("total", "total")):
                seen[key].append(rider)
        return {key: len(riders) if count == "rows" else len(set(riders)) for key, riders in seen.items()}, \
            {key: len(set(riders)) for key, riders in seen.items()}

    def check(self, rows, count):
        figures, riders = self.figures(count)
        table = {(origin, destination): text for origin, destination, text in rows}
        self.assertEqual(len(table), (ZONES + 1) ** 2)
        hidden = {key for key, text in table.items() if text == "*"}
        for key, text in table.items():
            if 0 < riders.get(key, 0) < 5:
                self.assertIn(key, hidden)
            elif key not in hidden:
                self.assertEqual(int(text), figures.get(key, 0), key)
        return hidden

    def test_rows_add_up_and_no_suppressed_cell_stands_alone(self):
        _, rows, result = self.anonymize(TABLE % ", count: rows")
        hidden = self.check(rows, "rows")
        self.assertTrue(hidden)
        for side in (0, 1):
            for place, cells in collections.Counter(key[side] for key in hidden).items():
                self.assertGreater(cells, 1, place)
        facts = result["origin_destination"]
        self.assertEqual(len(hidden), facts["suppressed_small"] + facts["suppressed_complementary"])
        self.assertGreater(facts["suppressed_complementary"], 0)
        self.assertTrue(facts["audit"]["exact"])
        self.assertGreaterEqual(facts["audit"]["narrowest_interval"], 6)
        # The table is for others, the counts of rows are the owner's.
        modes = {name: (self.folder / name).stat().st_mode & 0o777 for name in ("out.csv", "result.json")}
        self.assertEqual(modes, {"out.csv": 0o644, "result.json": 0o600})

    def test_riders_are_counted_once_in_a_margin(self):
        _, rows, result = self.anonymize(TABLE % "")
        self.assertTrue(self.check(rows, "units"))
        self.assertEqual(result["origin_destination"]["count"], "units")
        self.assertTrue(result["origin_destination"]["audit"]["passed"])

    def test_nothing_is_written_when_a_place_is_called_total(self):
        write_csv(self.folder / "trips.csv", ["rider", "from", "to"], [["a", "total", "x"]])
        self.write("a.recipe.yaml", TABLE % "")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says="called total")
        self.assertFalse((self.folder / "out.csv").exists())

    def test_bad_recipes_say_what_to_do(self):
        recipe = TABLE % ""
        for change, says in ((("least: 5", "least: 1"), "least must be at least 2"),
                             (("origin: from", "origin: place"), "no quasi-identifier"),
                             (("destination: to", "destination: from"), "two columns"),
                             (("mobility:", "models: [{k-anonymity: 5}]\nmobility:"), "leave models out"),
                             (("privacy_unit: [rider]\n", ""), None),
                             (("protection: 6", "protection: 6, impossible: [{origin: moon, destination: zone 1}]"),
                              "no cell")):
            self.write("a.recipe.yaml", recipe.replace(*change))
            if says is None:
                self.run_weir("anonymize", "a.recipe.yaml", "-o", "rows.csv")
            else:
                self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says=says)
        self.write("a.recipe.yaml", recipe)
        self.refuse("recipe", "freeze", "a.recipe.yaml", "-o", "b.recipe.yaml", says="makes a table")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.parquet", says=".csv")
        self.run_weir("recipe", "check", "a.recipe.yaml")


class TablesWithoutTheirResult(Trips):
    """A result that cannot be written leaves no table, and what it replaced is back."""

    def setUp(self):
        super().setUp()
        self.write("a.recipe.yaml", TABLE % "")

    def table_is_taken_back(self, *result, **options):
        for old in (None, "what was there before"):
            if old is not None:
                self.write("out.csv", old)
            names = sorted(path.name for path in self.folder.iterdir())
            done = self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "-q", *result,
                                 *(["--force"] if old else []), code=1, **options)
            self.assertIn("o space left on device", done.err)
            self.assertIn("all outputs were removed" + (", and what they replaced is back" if old else ""), done.err)
            self.assertEqual(sorted(path.name for path in self.folder.iterdir()), names)
            if old is not None:
                self.assertEqual((self.folder / "out.csv").read_text(encoding="utf-8"), old)

    def test_full_standard_output(self):
        for result in (("--json",), ("--json", "-")):
            self.table_is_taken_back(*result, stdout="/dev/full")
            (self.folder / "out.csv").unlink()

    def test_full_disk(self):
        with self.small_disk("512k") as disk:
            (disk / "other").write_bytes(b"x" * (512 << 10))
            self.table_is_taken_back("--json", "disk/r.json")
            self.assertEqual([path.name for path in disk.iterdir()], ["other"])

    def test_a_report_that_is_not_made_is_refused(self):
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", "--report", "r.html", says="leave --report out")


class PlaceAndTime(Trips):
    RECIPE = """input: {path: trips.csv}
privacy_unit: [rider]
attributes:
  place: {role: quasi-identifier, hierarchy: {grid: {degrees: [0.01, 0.02, 0.1]}}, levels: {lowest: 1}}
  time:
    role: quasi-identifier
    type: timestamp
    hierarchy: {date: {levels: [hour, day, week]}}
    levels: {lowest: 1}
models: [{k-anonymity: {k: 5, count: units}}]
suppression_limit: 0.05
mobility: {uniqueness: {points: 3}}
output: {shuffle: false}
"""

    def test_every_place_and_time_has_five_riders(self):
        header, rows, result = self.anonymize(self.RECIPE)
        self.assertEqual(header, ["time", "place"])
        self.assertEqual(len(rows), len(self.trips))
        riders = collections.defaultdict(set)
        for trip, row in zip(self.trips, rows):
            if row != ["*", "*"]:
                riders[tuple(row)].add(trip[1])
        self.assertTrue(riders)
        self.assertGreaterEqual(min(map(len, riders.values())), 5)
        self.assertLess(result["levels"]["time"] + result["levels"]["place"], 8)
        uniqueness = result["mobility"]["uniqueness"]
        self.assertGreater(uniqueness["before"]["share"], uniqueness["after"]["share"])
        self.assertEqual(uniqueness["points"], 3)


class Homes(CommandTest):
    RECIPE = """input: {path: points.csv}
privacy_unit: [rider]
attributes:
  rider: {role: identifier}
  hour: {role: quasi-identifier}
  latitude: {role: insensitive}
  longitude: {role: insensitive}
models: [{k-anonymity: 2}]
suppression_limit: 1
mobility:
  time: time
  latitude: latitude
  longitude: longitude
  trip: trip
  remove_homes: {least_metres: 200, most_metres: 800, key: homes}
"""

    def setUp(self):
        super().setUp()
        draw = random.Random(7)
        self.homes = {f"R-{i}": (42.3 + draw.random() / 5, -83.2 + draw.random() / 5) for i in range(20)}
        work = (42.33, -83.05)
        self.points = []
        for rider, home in self.homes.items():
            for trip in range(6):
                for minute in range(31):
                    share = minute / 30 if trip % 2 == 0 else 1 - minute / 30
                    place = [home[i] + share * (work[i] - home[i]) for i in range(2)]
                    hour = 8 if trip % 2 == 0 else 18
                    self.points.append([rider, trip, f"2025-03-{3 + trip // 2:02d}T{hour:02d}:{minute:02d}:00", hour,
                                        f"{place[0]:.5f}", f"{place[1]:.5f}"])
        write_csv(self.folder / "points.csv", ["rider", "trip", "time", "hour", "latitude", "longitude"], self.points)
        (self.folder / "keys").mkdir()
        self.write("keys/homes.key", bytes(range(32)))
        (self.folder / "keys" / "homes.key").chmod(0o600)

    def kept(self):
        self.write("a.recipe.yaml", self.RECIPE)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "result.json", "--force",
                      "--keys", "keys")
        with open(self.folder / "out.csv", newline="", encoding="utf-8") as file:
            return [(float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)]

    def test_no_point_near_its_riders_home_is_left(self):
        kept = self.kept()
        result = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        self.assertEqual(result["mobility"]["rows_read"], len(self.points))
        self.assertEqual(result["mobility"]["rows_removed"], len(self.points) - len(kept))
        owners = collections.defaultdict(set)
        for rider, _, _, _, latitude, longitude in self.points:
            owners[float(latitude), float(longitude)].add(rider)
        self.assertTrue(kept)
        for place in kept:
            for rider in owners[place]:
                home = self.homes[rider]
                north = (place[0] - home[0]) * 111195
                east = (place[1] - home[1]) * 111195 * math.cos(math.radians(home[0]))
                self.assertGreater(math.hypot(north, east), 150)

    def test_the_same_secret_leaves_the_same_points(self):
        self.assertEqual(sorted(self.kept()), sorted(self.kept()))

    def test_a_secret_that_others_may_read_is_refused(self):
        (self.folder / "keys" / "homes.key").chmod(0o644)
        self.write("a.recipe.yaml", self.RECIPE)
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", "--keys", "keys", code=4, says="homes.key")
        self.assertFalse((self.folder / "out.csv").exists())

    def test_a_secret_is_looked_for_in_the_folder_of_keys_alone(self):
        shutil.copy(self.folder / "keys" / "homes.key", self.folder / "homes.key")
        self.write("a.recipe.yaml", self.RECIPE)
        for command in (("anonymize", "a.recipe.yaml", "-o", "out.csv"), ("recipe", "check", "a.recipe.yaml")):
            self.refuse(*command, says=("a.recipe.yaml:", "homes.key", "--keys"))
        (self.folder / "keys" / "homes.key").unlink()
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", "--keys", "keys", says="keys/homes.key")
        self.assertFalse((self.folder / "out.csv").exists())
        shutil.copy(self.folder / "homes.key", self.folder / "keys" / "homes.key")
        self.run_weir("recipe", "check", "a.recipe.yaml", "--keys", "keys")


if __name__ == "__main__":
    main()
