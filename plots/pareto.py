#!/usr/bin/python3
"""Perplexity against energy over schemes, units and bits, with the Pareto front: what no other point beats in both."""

import argparse
import os
import sys

import report_reader as reader


def front(points):
    """Of (energy, perplexity) pairs those that none is at most equal to in both, by rising energy."""
    best = []
    for point in sorted(set(points)):
        if not best or point[1] < best[-1][1]:
            best.append(point)
    return best


def draw_panel(figure, axis, runs, sides, key, path):
    points = [(reader.value(run, "energy_pJ.total", path) * 1e-6, reader.value(run, key, path)) for run in runs]
    best = front(points)
    axis.step(*zip(*best), where="post", color="black", linewidth=1, label="Pareto front", zorder=1)
    for side in sides:
        own = [point for run, point in zip(runs, points) if reader.label(run) == side]
        colour = reader.COLOURS[sides.index(side) % len(reader.COLOURS)]
        marker = reader.MARKERS[sides.index(side) % len(reader.MARKERS)]
        axis.scatter(*zip(*own), s=42, color=colour, marker=marker, edgecolors="black", linewidths=0.5, label=side, zorder=3)
    bits = [f"{reader.value(run, 'bits', path):g}" for run in runs]
    for point, text in zip(points, bits):
        axis.annotate(text, point, xytext=(5, 4), textcoords="offset points", fontsize=6.5,
                      fontweight="bold" if point in best else "normal")
    axis.set_yscale("log")
    lowest, highest = axis.get_ylim()
    ticks = [tick for tick in (2, 2.5, 3, 3.2, 3.5, 4, 5, 6, 8, 12, 20, 50, 100, 1000) if lowest <= tick <= highest]
    axis.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.set_xlabel("energy of all simulated layers (µJ)")


def draw(plt, runs, path):
    in_unit = all("unit_perplexity" in run for run in runs)
    groups = reader.by_tokens(runs)
    sides = list(dict.fromkeys(reader.label(run) for run in runs))
    figure, axes = plt.subplots(1, len(groups), figsize=(4.6 * len(groups) + 2.2, 4.2), squeeze=False)
    for axis, (tokens, members) in zip(axes[0], groups.items()):
        draw_panel(figure, axis, members, [side for side in sides if side in map(reader.label, members)],
                   "unit_perplexity" if in_unit else "perplexity", path)
        axis.set_title(reader.tokens_title(tokens), fontsize=9)
    axes[0][0].set_ylabel("perplexity, in the units' arithmetic" if in_unit else "perplexity, weights rounded")
    axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7,
                       title="bits a weight\nbeside each marker", title_fontsize=7)
    return figure


def main():
    parser = argparse.ArgumentParser(
        description="Perplexity against energy of all runs of several comparisons, made with --checkpoint at several "
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
