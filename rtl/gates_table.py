"""The area table gates-45nm, from the gate counts: NAND2 equivalents times the area of a NAND2 gate."""

import csv
import os

NAND2_UM2 = 0.798  # NanGate 45 nm Open Cell Library (FreePDK45), NAND2_X1: 3 sites of 0.19 um by 1.4 um
LUT_BITS = 256 * 16

# Aladdin's 40 nm leakage per area, mW/um2, brought to low-standby-power cells as in horowitz-cacti-45nm-lstp.
LSTP = 4.7247e-05 / 0.464331
LEAKAGE = {"multiplier": 0.05 / 4600 * LSTP, "register": 0.00007 / 5.98 * LSTP, "other": 0.0024 / 179 * LSTP}

COMPONENTS = ([f"multiplier_{kind}" for kind in ("fp32", "fp16", "int32", "int16", "int8")]
              + [f"adder_{kind}" for kind in ("fp32", "fp16", "int32", "int16", "int8")]
              + [f"shifter_{kind}" for kind in ("int32", "int16", "int8")] + ["exponent_adder"])

HEADER = """\
# Written by rtl/synthesise.py. Areas of the units' arithmetic from our own Verilog (rtl/), synthesised to generic gates
# without timing constraints and counted in NAND2 equivalents (rtl/gate_counts.csv), each 0.798 um2, a NAND2_X1 of the NanGate
# 45 nm Open Cell Library. No wiring, no pipeline registers. Energies, SRAMs and DRAM are the extended table's.
name: gates-45nm
extends: horowitz-cacti-45nm-lstp

components:
"""


def read_counts(path):
    """{module: NAND2 equivalents, storage included}."""
    with open(path, encoding="ascii") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["module"]: float(row["logic"]) + float(row["storage"]) for row in rows}


def row(component, nand2, leakage, how):
    area = nand2 * NAND2_UM2
    return (f"  {component}: {{area_um2: {area:.5g}, leakage_mW: {area * leakage:.4g}, source: "
            f"\"rtl/gate_counts.csv: {how}; leakage: assumed, Aladdin's per area as in horowitz-cacti-45nm-lstp\"}}\n")


def write(counts_path, path):
    counts = read_counts(counts_path)
    text = HEADER
    for component in COMPONENTS:
        leakage = LEAKAGE["multiplier" if component.startswith("multiplier") else "other"]
        text += row(component, counts[component], leakage, f"{counts[component]:.1f} NAND2 equivalents")
    bit = counts["lut_table_256"] / LUT_BITS
    text += ("  # A bit of 256 words of 16 flip-flops, with its share of what writes and reads a word.\n"
             + row("register_bit", bit, LEAKAGE["register"],
                   f"{counts['lut_table_256']:.1f} NAND2 equivalents of lut_table_256 over {LUT_BITS} bits"))
    with open(path + ".tmp", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(path + ".tmp", path)
