#!/usr/bin/python3
"""Perplexity against energy over schemes, units and bits, with the Pareto front: what no other point beats in both."""

import argparse
import math
import os
import sys

import label_placement
import report_reader as reader


def front(points):
    """Of (energy, perplexity) pairs those that none is at most equal to in both, by rising energy."""
    best = []
    for point in sorted(set(points)):
        if not best or point[1] < best[-1][1]:
            best.append(point)
    return best


def looks(side, sides):
    """Colour and marker of a side; no two of up to 64 sides share both."""
    place, kinds = sides.index(side), len(reader.COLOURS)
    return reader.COLOURS[place % kinds], reader.MARKERS[(place + place // kinds) % len(reader.MARKERS)]


def set_axes(axis, points):
    """Energy with room at the left for the names of the front; perplexity from the lowest, where it is linear, up."""
    least, most = min(energy for energy, _ in points), max(energy for energy, _ in points)
    axis.set_yscale("symlog", linthresh=0.1)
    axis.set_ylim(-0.03, max(1.0, 2 * max(perplexity for _, perplexity in points)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.set_xscale("log")
    axis.set_xlim(least / max(1.35, (most / least) ** 0.7), most * 1.15)
    digits = (1, 2, 5) if most > 20 * least else (1, 1.5, 2, 3, 5, 7)
    ticks = [digit * 10**power for power in range(-3, 12) for digit in digits]
    axis.set_xticks([tick for tick in ticks if 0.9 * least <= tick <= 1.1 * most])
    axis.xaxis.set_major_formatter("{x:g}")
    axis.minorticks_off()
    axis.set_xlabel("energy of all simulated layers (µJ)")


def draw_panel(axis, runs, sides, key, lowest, path):
    """Markers and front; gives what is to be labelled and the line of the front, for when all axes are settled."""
    points = [(reader.value(run, "energy_pJ.total", path) * 1e-6, 100 * (reader.value(run, key, path) / lowest - 1))
              for run in runs]
    best = front(points)
    axis.step(*zip(*best), where="post", color="black", linewidth=1, label="Pareto front", zorder=1)
    for side in sides:
        own = [point for run, point in zip(runs, points) if reader.label(run) == side]
        colour, marker = looks(side, sides)
        if own:
            axis.scatter(*zip(*own), s=42, color=colour, marker=marker, edgecolors="black", linewidths=0.5, label=side,
                         zorder=3)
    set_axes(axis, points)
    bits = [f"{reader.value(run, 'bits', path):g}" for run in runs]
    first = [(point, f"{reader.label(run)}, {width} bits", 1.1 * math.pi, "bold")
             for run, point, width in zip(runs, points, bits) if point in best]
    rest = [(point, width, 0.25 * math.pi, "normal") for point, width in zip(points, bits) if point not in best]
    corners = [best[0]] + [corner for one, two in zip(best, best[1:]) for corner in ((two[0], one[1]), two)]
    return axis, rest + first, corners


def draw(plt, runs, path):
    in_unit = all("unit_perplexity" in run for run in runs)
    groups = reader.by_tokens(runs)
    sides = list(dict.fromkeys(reader.label(run) for run in runs))
    figure, axes = plt.subplots(1, len(groups), figsize=(5.4 * len(groups) + 2.2, 4.8), squeeze=False)
    key = "unit_perplexity" if in_unit else "perplexity"
    lowest = min(reader.value(run, key, path) for run in runs)
    panels = []
    for axis, (tokens, members) in zip(axes[0], groups.items()):
        panels.append(draw_panel(axis, members, sides, key, lowest, path))
        axis.set_title(reader.tokens_title(tokens), fontsize=9)
    axes[0][0].set_ylabel(f"perplexity above the lowest, {lowest:.4g} (%)\n" +
                          ("in the units' arithmetic" if in_unit else "weights rounded, single precision"))
    axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7,
                       title="beside each marker:\nbits a weight", title_fontsize=7)
    for axis, labels, corners in panels:
        label_placement.label(figure, axis, labels, corners)
    return figure


def main():
    parser = argparse.ArgumentParser(
        description="Perplexity against energy of all runs of one comparison or several, made with --checkpoint at several "
        "--bits, with the Pareto front; lower left is better. Writes PNG and SVG.")
    parser.add_argument("reports", metavar="REPORT.json", nargs="+", help="JSON written by 'eyeshift compare --output'")
    parser.add_argument("--output", required=True, metavar="NAME",
                        help="writes NAME.png and NAME.svg; an ending .png or .svg of NAME is dropped")
    options = parser.parse_args()
    try:
        runs = [run for path in options.reports for run in reader.read_runs(path)]
        reader.save(draw(reader.pyplot(), runs, ", ".join(options.reports)), options.output)
    except reader.BadReport as error:
        print(f"{os.path.basename(sys.argv[0])}: error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
