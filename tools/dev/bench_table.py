# SPDX-License-Identifier: Apache-2.0
"""Merges the JSON lists of the benchmark runners into one file and prints them as a table.

usage: bench_table.py OUTPUT.json INPUT.json...
"""
import json
import os
import sys

FIELDS = ("group", "name", "measured", "unit", "baseline", "ratio", "target", "met")
COLUMNS = FIELDS[:4] + ("spread",) + FIELDS[4:]  # a runner may leave out the spread


def read(path):
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    if not isinstance(rows, list):
        sys.exit(f"dev: error: {path} holds no list")
    for row in rows:
        absent = [field for field in FIELDS if field not in row]
        if absent:
            sys.exit(f"dev: error: {path}: a row without {', '.join(absent)}: {row}")
    return rows


def text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main(output, *inputs):
    rows = [row for path in inputs for row in read(path)]
    with open(output + ".tmp", "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=2)
        file.write("\n")
    os.replace(output + ".tmp", output)
    table = [COLUMNS] + [tuple(text(row.get(field)) for field in COLUMNS) for row in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(COLUMNS))]
    for line in table:
        cells = (cell.rjust(width) if COLUMNS[i] in ("measured", "spread", "baseline", "ratio")
                 else cell.ljust(width) for i, (cell, width) in enumerate(zip(line, widths)))
        print("  ".join(cells).rstrip())
    missed = sum(row["met"] is False for row in rows)
    print(f"dev: {len(rows)} figures, {missed} below target; written to {output}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
