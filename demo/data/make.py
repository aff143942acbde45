#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the seven regions' crash files of the demo out of the 2015 FARS accident file.

usage: make.py accident_2015.csv.bz2

Rewrites <region>/crashes.csv beside this script, byte for byte the same each time. The input, the
rows and the fatalities of every region are checked against SOURCE.md before a file is written.
"""
import bz2
import csv
import datetime
import hashlib
import io
import pathlib
import sys

INPUT_SHA256 = "71462c50a8e7974ebddd964c907c2fe8603d67e0747cee27bde385ed68713bc9"

# region: (states, counties as state FIPS + county FIPS, expected rows, expected fatalities)
REGIONS = {
    "co": ({8}, "", 506, 546),
    "il": ({17}, "", 914, 998),
    "jax": (set(), "12031 12003 12019 12089 12109", 210, 230),
    "kc": (set(), "29047 29037 29095 29165 20091 20209 20103", 166, 173),
    "ntx": (set(), "48085 48113 48121 48139 48231 48251 48257 48367 48397 48439 48497", 564, 616),
    "phx": (set(), "04013 04021", 430, 464),
    "tus": (set(), "04019", 89, 93),
}

# column of ours: column of FARS
COLUMNS = {
    "case_id": "ST_CASE",
    "state": "STATE",
    "county": "COUNTY",
    "crash_date": None,
    "weekday": "DAY_WEEK",
    "hour": "HOUR",
    "persons": "PERSONS",
    "fatalities": "FATALS",
    "drunk_drivers": "DRUNK_DR",
}


def crash_date(row):
    date = datetime.date(int(row["YEAR"]), int(row["MONTH"]), int(row["DAY"]))
    if date.isoweekday() % 7 + 1 != int(row["DAY_WEEK"]):
        sys.exit(f"case {row['ST_CASE']}: {date} is not weekday {row['DAY_WEEK']}")
    return date.isoformat()


def region_of(row):
    state, county = int(row["STATE"]), f"{int(row['STATE']):02}{int(row['COUNTY']):03}"
    for region, (states, counties, _, _) in REGIONS.items():
        if state in states or county in counties.split():
            return region
    return None


def convert(row):
    values = {ours: row[theirs] if theirs else crash_date(row) for ours, theirs in COLUMNS.items()}
    for ours, theirs in COLUMNS.items():
        if theirs and not values[ours].isdigit():
            sys.exit(f"case {row['ST_CASE']}: {theirs} is {values[ours]!r}, not a whole number")
    return values


def main(path):
    packed = pathlib.Path(path).read_bytes()
    digest = hashlib.sha256(packed).hexdigest()
    if digest != INPUT_SHA256:
        sys.exit(f"{path}: sha256 is {digest}, expected {INPUT_SHA256}")
    regions = {region: [] for region in REGIONS}
    for row in csv.DictReader(io.StringIO(bz2.decompress(packed).decode("ascii"))):
        region = region_of(row)
        if region:
            regions[region].append(convert(row))

    for region, (_, _, rows, fatalities) in REGIONS.items():
        crashes = regions[region]
        found = (len(crashes), sum(int(crash["fatalities"]) for crash in crashes))
        if found != (rows, fatalities):
            sys.exit(f"{region}: rows and fatalities are {found}, expected {(rows, fatalities)}")
        if len({crash["case_id"] for crash in crashes}) != rows:
            sys.exit(f"{region}: a case_id stands twice")

    for region, crashes in regions.items():
        folder = pathlib.Path(__file__).resolve().parent / region
        folder.mkdir(exist_ok=True)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(crashes, key=lambda crash: int(crash["case_id"])))
        (folder / "crashes.csv").write_bytes(text.getvalue().encode("ascii"))
        print(f"{region}: {len(crashes)} crashes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
