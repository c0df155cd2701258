#!/usr/bin/python3
"""A table of energies by network and scheme, as eyeshift reproduce reports it: bars of what was reproduced, marks of what
was published."""

import report_reader as reader
from reproduction import WRITER, read_quantities


def draw(plt, quantities, path):
    """A group of bars a network, a bar a scheme, on a logarithmic axis."""
    units = {unit for unit, rows in quantities.values()}
    if len(units) != 1:
        raise reader.BadReport(f"{path}: quantities in different units ({', '.join(sorted(units))}) share no axis; "
                               "draw this report with plots/reproduction.py")
    subjects = list(dict.fromkeys(row[0] for unit, rows in quantities.values() for row in rows))
    figure, axis = plt.subplots(figsize=(1.1 * len(subjects) + 2.5, 3.8))
    width = 0.8 / len(quantities)
    for index, (quantity, (unit, rows)) in enumerate(quantities.items()):
        places = [subjects.index(row[0]) + (index + 0.5) * width - 0.4 for row in rows]
        axis.bar(places, [row[2] for row in rows], width=0.9 * width, label=quantity,
                 color=reader.COLOURS[index % len(reader.COLOURS)])
        axis.plot(places, [row[1] for row in rows], linestyle="none", marker="_", color="black", markersize=7,
                  label="published" if index == len(quantities) - 1 else None)
    axis.set_yscale("log")
    axis.set_ylabel(f"energy a token ({units.pop()})")
    axis.set_xticks(range(len(subjects)), subjects, rotation=30, ha="right")
    axis.grid(axis="x", visible=False)
    figure.legend(*axis.get_legend_handles_labels(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


if __name__ == "__main__":
    reader.main("Bars of a published table of energies, reproduced, with marks at the published values. Writes PNG and SVG.",
                draw, read_quantities, WRITER)
