# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of docs/reference/benchmarks.md as SVG, with the standard library alone.

usage: bench_utility --curves | plot_utility.py docs/reference/img
"""
import html
import json
import math
import os
import sys

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 50, 60
COLOURS = ("#0b6e99", "#c2571a", "#6b6b6b", "#3c7d3c")


def text(x, y, words, anchor="middle", turn=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>'
            f"{html.escape(words)}</text>")


def line(x1, y1, x2, y2, colour="#ddd"):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def page(title, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{html.escape(title)}" font-family="sans-serif" font-size="13">')
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>',
                      "<!-- SPDX-License-Identifier: Apache-2.0 -->", head,
                      f"<title>{html.escape(title)}</title>",
                      f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *parts,
                      "</svg>", ""])


def legend(names):
    parts, x = [], LEFT
    for name, colour in zip(names, COLOURS):
        parts.append(f'<rect x="{x}" y="28" width="14" height="10" fill="{colour}"/>')
        parts.append(text(x + 20, 38, name, "start"))
        x += 50 + 7.5 * len(name)
    return parts


class Axis:
    """A logarithmic or linear axis from the first to the last pixel."""

    def __init__(self, low, high, first, last, logarithmic):
        self.turn = math.log if logarithmic else float
        self.low, self.high = self.turn(low), self.turn(high)
        self.first, self.last = first, last

    def at(self, value):
        share = (self.turn(value) - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)


def running_totals(curves):
    title = "Error of running totals over the hours of a year"
    across = Axis(1, 8760, LEFT, WIDTH - RIGHT, True)
    up = Axis(0.9, 100, HEIGHT - BOTTOM, TOP, True)
    parts = legend([curve["name"] for curve in curves])
    for hours, name in ((1, "1"), (24, "day"), (168, "week"), (730, "month"), (8760, "year")):
        parts.append(line(across.at(hours), TOP, across.at(hours), HEIGHT - BOTTOM))
        parts.append(text(across.at(hours), HEIGHT - BOTTOM + 18, name))
    for sigma in (1, 2, 4, 10, 14, 40, 94):
        parts.append(line(LEFT, up.at(sigma), WIDTH - RIGHT, up.at(sigma)))
        parts.append(text(LEFT - 8, up.at(sigma) + 4, str(sigma), "end"))
    parts.append(text(WIDTH / 2, HEIGHT - 15, "hours added up"))
    parts.append(text(18, HEIGHT / 2, "standard error / sigma of one count",
                      turn=f' transform="rotate(-90 18 {HEIGHT / 2})"'))
    for curve, colour in reversed(list(zip(curves, COLOURS))):
        points = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}"
                          for x, y in zip(curve["x"], curve["y"]))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" '
                     'stroke-width="1.6"/>')
    return page(title, parts)


def hierarchy(curves):
    title = "Error in a hierarchy of a city, 12 districts and 480 cells at rho 1"
    up = Axis(0, 17, HEIGHT - BOTTOM, TOP, False)
    parts = legend([curve["name"] for curve in curves])
    for counts in range(0, 17, 4):
        parts.append(line(LEFT, up.at(counts), WIDTH - RIGHT, up.at(counts)))
        parts.append(text(LEFT - 8, up.at(counts) + 4, str(counts), "end"))
    group = (WIDTH - LEFT - RIGHT) / 3
    bar = group / (len(curves) + 1.5)
    for level, name in enumerate(("city", "a district", "a cell")):
        start = LEFT + group * level + 0.75 * bar
        parts.append(text(LEFT + group * (level + 0.5), HEIGHT - BOTTOM + 18, name))
        for i, (curve, colour) in enumerate(zip(curves, COLOURS)):
            top = up.at(curve["y"][level])
            parts.append(f'<rect x="{start + i * bar:.1f}" y="{top:.1f}" width="{bar - 6:.1f}" '
                         f'height="{HEIGHT - BOTTOM - top:.1f}" fill="{colour}"/>')
            parts.append(text(start + (i + 0.5) * bar - 3, top - 5, f"{curve['y'][level]:.2f}"))
    parts.append(text(18, HEIGHT / 2, "standard error in counts",
                      turn=f' transform="rotate(-90 18 {HEIGHT / 2})"'))
    return page(title, parts)


def frame(across, up, ticks, labels):
    """Grid lines, numbers at them and the names of the axes: (values, format) by axis."""
    parts = []
    for value in ticks[0]:
        parts.append(line(across.at(value), TOP, across.at(value), HEIGHT - BOTTOM))
        parts.append(text(across.at(value), HEIGHT - BOTTOM + 18, f"{value:g}"))
    for value in ticks[1]:
        parts.append(line(LEFT, up.at(value), WIDTH - RIGHT, up.at(value)))
        parts.append(text(LEFT - 8, up.at(value) + 4, f"{value:g}", "end"))
    parts.append(text(WIDTH / 2, HEIGHT - 15, labels[0]))
    parts.append(text(18, HEIGHT / 2, labels[1],
                      turn=f' transform="rotate(-90 18 {HEIGHT / 2})"'))
    return parts


def marked(curves, across, up):
    parts = []
    for curve, colour in reversed(list(zip(curves, COLOURS))):
        points = [(across.at(x), up.at(y)) for x, y in zip(curve["x"], curve["y"])]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" '
                     'stroke-width="1.6"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return parts


def quantiles(curves):
    title = "Error of quantiles at epsilon 1, in rows"
    across = Axis(0, 1, LEFT, WIDTH - RIGHT, False)
    up = Axis(1, 10000, HEIGHT - BOTTOM, TOP, True)
    ticks = ((0.1, 0.25, 0.5, 0.75, 0.9), (1, 10, 20, 100, 1000, 10000))
    parts = frame(across, up, ticks, ("quantile", "median error of the rank, in rows"))
    for curve in curves:
        curve["y"] = [max(1, y) for y in curve["y"]]
    return page(title, legend([curve["name"] for curve in curves]) + parts +
                marked(curves, across, up))


def unknown_keys(curves):
    title = "Keys shown of all keys that nobody announced"
    across = Axis(0.1, 4, LEFT, WIDTH - RIGHT, True)
    up = Axis(0, 100, HEIGHT - BOTTOM, TOP, False)
    ticks = ((0.1, 0.2, 0.5, 1, 2, 4), (0, 20, 40, 60, 80, 100))
    return page(title, legend([curve["name"] for curve in curves]) +
                frame(across, up, ticks, ("epsilon (delta 1e-6)", "keys shown, %")) +
                marked(curves, across, up))


def unknown_keys_error(curves):
    title = "Mean error of the units of all keys that nobody announced"
    across = Axis(0.1, 4, LEFT, WIDTH - RIGHT, True)
    up = Axis(0.1, 100, HEIGHT - BOTTOM, TOP, True)
    ticks = ((0.1, 0.2, 0.5, 1, 2, 4), (0.1, 1, 10, 100))
    return page(title, legend([curve["name"] for curve in curves]) +
                frame(across, up, ticks, ("epsilon (delta 1e-6)", "mean error, units")) +
                marked(curves, across, up))


PLOTS = {"running-totals": running_totals, "hierarchy": hierarchy, "quantiles": quantiles,
         "unknown-keys": unknown_keys, "unknown-keys-error": unknown_keys_error}


def main(folder):
    curves = json.load(sys.stdin)
    for name, draw in PLOTS.items():
        path = os.path.join(folder, name + ".svg")
        with open(path, "w", encoding="ascii") as file:
            file.write(draw([curve for curve in curves if curve["plot"] == name]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
