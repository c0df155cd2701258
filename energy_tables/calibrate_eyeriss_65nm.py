#!/usr/bin/env python3
"""Prints the energy table eyeriss-65nm, calibrated on the published power breakdown of the chip's CONV1 and CONV5.

    eyeshift simulate --accelerator eyeriss-v1 --network alexnet --scheme int16 --bits 16 --batch 4 \\
        --mapping configs/mappings/eyeriss-jssc-alexnet.yaml --format json --output run.json
    energy_tables/calibrate_eyeriss_65nm.py run.json > energy_tables/tables/eyeriss-65nm.yaml

Only the integer counts of CONV1 and CONV5 in the report are read: no energy, no time, no other layer."""

import json
import sys

# Chen, Krishna, Emer, Sze, "Eyeriss: An Energy-Efficient Reconfigurable Accelerator for Deep Convolutional Neural
# Networks", IEEE JSSC 52(1), 2017.
LAYERS = ("CONV1", "CONV5")
POWER_MW = {"CONV1": 332, "CONV5": 236}    # Table V, 1 V, 200/60 MHz, batch 4
TIME_MS = {"CONV1": 20.9, "CONV5": 10.5}   # Table V, total latency
DRAM_MB = {"CONV1": 5.0, "CONV5": 1.3}     # Table V
CORE_HZ, PES, BANKS = 200e6, 168, 27       # Table IV
SHARES_PCT = {                             # Fig. 16, post-layout simulation
    "CONV1": {"clock": 32.9, "pads": 2.4, "glb": 1.1, "top control": 0.1, "noc": 0.9, "mult_add": 8.9, "spads": 42.5,
              "fifos": 1.3, "pe control": 9.9},
    "CONV5": {"clock": 45.0, "pads": 1.8, "glb": 2.9, "top control": 0.1, "noc": 2.2, "mult_add": 3.0, "spads": 33.1,
              "fifos": 2.3, "pe control": 9.4}}
CORE_MM2 = 12.25                           # Fig. 14; the shares of it from Sec. VI
MULT_ADD_AREA, STORAGE_AREA, SPADS_OVER_GLB = 0.074, 0.667, 2.5

# Accelergy, "Eyeriss-like" example at 65 nm, picojoules: only their ratios are used.
FILTER_READ, FILTER_WRITE = 1.977, 1.882   # 192 x 16 bits
PSUM_READ, PSUM_WRITE = 0.251, 0.219       # 16 x 16 bits, registers
GLB_READ, GLB_WRITE = 18.18, 14.14         # 64-bit port

# M. Horowitz, ISSCC 2014, 45 nm: picojoules and square micrometres.
HOROWITZ_PJ = {"multiply_fp16": 1.1, "multiply_fp32": 3.7, "multiply_int8": 0.2, "multiply_int32": 3.1,
               "add_fp16": 0.4, "add_fp32": 0.9, "add_int8": 0.03, "add_int32": 0.1, "shift_fp16": 0.03,
               "dequantize_int": 0.08, "dequantize_int32": 0.1}
HOROWITZ_UM2 = {"multiplier_fp16": 1640, "multiplier_fp32": 7700, "multiplier_int8": 282, "multiplier_int32": 3495,
                "adder_fp16": 1360, "adder_fp32": 4184, "adder_int8": 36, "adder_int32": 137, "exponent_adder": 36}
INT16_MULTIPLY_PJ, INT16_ADD_PJ = 0.787, 0.05   # the multiply between int8 and int32, as in horowitz-cacti-45nm
INT16_MULTIPLY_UM2, INT16_ADD_UM2 = 992.8, 67
ENERGY_45_TO_65, AREA_45_TO_65 = 1.578, 1.5     # Stillmaker and Baas, Integration 58, 2017: 0.9 V to 1 V

