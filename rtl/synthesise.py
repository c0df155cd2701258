#!/usr/bin/env python3
"""Synthesises every module of tops.v to generic gates by yosys and counts them in NAND2 equivalents:

    rtl/synthesise.py    # writes rtl/gate_counts.csv and energy_tables/tables/gates-45nm.yaml

No clock is asked for: abc maps for depth and then recovers area, without a library's delays."""

import argparse
import concurrent.futures
import json
import os
import re
import sys
import tempfile

import gates_table
import tools

# Widths of the cells of the NanGate 45 nm Open Cell Library (FreePDK45), drive strength X1, in sites of 0.19 um; all
# are 1.4 um high. yosys's AOI3 is an AOI21, AOI4 an AOI22. The library has no flip-flop with an enable: a flip-flop (17)
# and a multiplexer (7).
SITES = {"NOT": 2, "NAND": 3, "NOR": 3, "AOI3": 4, "OAI3": 4, "AOI4": 5, "OAI4": 5, "XOR": 6, "XNOR": 6, "MUX": 7,
         "DFFE_PP": 24, "DLATCH_P": 10}
NAND2_SITES = SITES["NAND"]
STORAGE = ("DFFE_PP", "DLATCH_P")
GATES = [gate for gate in SITES if gate not in STORAGE]
# What abc maps to: all of them, and NAND2 and NOR2 alone, for how much the choice matters.
CELLS, NAND_NOR = "cmos,-NMUX", "cmos2"


def cells_of(module, gates, netlist=None):
    """{cell: count} of a module, mapped to these gates and inverters; the netlist goes to a file where one is named."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "stat.json")
        files = " ".join(f'"{name}"' for name in tools.design_files())
        write = f'; write_verilog -noattr "{netlist}"' if netlist else ""
        tools.run(["yosys", "-q", "-p", f"read_verilog {files}; synth -flatten -top top_{module}; abc -g {gates}; opt_clean; "
                                        f"tee -q -o {report} stat -json{write}"])
        with open(report, encoding="utf-8") as file:
            text = file.read()
    # Of yosys 0.23's report the comma before "design" is missing: what matters stands before.
    text = text[:text.index('"design"')].rstrip().rstrip(",") + "}"
    counts = {}
    for top in json.loads(text)["modules"].values():
        for cell, count in top["num_cells_by_type"].items():
            counts[cell.removeprefix("$_").removesuffix("_")] = count
    unknown = set(counts) - set(SITES)
    if unknown:
        sys.exit(f"{module}: no weight for cells {', '.join(sorted(unknown))}")
    return counts


def nand2_equivalents(counts, cells):
    return sum(SITES[cell] * counts.get(cell, 0) for cell in cells) / NAND2_SITES


def count_module(module, netlists):
    """A row of the table; the counted netlist goes to the folder where one is named."""
    counts = cells_of(module, CELLS, os.path.join(netlists, module + ".v") if netlists else None)
    logic, storage = nand2_equivalents(counts, GATES), nand2_equivalents(counts, STORAGE)
    other = nand2_equivalents(cells_of(module, NAND_NOR), SITES)
    return [module, f"{logic:.1f}", f"{storage:.1f}", f"{other:.1f}", *(str(counts.get(cell, 0)) for cell in SITES)]


def module_names():
    with open(tools.FOLDER / "tops.v", encoding="ascii") as file:
        return re.findall(r"^(?:`COMBINATIONAL\(|module )top_(\w+)", file.read(), re.MULTILINE)


def write_counts(path, rows):
    version = tools.run(["yosys", "-V"]).split(" (")[0]
    header = (f"# Written by rtl/synthesise.py with {version}: NAND2 equivalents of logic and of storage, and of both mapped\n"
              "# to NAND2, NOR2 and inverters alone; then the cells of the first mapping.\n")
    columns = ["module", "logic", "storage", "nand_nor_only", *SITES]
    with open(path + ".tmp", "w", encoding="ascii") as file:
        file.write(header + "".join(",".join(row) + "\n" for row in [columns, *rows]))
    os.replace(path + ".tmp", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="yosys processes at once")
    parser.add_argument("--counts", default=str(tools.FOLDER / "gate_counts.csv"), help="the table of gates that is written")
    parser.add_argument("--table", default=str(tools.FOLDER.parent / "energy_tables/tables/gates-45nm.yaml"),
                        help="the area table that is written")
    parser.add_argument("--netlists", help="folder for the netlists that are counted, for simulate.py; default: none")
    options = parser.parse_args()
    tools.require("yosys", "yosys", "yosys-abc")
    if options.netlists:
        os.makedirs(options.netlists, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        rows = list(pool.map(lambda module: count_module(module, options.netlists), module_names()))
    write_counts(options.counts, rows)
    gates_table.write(options.counts, options.table)


if __name__ == "__main__":
    main()
