#!/usr/bin/python3
"""Which layers suffer from quantization, at which width, and whether a criterion tells it beforehand."""

import re

import report_reader as reader

WRITER = "eyeshift sensitivity"


def read(path):
    report = reader.read_json(path)
    layers = reader.entries(report, "layers", path, WRITER)
    for layer in layers:
        if not isinstance(layer.get("name"), str) or not isinstance(layer.get("criteria"), dict) or not layer["criteria"]:
            raise reader.BadReport(f"{path}: a layer without 'name' and 'criteria'; was it written by '{WRITER} --output'?")
        if len(reader.entries(layer, "errors", path, WRITER)) != len(layers[0]["errors"]):
            raise reader.BadReport(f"{path}: layer '{layer['name']}' has 'errors' at other widths than the first one")
    for entry in reader.entries(report, "agreement", path, WRITER):
        if "criterion" not in entry or "bits" not in entry:
            raise reader.BadReport(f"{path}: an 'agreement' without 'criterion' and 'bits'; was it written by "
                                   f"'{WRITER} --output'?")
    return report


def block_of(layer):
    """Of 'model.decoder.layers.3.fc1' 3, the type is 'fc1'."""
    found = re.search(r"\.(\d+)\.", layer["name"])
    return int(found.group(1)) if found else 0


def type_of(layer):
    return layer["name"].rsplit(".", 1)[-1]


def number(entry, key, path):
    return reader.value(entry, key, path, WRITER)


def draw_errors(axes, report, path):
    """A panel a width: relative output error over the blocks, a line a layer type."""
    layers = report["layers"]
    types = list(dict.fromkeys(type_of(layer) for layer in layers))
    for index, axis in enumerate(axes):
        for kind, colour, marker in zip(types, reader.COLOURS * 8, reader.MARKERS * 8):
            own = sorted((block_of(layer), number(layer["errors"][index], "relative_output_error", path))
                         for layer in layers if type_of(layer) == kind)
            axis.plot(*zip(*own), color=colour, marker=marker, markersize=4, linewidth=0.9, label=kind)
        axis.set_yscale("log")
        axis.set_title(f"{number(layers[0]['errors'][index], 'bits', path):g} bits", fontsize=9)
        axis.set_xlabel("block")
        axis.xaxis.get_major_locator().set_params(integer=True)
    axes[0].set_ylabel("output error |WX − WqX|² / |WX|²")
    axes[-1].legend(fontsize=6.5, loc="center left", bbox_to_anchor=(1.0, 0.5))


def draw_criteria(axes, report, path):
    """A panel a width: output error against the first criterion, with Kendall's tau of every candidate."""
    layers, names = report["layers"], list(report["layers"][0]["criteria"])
    for index, axis in enumerate(axes):
        bits = number(layers[0]["errors"][index], "bits", path)
        points = [(number(layer["criteria"], names[0], path), number(layer["errors"][index], "output_error", path))
                  for layer in layers]
        axis.scatter(*zip(*points), s=14, color=reader.COLOURS[0], edgecolors="black", linewidths=0.4)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel(f"criterion {names[0]}")
        taus = [(entry["criterion"], number(entry, "tau_output_error", path)) for entry in report["agreement"]
                if entry["bits"] == bits]
        text = "\n".join(f"{tau:+.2f}  {name}" for name, tau in taus)
        axis.text(0.02, 0.98, "Kendall's τ with the error\n" + text, transform=axis.transAxes, fontsize=6, va="top",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1})
    axes[0].set_ylabel("output error |WX − WqX|²")


def draw(plt, report, path):
    widths = len(report["layers"][0]["errors"])
    figure, axes = plt.subplots(2, widths, figsize=(3.4 * widths + 1, 6.4), squeeze=False, sharey="row")
    draw_errors(axes[0], report, path)
    draw_criteria(axes[1], report, path)
    figure.suptitle(f"{report.get('network')}, {report.get('scheme')}", fontsize=10)
    return figure


if __name__ == "__main__":
    reader.main("Output errors of every layer by block, type and width, and against the criterion of mixed bits with "
                "Kendall's tau of its rivals. Writes PNG and SVG.", draw, read, WRITER)