# CACTI 7, 65 nm, itrs-lstp, 330 K: bytes: (read pJ, write pJ, mm2). Only ratios are used.
CACTI_16B = {512: (1.33996, 2.04003, 0.003876), 1024: (1.5705, 3.01687, 0.007744), 2048: (3.62123, 3.47191, 0.014786),
             4096: (4.66591, 4.44875, 0.027215), 8192: (8.56526, 6.13005, 0.053564)}
CACTI_64B = {512: (2.67218, 4.27472, 0.004472), 1024: (3.12005, 6.48658, 0.007512), 2048: (3.62197, 10.5165, 0.014056),
             4096: (6.16767, 11.9532, 0.028163), 8192: (11.1253, 14.6927, 0.054811), 16384: (20.9833, 20.1146, 0.105886),
             32768: (30.1022, 28.6907, 0.197934), 65536: (47.0445, 37.3036, 0.436224)}
ALADDIN_BIT_UM2 = 5.98 * (65 / 40) ** 2         # Shao et al., ISCA 2014: a register's bit at 40 nm
SPAD_SRAM_BYTES, SPAD_REGISTER_BITS = 448, (12 + 24) * 16


def power(category, layer):
    """Published, milliwatts."""
    return POWER_MW[layer] * SHARES_PCT[layer][category] / 100


def energy(category, layer):
    """Published, picojoules: milliwatts times milliseconds are 1e6 pJ."""
    return power(category, layer) * TIME_MS[layer] * 1e6


def fit(category, counts):
    """Picojoules a count: least squares of the two layers' power. counts: by layer."""
    rates = {layer: counts[layer] / TIME_MS[layer] for layer in LAYERS}
    published = {layer: energy(category, layer) / TIME_MS[layer] for layer in LAYERS}
    return sum(published[l] * rates[l] for l in LAYERS) / sum(rates[l] ** 2 for l in LAYERS)


def solve(category, first, second):
    """Two prices that meet both layers' energy."""
    one, five = LAYERS
    determinant = first[one] * second[five] - first[five] * second[one]
    return ((energy(category, one) * second[five] - energy(category, five) * second[one]) / determinant,
            (first[one] * energy(category, five) - first[five] * energy(category, one)) / determinant)


