#!/usr/bin/python3
"""Stacked energy of every scheme@unit: where the joules go."""

import report_reader as reader


def parts(run, path):
    """Energy in microjoules by where it is spent, from the bottom of the bar."""
    def moved(place):
        return sum(reader.value(run, f"energy_pJ.data_movement.{place}.{operand}", path)
                   for operand in ("weights", "inputs", "psums", "scales"))

    compute = sum(reader.value(run, f"energy_pJ.compute.{kind}", path)
                  for kind in ("multiply", "add", "shift", "lut_query", "lut_build", "dequantize"))
    energies = {"DRAM": moved("dram"), "global buffer": moved("glb"), "NoC": moved("noc"), "scratchpads": moved("spad"),
                "compute": compute, "clock, control": reader.value(run, "energy_pJ.clock_control", path),
                "static": reader.value(run, "energy_pJ.static", path)}
    return {name: energy * 1e-6 for name, energy in energies.items()}


def draw(plt, runs, path):
    groups = reader.by_tokens(runs)
    clock = "clock, control"  # which only some tables price
    spent = [name for name in parts(runs[0], path) if name != clock or any(parts(run, path)[name] for run in runs)]
    figure, axes = plt.subplots(1, len(groups), figsize=(4.6 * len(groups) + 1.4, 4.2), squeeze=False)
    for axis, (tokens, members) in zip(axes[0], groups.items()):
        bottoms = [0.0] * len(members)
        stacks = [parts(run, path) for run in members]
        for index, name in enumerate(spent):
            heights = [stack[name] for stack in stacks]
            axis.bar(range(len(members)), heights, bottom=bottoms, width=0.7, label=name,
                     color=reader.COLOURS[index], edgecolor="white", linewidth=0.4)
            bottoms = [bottom + height for bottom, height in zip(bottoms, heights)]
        axis.set_xticks(range(len(members)), [reader.name(run, runs) for run in members], rotation=40, ha="right")
        axis.grid(axis="x", visible=False)
        axis.set_title(reader.tokens_title(tokens))
    axes[0][0].set_ylabel("energy of all linear layers (µJ)")
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


if __name__ == "__main__":
    reader.main("Stacked bars of a comparison's energy: DRAM, global buffer, NoC, scratchpads, compute, clock and "
                "control where the table prices them, static; a panel a number of tokens. Writes PNG and SVG.", draw)
