#!/usr/bin/python3
"""Published against reproduced values of eyeshift reproduce, and their relative errors."""

import report_reader as reader

WRITER = "eyeshift reproduce NAME"


def read_quantities(path):
    """Rows in the report's order by quantity: {quantity: (unit, [(subject, published, reproduced, error)])}."""
    quantities = {}
    for row in reader.entries(reader.read_json(path), "rows", path, WRITER):
        for key in ("name", "quantity", "unit"):
            if not isinstance(row.get(key), str):
                raise reader.BadReport(f"{path}: a row without '{key}'; was it written by '{WRITER} --output'?")
        if not row["name"].endswith(row["quantity"]):
            raise reader.BadReport(f"{path}: the row '{row['name']}' is not of its quantity '{row['quantity']}'")
        values = [reader.value(row, key, path, WRITER) for key in ("published", "reproduced", "rel_error")]
        quantities.setdefault(row["quantity"], (row["unit"], []))[1].append(
            (row["name"][:-len(row["quantity"])].strip(), *values))
    return quantities


def draw(plt, quantities, path):
    """A column a quantity: the values side by side above, their errors below."""
    most = max(len(rows) for unit, rows in quantities.values())
    figure, axes = plt.subplots(2, len(quantities), figsize=((0.24 * most + 1.1) * len(quantities), 5.2), squeeze=False,
                                sharex="col", height_ratios=[2, 1])
    for (quantity, (unit, rows)), values, errors in zip(quantities.items(), axes[0], axes[1]):
        places = range(len(rows))
        for shift, column, name, colour in ((-0.2, 1, "published", reader.COLOURS[7]),
                                            (0.2, 2, "reproduced", reader.COLOURS[0])):
            values.bar([place + shift for place in places], [row[column] for row in rows], width=0.4, label=name,
                       color=colour)
        errors.bar(places, [100 * row[3] for row in rows], width=0.6, color=reader.COLOURS[5])
        errors.axhline(0, color="black", linewidth=0.6)
        low, high = errors.get_ylim()
        errors.set_ylim(min(low, -1), max(high, 1))  # no error looks large for want of larger ones
        errors.set_xticks(places, [row[0] for row in rows], rotation=90)
        values.set_title(quantity)
        values.set_ylabel(unit)
        for axis in (values, errors):
            axis.grid(axis="x", visible=False)
    axes[1][0].set_ylabel("error (%)")
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


if __name__ == "__main__":
    reader.main("Bars of what was published and what was reproduced, and the relative error, a column a quantity. Writes "
                "PNG and SVG.", draw, read_quantities, WRITER)