def read_counts(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    layers = {layer["name"]: layer["actions"] for layer in report["layers"]}
    missing = [name for name in LAYERS if name not in layers]
    if missing:
        raise KeyError(f"no layer {', '.join(missing)}: simulate network alexnet")
    return {name: layers[name] for name in LAYERS}


def total(actions, *parts):
    """Counts of the actions whose key begins and ends with these (begin, end)."""
    return sum(count for key, count in actions.items() for begin, end in parts
               if key.startswith(begin) and end in key)


class Prices:
    """The calibrated numbers, from the counts of CONV1 and CONV5."""

    def __init__(self, counts):
        by_layer = lambda of: {layer: of(counts[layer]) for layer in LAYERS}
        cycles = {layer: TIME_MS[layer] * 1e-3 * CORE_HZ for layer in LAYERS}
        self.clock_cycle = fit("clock", {layer: cycles[layer] * PES for layer in LAYERS})
        self.control_chip = fit("top control", cycles)
        self.control_active, self.control_gated = solve(
            "pe control", by_layer(lambda a: a["control.active.pes"]), by_layer(lambda a: a["control.gated.pes"]))
        words = by_layer(lambda a: total(a, ("noc_", ".deliver.")))
        self.noc_word = fit("noc", words)
        self.fifo_pass = fit("fifos", words)
        self.io_transfer = fit("pads", {layer: DRAM_MB[layer] * 1e6 for layer in LAYERS})
        self.mac = fit("mult_add", by_layer(lambda a: a["multiply.int16.weights"]))
        self.sram_factor, self.register_factor = solve(
            "spads",
            by_layer(lambda a: FILTER_READ * total(a, ("spad_filter", ".read."))
                     + FILTER_WRITE * total(a, ("spad_filter", ".write."))),
            by_layer(lambda a: PSUM_READ * total(a, ("spad_psum", ".read."), ("spad_input", ".read."))
                     + PSUM_WRITE * total(a, ("spad_psum", ".write."), ("spad_input", ".write."))))
        self.glb_factor = fit("glb", by_layer(
            lambda a: GLB_READ * total(a, ("glb_", ".read.")) + GLB_WRITE * total(a, ("glb_", ".write."))))


HEADER = """\
# The Eyeriss chip, 65 nm LP, 1 V. Written by energy_tables/calibrate_eyeriss_65nm.py, which holds every number that
# goes in: edit that. Calibrated on the published power breakdown of CONV1 and CONV5 only; docs/energy-tables.md tells
# how, and what the other layers come to.
name: eyeriss-65nm
node_nm: 65
voltage_V: 1
"""
JSSC = "Chen et al., JSSC 52(1), 2017"
FIG16 = f"calibrated: {JSSC}, Fig. 16 and Table V, CONV1 and CONV5: "
SCALED = "assumed: M. Horowitz, ISSCC 2014, 45 nm, times "


def number(value):
    return f"{value:.4g}" if value < 1e4 else f"{value:.0f}"


def action(name, value, source):
    print(f'  {name}: {{energy_pJ: {number(value)}, source: "{source}"}}')


def component(name, value, source):
    print(f'  {name}: {{area_um2: {number(value)}, leakage_mW: 0, source: "{source}"}}')


def print_actions(prices):
    print("\nactions:\n  # Clock network, control, FIFOs and pads.")
    action("clock_cycle", prices.clock_cycle, FIG16 + "clock network over all 168 PEs in every core cycle")
    action("control_chip", prices.control_chip, FIG16 + "top-level control, a core cycle")
    action("control_active", prices.control_active, FIG16 + "PE control, together with control_gated")
    action("control_gated", prices.control_gated, FIG16 + "PE control, together with control_active")
    action("fifo_pass", prices.fifo_pass, FIG16 + "PE FIFOs over the words of all networks")
    action("io_transfer", prices.io_transfer, FIG16 + "I/O pads over Table V's DRAM bytes")

    print("  # Arithmetic of the chip's own unit, divided as Horowitz's int16 multiply and add.")
    for name, part in (("multiply_int16", INT16_MULTIPLY_PJ), ("add_int16", INT16_ADD_PJ)):
        action(name, prices.mac * part / (INT16_MULTIPLY_PJ + INT16_ADD_PJ),
               FIG16 + "multiplier and adder over multiply-accumulates that are not gated")
    print("  # That of the others.")
    for name, value in HOROWITZ_PJ.items():
        action(name, value * ENERGY_45_TO_65, f"{SCALED}{ENERGY_45_TO_65} (Stillmaker and Baas, 2017)")

    print("  # Memories.")
    spads = (FIG16 + f"scratchpads, {prices.register_factor:.3f} times the registers and {prices.sram_factor:.3f} times the "
             "SRAM of Accelergy's Eyeriss-like example at 65 nm")
    action("register_bit_read", prices.register_factor * PSUM_READ / 16, spads)
    action("register_bit_write", prices.register_factor * PSUM_WRITE / 16, spads)
    read, write = prices.sram_factor * FILTER_READ, prices.sram_factor * FILTER_WRITE
    action(f"sram_{SPAD_SRAM_BYTES}B_16b_read", read, spads)
    action(f"sram_{SPAD_SRAM_BYTES}B_16b_write", write, spads)
    for size, (cacti_read, cacti_write, _) in CACTI_16B.items():
        source = f"assumed: {SPAD_SRAM_BYTES} bytes' times CACTI 7's ratio to its smallest, 512 bytes"
        action(f"sram_{size}B_16b_read", read * cacti_read / CACTI_16B[512][0], source)
        action(f"sram_{size}B_16b_write", write * cacti_write / CACTI_16B[512][1], source)
    read, write = prices.glb_factor * GLB_READ, prices.glb_factor * GLB_WRITE
    for size, (cacti_read, cacti_write, _) in CACTI_64B.items():
        source = (FIG16 + f"global buffer, {prices.glb_factor:.3f} times Accelergy's Eyeriss-like example at 65 nm" if size == 4096 else
                  "assumed: 4096 bytes' times CACTI 7's ratio to it")
        action(f"sram_{size}B_64b_read", read * cacti_read / CACTI_64B[4096][0], source)
        action(f"sram_{size}B_64b_write", write * cacti_write / CACTI_64B[4096][1], source)

    print("  # Networks, all alike; DRAM, which the chip's power does not contain.")
    action("noc_word_16b", prices.noc_word, FIG16 + "multicast networks over the words of all networks, local links too")
    action("dram_byte", 200 * prices.mac / 2, "assumed: Chen et al., ISCA 2016, Table IV: 200 x a 16-bit "
           "multiply-accumulate per 16 bits, at this table's")


def print_components():
    glb_mm2 = STORAGE_AREA * CORE_MM2 / (1 + SPADS_OVER_GLB)
    spads_um2 = glb_mm2 * SPADS_OVER_GLB * 1e6 / PES
    mac_um2 = MULT_ADD_AREA * CORE_MM2 * 1e6 / PES
    print("\ncomponents:\n  # Leakage is part of the calibrated energies.")
    mac = f"{JSSC}, Sec. VI: 7.4 % of the core for multipliers and adders, divided as Horowitz's int16"
    component("multiplier_int16", mac_um2 * INT16_MULTIPLY_UM2 / (INT16_MULTIPLY_UM2 + INT16_ADD_UM2), mac)
    component("adder_int16", mac_um2 * INT16_ADD_UM2 / (INT16_MULTIPLY_UM2 + INT16_ADD_UM2), mac)
    for name, value in HOROWITZ_UM2.items():
        component(name, value * AREA_45_TO_65, f"{SCALED}{AREA_45_TO_65} (Stillmaker and Baas, 2017)")

    estimated_sram = CACTI_16B[512][2] * 1e6 * SPAD_SRAM_BYTES / 512
    factor = spads_um2 / (estimated_sram + SPAD_REGISTER_BITS * ALADDIN_BIT_UM2)
    spads = (f"{JSSC}, Sec. VI: storage 66.7 % of the core, scratchpads 2.5 times the global buffer; divided as Aladdin's "
             "registers and CACTI's SRAM")
    component("register_bit", factor * ALADDIN_BIT_UM2, spads)
    component(f"sram_{SPAD_SRAM_BYTES}B_16b", factor * estimated_sram, spads)
    for size, (_, _, mm2) in CACTI_16B.items():
        component(f"sram_{size}B_16b", factor * mm2 * 1e6, "assumed: CACTI 7 times the chip's ratio to it at 448 bytes")
    for size, (_, _, mm2) in CACTI_64B.items():
        source = (f"{JSSC}, Sec. VI: storage 66.7 % of the core, of it 1 / 3.5 in 27 banks" if size == 4096 else
                  "assumed: 4096 bytes' times CACTI 7's ratio to it")
        component(f"sram_{size}B_64b", glb_mm2 * 1e6 / BANKS * mm2 / CACTI_64B[4096][2], source)


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__, file=sys.stderr if len(sys.argv) != 2 else sys.stdout)
        return 0 if len(sys.argv) == 2 else 2
    try:
        prices = Prices(read_counts(sys.argv[1]))
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        print(f"calibrate_eyeriss_65nm.py: error: {sys.argv[1]} is no report of this run (see --help): {error}", file=sys.stderr)
        return 2
    print(HEADER, end="")
    print_actions(prices)
    print_components()
    return 0


if __name__ == "__main__":
    sys.exit(main())
