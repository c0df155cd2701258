#!/usr/bin/env python3
"""Simulates the Verilog modules on vectors that the simulator's own units compute, and compares them bit for bit.
Exit status: 0 all agree, 1 a module differs or fails, 2 bad arguments."""

import argparse
import os
import re
import sys
import tempfile

import tools


def simulate(module, bits, design, options, folder):
    """(vectors compared, mismatches, what the bench printed) of one module."""
    operand_bits, result_bits = bits
    lines, program = os.path.join(folder, "vectors.hex"), os.path.join(folder, "bench.vvp")
    with open(lines, "w", encoding="ascii") as file:
        file.write(tools.run([options.vectors, module, str(options.count)]))
    tools.run(["iverilog", "-g2005", f"-DTOP=top_{module}", f"-Pbench.IN={operand_bits}", f"-Pbench.OUT={result_bits}",
               "-s", "bench", "-o", program, str(tools.BENCH), *design])
    printed = tools.run(["vvp", "-n", program, f"+vectors={lines}"])
    summary = re.search(r"^(\d+) vectors, (\d+) mismatches$", printed, re.MULTILINE)
    if summary is None or int(summary[1]) < options.count:
        sys.exit(f"{module}: the bench did not read all vectors:\n{printed[-2000:]}")
    return int(summary[1]), int(summary[2]), printed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as mac_fp16; default: all")
    parser.add_argument("--vectors", default="build/release/rtl/vectors/rtl_vectors", help="the program that computes them")
    parser.add_argument("--count", type=int, default=20000, help="random vectors a module, besides the corner cases")
    parser.add_argument("--netlists", help="folder of synthesise.py's netlists, to simulate in place of the Verilog they come from")
    options = parser.parse_args()
    if options.count < 1:
        parser.error(f"--count {options.count}: expected a whole number from 1 on")
    tools.require("iverilog", "iverilog", "vvp")
    if not os.path.exists(options.vectors):
        parser.error(f"no {options.vectors}: cmake --build --preset release --target rtl_vectors")
    known = {name: (int(operands), int(result)) for name, operands, result in
             (line.split() for line in tools.run([options.vectors, "list"]).splitlines())}
    for module in options.modules:
        if module not in known:
            parser.error(f"unknown module '{module}': known are {', '.join(known)}")

    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for module in options.modules or known:
            design = [os.path.join(options.netlists, module + ".v")] if options.netlists else tools.design_files()
            count, mismatches, printed = simulate(module, known[module], design, options, folder)
            print(f"{module}: {count} vectors, {mismatches} mismatches", flush=True)
            if mismatches:
                failed = 1
                print(printed, end="")
    return failed


if __name__ == "__main__":
    sys.exit(main())
