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


def draw_panel(axis, runs, sides, key, lowest, path):
    points = [(reader.value(run, "energy_pJ.total", path) * 1e-6, 100 * (reader.value(run, key, path) / lowest - 1))
              for run in runs]
    best = front(points)
    axis.step(*zip(*best), where="post", color="black", linewidth=1, label="Pareto front", zorder=1)
    for side in sides:
        own = [point for run, point in zip(runs, points) if reader.label(run) == side]
        if not own:
            continue
        colour = reader.COLOURS[sides.index(side) % len(reader.COLOURS)]
        turn = sides.index(side) // len(reader.COLOURS)  # so that no two sides share colour and marker
        marker = reader.MARKERS[(sides.index(side) + turn) % len(reader.MARKERS)]
        axis.scatter(*zip(*own), s=42, color=colour, marker=marker, edgecolors="black", linewidths=0.5, label=side, zorder=3)
    bits = [f"{reader.value(run, 'bits', path):g}" for run in runs]
    for point, text in zip(points, bits):
        axis.annotate(text, point, xytext=(5, 4), textcoords="offset points", fontsize=6.5,
                      fontweight="bold" if point in best else "normal")
    axis.set_yscale("symlog", linthresh=0.1)
    axis.set_ylim(bottom=-0.008)
    axis.yaxis.set_major_formatter("{x:g}")
    axis.set_xscale("log")
    least, most = min(best)[0], max(energy for energy, _ in points)
    ticks = [digit * 10**power for power in range(-3, 12) for digit in (1, 1.5, 2, 3, 5, 7)]
    axis.set_xticks([tick for tick in ticks if 0.9 * least <= tick <= 1.1 * most])
    axis.xaxis.set_major_formatter("{x:g}")
    axis.minorticks_off()
    axis.set_xlabel("energy of all simulated layers (µJ)")


def draw(plt, runs, path):
    in_unit = all("unit_perplexity" in run for run in runs)
    groups = reader.by_tokens(runs)
    sides = list(dict.fromkeys(reader.label(run) for run in runs))
    figure, axes = plt.subplots(1, len(groups), figsize=(4.6 * len(groups) + 2.2, 4.2), squeeze=False)
    key = "unit_perplexity" if in_unit else "perplexity"
    lowest = min(reader.value(run, key, path) for run in runs)
    for axis, (tokens, members) in zip(axes[0], groups.items()):
        draw_panel(axis, members, sides, key, lowest, path)
        axis.set_title(reader.tokens_title(tokens), fontsize=9)
    axes[0][0].set_ylabel(f"perplexity above the lowest, {lowest:.4g} (%)\n" +
                          ("in the units' arithmetic" if in_unit else "weights rounded, single precision"))
    axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7,
                       title="bits a weight\nbeside each marker", title_fontsize=7)
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
