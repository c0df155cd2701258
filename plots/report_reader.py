"""Reads the JSON reports of eyeshift, and draws in one style. The plots know the reports, never the simulator."""

import argparse
import json
import math
import os
import sys

# Okabe and Ito's colours, distinguishable with any colour vision.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]


class BadReport(Exception):
    """The user's error: the message names the file, the key and the remedy."""


def value(entry, path, source, writer="eyeshift compare"):
    """entry[path], where path is keys joined by dots; it must be a finite number. `writer` makes such reports."""
    found = entry
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            raise BadReport(f"{source}: no '{path}' in this report; was it written by '{writer} --output'?")
        found = found[key]
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise BadReport(f"{source}: '{path}' is not a number: {found!r}")
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BadReport(f"{source}: '{path}' is not a number that can be drawn: {number}")
    return number


def label(entry):
    name = f"{entry['scheme']}@{entry['unit']}" if entry.get("unit") else str(entry["scheme"])
    own_dataflow = entry.get("dataflow", "row-stationary") != "row-stationary"
    return f"{name}/{entry['dataflow']}" if own_dataflow else name


def name(run, runs):
    """The label of one of the runs, with its bits where its side has several widths among them."""
    widths = {other.get("bits") for other in runs if label(other) == label(run)}
    return f"{label(run)}, {run.get('bits')} bits" if len(widths) > 1 else label(run)


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise BadReport(f"cannot read '{path}': {error.strerror}") from error
    except ValueError as error:
        raise BadReport(f"{path}: not JSON: {error}") from error


def entries(report, key, source, writer):
    """report[key]: a list, not empty, of objects."""
    found = report.get(key) if isinstance(report, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise BadReport(f"{source}: no {key} in this report; was it written by '{writer} --output'?")
    return found


def read_runs(path):
    """The runs of a report of eyeshift compare, or the one run of eyeshift simulate."""
    report = read_json(path)
    runs = report.get("schemes", [report]) if isinstance(report, dict) else None
    if not isinstance(runs, list) or not runs:
        raise BadReport(f"{path}: no runs in this report; was it written by 'eyeshift compare --output'?")
    for run in runs:
        if not isinstance(run, dict) or "scheme" not in run:
            raise BadReport(f"{path}: a run without 'scheme'; was it written by 'eyeshift compare --output'?")
        for key in ("tokens", "bits"):
            value(run, key, path)
    return runs


def by_tokens(runs):
    """Runs in groups of equal tokens, in the report's order."""
    groups = {}
    for run in runs:
        groups.setdefault(run["tokens"], []).append(run)
    return groups


def tokens_title(tokens):
    return "1 token (decode)" if tokens == 1 else f"{tokens} tokens (prefill)"


def arguments(description, writer, several):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("report", metavar="REPORT.json", nargs="+" if several else None,
                        help=f"JSON written by '{writer} --output'")
    parser.add_argument("--output", required=True, metavar="NAME",
                        help="writes NAME.png and NAME.svg; an ending .png or .svg of NAME is dropped")
    return parser.parse_args()


def pyplot():
    """matplotlib, set up so that equal reports give equal files."""
    try:
        import matplotlib
    except ImportError as error:
        raise BadReport("matplotlib is missing: apt-get install python3-matplotlib, and run this script with "
                        "/usr/bin/python3") from error
    matplotlib.use("Agg")
    matplotlib.rcParams.update({
        "svg.hashsalt": "eyeshift", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 9,
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3,
        "axes.axisbelow": True, "legend.frameon": False, "savefig.dpi": 160, "savefig.bbox": "tight", "figure.constrained_layout.use": True,
    })
    import matplotlib.pyplot as plt
    return plt


def save(figure, name):
    """Writes NAME.png and NAME.svg, each whole or not at all."""
    base, ending = os.path.splitext(name)
    base = base if ending in (".png", ".svg") else name
    metadata = {"png": {"Software": None}, "svg": {"Date": None}}
    for kind in ("png", "svg"):
        path, temporary = f"{base}.{kind}", f"{base}.{kind}.tmp-{os.getpid()}"
        try:
            figure.savefig(temporary, format=kind, metadata=metadata[kind])
            os.replace(temporary, path)
        except OSError as error:
            if os.path.exists(temporary):
                os.remove(temporary)
            raise BadReport(f"cannot write '{path}': {error.strerror}") from error
        print(path)


def main(description, draw, read=read_runs, writer="eyeshift compare", several=False):
    """Runs a script: draw(plt, read(path), path) makes the figure of a report that `writer` makes; of several, it gets
    the list of what was read and that of the paths. Exit status 2 for bad input."""
    options = arguments(description, writer, several)
    try:
        report = [read(path) for path in options.report] if several else read(options.report)
        save(draw(pyplot(), report, options.report), options.output)
    except BadReport as error:
        print(f"{os.path.basename(sys.argv[0])}: error: {error}", file=sys.stderr)
        sys.exit(2)


def label_points(figure, axis, points, names, colours):
    """Writes each point's name beside it, moved up or down until it covers no other name and no marker."""
    size = 6.5
    height, reach = 1.25 * size, 20
    figure.draw_without_rendering()  # settles where points are on the paper
    places = [tuple(72 / figure.dpi * axis.transData.transform(point)) for point in points]
    middle = 72 / figure.dpi * (axis.bbox.x0 + axis.bbox.x1) / 2
    taken = [(x - 4, x + 4, y - 4, y + 4) for x, y in places]
    for (x, y), point, name, colour in sorted(zip(places, points, names, colours), key=lambda item: -item[0][1]):
        side = 1 if x < middle else -1
        width = 0.6 * size * len(name)
        left = x + reach if side > 0 else x - reach - width
        for step in range(200):
            shift = (step + 1) // 2 * (3 if step % 2 else -3)
            box = (left, left + width, y + shift - height / 2, y + shift + height / 2)
            inside = 72 / figure.dpi * axis.bbox.y0 < box[2] and box[3] < 72 / figure.dpi * axis.bbox.y1
            if inside and not any(box[0] < t[1] and t[0] < box[1] and box[2] < t[3] and t[2] < box[3] for t in taken):
                break
        taken.append(box)
        axis.annotate(name, point, xytext=(side * reach, shift), textcoords="offset points", fontsize=size,
                      ha="left" if side > 0 else "right", va="center",
                      arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0,
                                  "relpos": (0 if side > 0 else 1, 0.5)})


