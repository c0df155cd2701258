#!/usr/bin/python3
"""Perplexity against stored bits a weight of every scheme and width."""

import math

import report_reader as reader

WRITER = "scripts/scheme_table.py"


def read(path):
    report = reader.read_json(path)
    for row in reader.entries(report, "schemes", path, WRITER):
        if "scheme" not in row:
            raise reader.BadReport(f"{path}: a row without 'scheme'; was it written by '{WRITER} --output'?")
    return report


def draw_network(axis, report, names, path):
    rows = report["schemes"]
    for index, name in enumerate(names):
        own = [row for row in rows if row["scheme"] == name]
        points = sorted((reader.value(row, "bits_per_weight", path, WRITER), reader.value(row, "perplexity", path, WRITER))
                        for row in own)
        if name == "fp16" and points:
            axis.axhline(points[0][1], color="black", linewidth=0.8, linestyle=":", label=name)
            continue
        colour = reader.COLOURS[index % len(reader.COLOURS)]
        marker = reader.MARKERS[index // len(reader.COLOURS) * 3 % len(reader.MARKERS)]
        axis.plot([bits for bits, _ in points], [perplexity for _, perplexity in points], color=colour,
                  marker=marker, markersize=5, linewidth=0.8, label=name)
    axis.set_yscale("log")
    lowest, highest = axis.get_ylim()
    steps = (3, 3.2, 3.5, 4, 5, 6, 8, 12, 20, 50, 100, 200, 500, 1000, 2000)
    ticks = []
    for tick in steps:  # those that lie apart
        if lowest <= tick <= highest and (not ticks or math.log(tick / ticks[-1]) > 0.03 * math.log(highest / lowest)):
            ticks.append(tick)
    axis.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.set_xlabel("stored bits a weight")
    axis.set_title(report.get("checkpoint", ""))


def draw(plt, reports, paths):
    names = list(dict.fromkeys(row["scheme"] for report in reports for row in report["schemes"]))
    figure, axes = plt.subplots(1, len(reports), figsize=(3.2 + 5.3 * len(reports), 5), squeeze=False)
    for axis, report, path in zip(axes[0], reports, paths):
        draw_network(axis, report, names, path)
    axes[0][0].set_ylabel("perplexity")
    axes[0][-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7)
    return figure


if __name__ == "__main__":
    reader.main("Perplexity against stored bits a weight, of reports of scripts/scheme_table.py, a panel each. Writes PNG "
                "and SVG.", draw, read, WRITER, several=True)
