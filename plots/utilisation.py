#!/usr/bin/python3
"""How busy every PE of the array was, layer by layer."""

import math

import report_reader as reader

COLUMNS = 4  # of panels
FEW = 14  # PEs a row or column, of which each gets its number
WIDE = 20  # times between the least and the most busy PE, from which the scale is logarithmic


def busy_fractions(layer, path):
    """Rows of the array from the bottom: busy cycles of each PE over the layer's cycles."""
    if not isinstance(layer, dict) or not isinstance(layer.get("pe_busy_cycles"), list):
        raise reader.BadReport(f"{path}: no 'pe_busy_cycles' in a layer of this report; was it written by "
                               "'eyeshift simulate --utilisation --output'?")
    cycles = reader.value(layer, "cycles", path)
    rows = layer["pe_busy_cycles"]
    alike = rows and all(isinstance(row, list) and row and len(row) == len(rows[0]) for row in rows)
    if not alike:
        raise reader.BadReport(f"{path}: 'pe_busy_cycles' is no table")
    if cycles <= 0:
        raise reader.BadReport(f"{path}: 'cycles' is not positive: {cycles}")
    return [[reader.value({"pe_busy_cycles": pe}, "pe_busy_cycles", path) / cycles for pe in row] for row in rows]


def panels(runs, path):
    """Title and fractions; layers that are busy alike share a panel."""
    found = []
    for run in runs:
        if not isinstance(run.get("layers"), list) or not run["layers"]:
            raise reader.BadReport(f"{path}: no 'layers' in this report")
        for layer in run["layers"]:
            fractions = busy_fractions(layer, path)
            name = str(layer.get("name")) + (f", {reader.name(run, runs)}" if len(runs) > 1 else "")
            alike = next((panel for panel in found if panel[1] == fractions), None)
            if alike:
                alike[0].append(name)
            else:
                found.append(([name], fractions))
    return [(names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} alike", fractions)
            for names, fractions in found]


def number(percent):
    """Of two digits; short enough for the square of a PE."""
    if 0 < percent < 0.01:
        return "<.01"
    return f"{percent:.0f}" if percent >= 9.95 or percent == 0 else f"{percent:.{1 if percent >= 0.995 else 2}f}"


def colour_scale(busy):
    """The norm of all panels, from percents of PEs that work, and the words that say which it is."""
    from matplotlib.colors import LogNorm, Normalize
    if not busy:
        return Normalize(0, 1), "all 0"
    least, most = min(busy), max(busy)
    if most > WIDE * least:
        return LogNorm(least, most), "logarithmic scale"
    return Normalize(0, most), "linear, to the busiest PE"


def draw_panel(axis, title, percents, norm, colours):
    """One array: PEs that never work are grey."""
    image = axis.imshow([[pe if pe > 0 else math.nan for pe in row] for row in percents], origin="lower", norm=norm,
                        cmap=colours, interpolation="nearest")
    mean = sum(map(sum, percents)) / (len(percents) * len(percents[0]))
    axis.set_title(f"{title}: {number(mean)} % busy")
    axis.set_xlabel("column")
    axis.set_ylabel("row")
    axis.grid(visible=False)
    if max(len(percents), len(percents[0])) <= FEW:
        size = 5 if len(percents[0]) > FEW / 2 else 8
        for row, line in enumerate(percents):
            for column, pe in enumerate(line):
                if pe > 0:
                    axis.text(column, row, number(pe), ha="center", va="center", fontsize=size,
                              color="white" if norm(pe) < 0.5 else "black")
    return image


def draw(plt, runs, path):
    drawn = [(title, [[100 * pe for pe in row] for row in fractions]) for title, fractions in panels(runs, path)]
    columns = min(COLUMNS, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.5 * columns + 0.9, 3.1 * rows), squeeze=False)
    flat = [axis for row in axes for axis in row]
    norm, words = colour_scale([pe for _, percents in drawn for row in percents for pe in row if pe > 0])
    colours = plt.get_cmap("cividis").with_extremes(bad="0.85")
    for axis, (title, percents) in zip(flat, drawn):
        image = draw_panel(axis, title, percents, norm, colours)
        for which in (axis.xaxis, axis.yaxis):
            which.set_major_locator(plt.MaxNLocator(integer=True))
    for axis in flat[len(drawn):]:
        axis.set_visible(False)
    bar = figure.colorbar(image, ax=axes, label=f"cycles in which a PE works (%)\n{words}; grey: 0", format="%g")
    bar.minorticks_off()
    return figure


if __name__ == "__main__":
    reader.main("How busy every PE was, a panel a layer, from a report of 'eyeshift simulate --utilisation'. Writes PNG "
                "and SVG.", draw)
