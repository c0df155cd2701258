#!/usr/bin/python3
"""How busy every PE of the array was, layer by layer."""

import math

import report_reader as reader

COLUMNS = 4  # of panels


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


def draw(plt, runs, path):
    drawn = panels(runs, path)
    columns = min(COLUMNS, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.3 * columns + 0.8, 2.9 * rows), squeeze=False)
    flat = [axis for row in axes for axis in row]
    for axis, (title, fractions) in zip(flat, drawn):
        image = axis.imshow([[100 * pe for pe in row] for row in fractions], origin="lower", vmin=0, vmax=100,
                            cmap="cividis", interpolation="nearest")
        mean = sum(map(sum, fractions)) / (len(fractions) * len(fractions[0]))
        axis.set_title(f"{title}: {100 * mean:.0f} % busy")
        axis.set_xlabel("column")
        axis.set_ylabel("row")
        axis.grid(visible=False)
        for which in (axis.xaxis, axis.yaxis):
            which.set_major_locator(plt.MaxNLocator(integer=True))
    for axis in flat[len(drawn):]:
        axis.set_visible(False)
    figure.colorbar(image, ax=axes, label="cycles in which the PE works (%)")
    return figure


if __name__ == "__main__":
    reader.main("How busy every PE was, a panel a layer, from a report of 'eyeshift simulate --utilisation'. Writes PNG "
                "and SVG.", draw)
