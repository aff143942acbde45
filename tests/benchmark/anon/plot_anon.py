# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of the anonymization search in docs/reference/benchmarks.md as SVG.

usage: bench_anon --curves | plot_anon.py docs/reference/img
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "utility"))
import plot_utility as plot  # noqa: E402


def cost(title, curves, low, high, logarithmic, marks, name):
    across = plot.Axis(low, high, plot.LEFT, plot.WIDTH - plot.RIGHT, logarithmic)
    up = plot.Axis(0.1, 1000, plot.HEIGHT - plot.BOTTOM, plot.TOP, True)
    return plot.page(title, plot.legend([curve["name"] for curve in curves]) +
                     plot.frame(across, up, (marks, (0.1, 1, 10, 100, 1000)), (name, "CPU ms")) +
                     plot.marked(curves, across, up))


def main(folder):
    curves = json.load(sys.stdin)
    thousands = (10000, 30000, 100000, 300000, 1000000)
    plots = {
        "search-rows": ("Cost of the search for 5-anonymity against rows", 9000, 1100000, True,
                        thousands, "rows"),
        "search-tuples": ("Cost of the search for 5-anonymity against distinct tuples", 5000,
                          150000, True, thousands[:3], "distinct tuples"),
        "search-attributes": ("Cost of the search for 5-anonymity against quasi-identifiers", 2.8,
                              9.2, False, range(3, 10), "quasi-identifiers of adult"),
    }
    for name, (title, low, high, logarithmic, marks, axis) in plots.items():
        chosen = [curve for curve in curves if curve["plot"] == name]
        with open(os.path.join(folder, name + ".svg"), "w", encoding="ascii") as file:
            file.write(cost(title, chosen, low, high, logarithmic, marks, axis))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
