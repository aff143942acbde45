# SPDX-License-Identifier: Apache-2.0
"""Draws the plot of servers in docs/reference/benchmarks.md as SVG.

usage: bench_engine --curves | plot_engine.py docs/reference/img
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "utility"))
import plot_utility as plot  # noqa: E402


def main(folder):
    curves = json.load(sys.stdin)
    step = 500
    most = (int(max(max(curve["y"]) for curve in curves) * 1.1) // step + 1) * step
    across = plot.Axis(0.8, 3.2, plot.LEFT, plot.WIDTH - plot.RIGHT, False)
    up = plot.Axis(0, most, plot.HEIGHT - plot.BOTTOM, plot.TOP, False)
    marks = ((1, 2, 3), range(0, most + 1, step))
    page = plot.page("Rows, units and a sum of 2M trips by zone",
                     plot.legend([curve["name"] for curve in curves]) +
                     plot.frame(across, up, marks, ("servers", "CPU ms of all servers and Weir")) +
                     plot.marked(curves, across, up))
    with open(os.path.join(folder, "clickhouse-servers.svg"), "w", encoding="ascii") as file:
        file.write(page)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
