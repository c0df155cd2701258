#!/usr/bin/python3
"""Perplexity of every scheme: a row of panels a network, a panel a width, a line a scheme, the best scheme on top."""

import math

import report_reader as reader

WRITER = "scripts/scheme_table.py"
BASELINE = "fp16"
LINE_HEIGHT, PANEL_WIDTH, NAME_WIDTH = 0.19, 2.4, 2.3  # inches


def read(path):
    report = reader.read_json(path)
    for row in reader.entries(report, "schemes", path, WRITER):
        if "scheme" not in row:
            raise reader.BadReport(f"{path}: a row without 'scheme'; was it written by '{WRITER} --output'?")
        for key in ("perplexity", "bits_per_weight") + (() if row["scheme"] == BASELINE else ("bits",)):
            if reader.value(row, key, path, WRITER) <= 0:
                raise reader.BadReport(f"{path}: '{key}' is not positive: {row[key]}")
    measured = [(row["scheme"], row.get("bits")) for row in report["schemes"]]
    for twice in (row for row in measured if measured.count(row) > 1):
        raise reader.BadReport(f"{path}: '{twice[0]}' at {twice[1]} bits comes twice: remove one of its rows")
    if all(row["scheme"] == BASELINE for row in report["schemes"]):
        raise reader.BadReport(f"{path}: no scheme other than {BASELINE}")
    return report


def line_name(row):
    """A scheme's line; an average width, such as 2.2 bits, has a line of its own."""
    return row["scheme"] if row["bits"] == math.floor(row["bits"]) else f"{row['scheme']}, {row['bits']:g} on average"


def lines(rows):
    """Rows of each line by whole bits, ordered by the perplexity at the fewest bits; lines without that width last."""
    found = {}
    for row in rows:
        found.setdefault(line_name(row), {})[math.floor(row["bits"])] = row
    return sorted(found.items(), key=lambda line: (min(line[1]), line[1][min(line[1])]["perplexity"]))


def round_numbers(lowest, highest):
    """Ticks of a logarithmic axis: some two to six, the roundest that give so many."""
    for digits in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        ticks = [digit * 10**power for power in range(-3, 12) for digit in digits]
        ticks = [tick for tick in ticks if lowest <= tick <= highest]
        if len(ticks) >= 3:
            return ticks
    step = next(step for step in (digit * 10**power for power in range(-12, 12) for digit in (1, 2, 5))
                if (highest - lowest) / step < 5)
    return [place * step for place in range(math.ceil(lowest / step), math.floor(highest / step) + 1)]


def scale(axis, perplexities):
    """A logarithmic axis around the values."""
    lowest, highest = min(perplexities), max(perplexities)
    room = max(highest / lowest, 1.001) ** 0.07
    lowest, highest = lowest / room, highest * room
    axis.set_xscale("log")
    axis.set_xlim(lowest, highest)
    ticks = round_numbers(lowest, highest)
    axis.set_xticks(ticks, labels=[f"{tick:.6g}" for tick in ticks])
    axis.minorticks_off()


def draw_width(axis, own, bits, baseline):
    """One panel: a dot a line with its perplexity beside it, and at the right edge its stored bits a weight."""
    dots = [(place, members[bits]) for place, (_, members) in enumerate(own) if bits in members]
    perplexities = [row["perplexity"] for _, row in dots]
    middle = math.sqrt(min(perplexities + baseline) * max(perplexities + baseline))
    for place, row in dots:
        right = row["perplexity"] < middle
        axis.scatter(row["perplexity"], place, s=22, color=reader.COLOURS[0], zorder=3)
        number = f"{row['perplexity']:.0f}" if row["perplexity"] >= 1000 else f"{row['perplexity']:#.4g}"
        axis.annotate(number, (row["perplexity"], place), xytext=(6 if right else -6, 0),
                      textcoords="offset points", ha="left" if right else "right", va="center", fontsize=7, zorder=4,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        axis.annotate(f"{row['bits_per_weight']:.2f}", (1.0, place), xycoords=("axes fraction", "data"),
                      xytext=(5, 0), textcoords="offset points", va="center", fontsize=7, color="0.4")
    for perplexity in baseline:
        axis.axvline(perplexity, color="black", linewidth=0.9, linestyle=":")
    scale(axis, perplexities + baseline)
    axis.set_title(f"{bits} bits", fontsize=9)
    axis.annotate("stored", (1.0, 1.0), xycoords="axes fraction", xytext=(5, 3), textcoords="offset points", fontsize=7,
                  color="0.4")


def draw_network(figure, report, widths):
    """A row of panels."""
    own = lines([row for row in report["schemes"] if row["scheme"] != BASELINE])
    baseline = [row["perplexity"] for row in report["schemes"] if row["scheme"] == BASELINE]
    axes = figure.subplots(1, len(widths), sharey=True, squeeze=False)[0]
    for axis, bits in zip(axes, widths):
        if any(bits in members for _, members in own):
            draw_width(axis, own, bits, baseline)
        else:
            axis.set_axis_off()
        axis.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(own)), labels=[name for name, _ in own], fontsize=8)
    axes[0].set_ylim(len(own) - 0.4, -0.6)
    note = f" (dotted: {BASELINE}, {baseline[0]:.4g})" if baseline else ""
    figure.suptitle(f"{report.get('checkpoint', 'network')}: perplexity{note}, best at {min(own[0][1])} bits first; grey: "
                    "stored bits a weight", fontsize=9)


def draw(plt, reports, paths):
    widths = sorted({math.floor(row["bits"]) for report in reports for row in report["schemes"]
                     if row["scheme"] != BASELINE})
    heights = [0.85 + LINE_HEIGHT * len(lines([row for row in report["schemes"] if row["scheme"] != BASELINE]))
               for report in reports]
    figure = plt.figure(figsize=(NAME_WIDTH + PANEL_WIDTH * len(widths), sum(heights)))
    parts = figure.subfigures(len(reports), 1, squeeze=False, height_ratios=heights)
    for part, report in zip(parts[:, 0], reports):
        draw_network(part, report, widths)
    return figure


if __name__ == "__main__":
    reader.main("Perplexity of every scheme and width, of reports of scripts/scheme_table.py, a row of panels each. Writes "
                "PNG and SVG.", draw, read, WRITER, several=True)
