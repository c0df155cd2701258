#!/usr/bin/python3
"""The steps of eyeshift audit as waterfalls: a row of panels a number of tokens, a panel a scheme."""

import report_reader as reader

WRITER = "eyeshift audit shiftaddllm"
UP, DOWN, TOTAL = reader.COLOURS[5], reader.COLOURS[2], reader.COLOURS[0]


def read_columns(path):
    """{tokens: [(label, [(step, total, change)])]} in mJ; the first line is the published estimate."""
    found = {}
    for column in reader.entries(reader.read_json(path), "columns", path, WRITER):
        for key in ("scheme", "unit", "lines"):
            if key not in column:
                raise reader.BadReport(f"{path}: a column without '{key}'; was it written by '{WRITER} --output'?")
        lines = [(str(line.get("step")), reader.value(line, "energy_mJ.total", path, WRITER),
                  reader.value(line, "change_mJ", path, WRITER)) for line in reader.entries(column, "lines", path, WRITER)]
        label = f"{column['scheme']}@{column['unit']}"
        found.setdefault(int(reader.value(column, "tokens", path, WRITER)), []).append((label, lines))
    return found


def draw_column(axis, label, lines):
    """Totals at both ends, the changes between them; what a scheme is published at, dashed."""
    names = [lines[0][0]] + [step for step, total, change in lines[1:]] + ["total"]
    axis.bar(0, lines[0][1], color=TOTAL, width=0.7)
    for place, (step, total, change) in enumerate(lines[1:], start=1):
        axis.bar(place, change, bottom=total - change, color=UP if change > 0 else DOWN, width=0.7)
    axis.bar(len(lines), lines[-1][1], color=TOTAL, width=0.7)
    axis.axhline(lines[0][1], color="black", linewidth=0.6, linestyle="--")
    axis.set_xticks(range(len(names)), names, rotation=90)
    axis.set_title(label)
    axis.grid(axis="x", visible=False)


def draw(plt, columns, path):
    most = max(len(group) for group in columns.values())
    figure, axes = plt.subplots(len(columns), most, figsize=(2.9 * most, 2.5 * len(columns) + 0.8), squeeze=False,
                                sharex=True, sharey="row")
    for row, (tokens, group) in zip(axes, columns.items()):
        row[0].set_ylabel(f"{reader.tokens_title(tokens)}\nenergy (mJ)")
        row[0].set_ylim(0, 1.05 * max(total for label, lines in group for step, total, change in lines))
        for axis, (label, lines) in zip(row, group):
            draw_column(axis, label, lines)
    return figure


if __name__ == "__main__":
    reader.main("Waterfalls from the published energy to the machine's, a panel a scheme and number of tokens. Writes PNG "
                "and SVG.", draw, read_columns, WRITER)
