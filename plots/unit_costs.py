#!/usr/bin/python3
"""Energies and areas of operations in every table of eyeshift tables compare."""

import report_reader as reader

WRITER = "eyeshift tables compare"
TYPES = ("int8", "int16", "int32", "fp16", "fp32")
ENERGIES = [f"{operation}_{kind}" for operation in ("add", "shift", "multiply") for kind in TYPES] + [
    "lut_8bit_query", "sram_512B_16b_read", "sram_4096B_64b_read", "dram_byte"]
AREAS = [f"{unit}_{kind}" for unit in ("adder", "shifter", "multiplier") for kind in TYPES] + [
    "exponent_adder", "lut_8bit_query", "sram_512B_16b", "sram_4096B_64b"]


def read_tables(path):
    """[(name, {row: pJ}, {component: um2}, names of extended tables)], of tables whose energies are picojoules."""
    report = reader.read_json(path)
    tables = report.get("tables") if isinstance(report, dict) else None
    if not isinstance(tables, list) or not tables:
        raise reader.BadReport(f"{path}: no tables in this report; was it written by '{WRITER} --output'?")
    found = []
    for table in tables:
        for key in ("name", "actions", "components"):
            if not isinstance(table, dict) or key not in table:
                raise reader.BadReport(f"{path}: a table without '{key}'; was it written by '{WRITER} --output'?")
        energies = {row: reader.value(price, "energy_pJ", path, WRITER) for row, price in table["actions"].items()
                    if "spad_filter_reads" not in price}
        areas = {row: reader.value(cost, "area_um2", path, WRITER) for row, cost in table["components"].items()}
        extends = [other.get("name") for other in table.get("extends", []) if isinstance(other, dict)]
        if any(areas.values()):  # a table of relative energies has no silicon
            found.append((table["name"], energies, areas, extends))
    return found


def own_rows(tables, table, column):
    """What the table states anew: not what a table that it extends states, too."""
    extended = [other[column] for other in tables if other[0] in table[3]]
    return {row: cost for row, cost in table[column].items()
            if cost > 0 and not any(other.get(row) == cost for other in extended)}


def draw_rows(axis, tables, column, rows, label):
    """A row an operation, a marker a table."""
    stated = [own_rows(tables, table, column) for table in tables]
    rows = [row for row in rows if any(row in own for own in stated)]
    for index, (table, own) in enumerate(zip(tables, stated)):
        colour = reader.COLOURS[(index + 3 * (index // len(reader.MARKERS))) % len(reader.COLOURS)]
        points = [(own[row], place) for place, row in enumerate(rows) if row in own]
        if points:
            axis.plot(*zip(*points), linestyle="none", marker=reader.MARKERS[index % len(reader.MARKERS)],
                      markersize=7, markerfacecolor="none", markeredgecolor=colour, label=table[0])
    axis.set_xscale("log")
    axis.set_xlabel(label)
    axis.set_yticks(range(len(rows)), rows)


def draw(plt, tables, path):
    figure, axes = plt.subplots(1, 2, figsize=(11, 5))
    draw_rows(axes[0], tables, 1, ENERGIES, "energy (pJ)")
    draw_rows(axes[1], tables, 2, AREAS, "area (um$^2$)")
    named = {}
    for axis in axes:
        for handle, name in zip(*axis.get_legend_handles_labels()):
            named.setdefault(name, handle)
    figure.legend(named.values(), named.keys(), loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


if __name__ == "__main__":
    reader.main("Energies and areas of operations and memories, a marker a table. Writes PNG and SVG.", draw, read_tables,
                WRITER)