def scatter_by_side(plt, runs, path, horizontal, vertical, horizontal_label, vertical_label):
    """A panel a number of tokens, a named marker a scheme@unit and width: of several widths a side has one colour and a
    marker each. horizontal and vertical: (key, factor)."""
    groups = by_tokens(runs)
    sides = {side: list(dict.fromkeys(run.get("bits") for run in runs if label(run) == side))
             for side in map(label, runs)}

    def looks(run):
        place, widths = list(sides).index(label(run)), sides[label(run)]
        shape = widths.index(run.get("bits")) if len(widths) > 1 else place
        return COLOURS[place % len(COLOURS)], MARKERS[shape % len(MARKERS)]

    figure, axes = plt.subplots(1, len(groups), figsize=(4.8 * len(groups), 3.8), squeeze=False)
    axes[0][0].set_ylabel(vertical_label)
    drawn = []
    for axis, (tokens, members) in zip(axes[0], groups.items()):
        points = [tuple(value(run, key, path) * factor for key, factor in (horizontal, vertical)) for run in members]
        names = [name(run, runs) for run in members]
        colours = [looks(run)[0] for run in members]
        for point, run in zip(points, members):
            colour, marker = looks(run)
            axis.scatter(*point, s=40, color=colour, marker=marker, edgecolors="black", linewidths=0.5, zorder=3)
        axis.set_xlabel(horizontal_label)
        axis.set_title(tokens_title(tokens))
        axis.margins(0.12)
        axis.set_xlim(left=0)
        drawn.append((axis, points, names, colours))
    for axis, points, names, colours in drawn:
        label_points(figure, axis, points, names, colours)
    return figure
