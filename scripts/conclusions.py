#!/usr/bin/env python3
"""Sums up the demo's comparison in three sentences, computed from its JSON report."""

import json
import sys

FLOAT, MULTIPLY, SHIFT, TABLE = "fp16@mac-fp16", "gptq@dequant-mac", "shiftaddllm-block@shift-add", \
    "shiftaddllm-block@lut"


def read(path):
    """Runs by (scheme@unit, tokens), and the numbers of tokens."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    runs = {(f"{run['scheme']}@{run['unit']}", run["tokens"]): run for run in report["schemes"]}
    return runs, report["tokens"]


def leaves(tree):
    return sum(leaves(branch) for branch in tree.values()) if isinstance(tree, dict) else tree


def dynamic(run):
    return run["energy_pJ"]["total"] - run["energy_pJ"]["static"]


def shares(run):
    """Where the dynamic energy goes, as fractions of it, largest first."""
    energy = run["energy_pJ"]
    names = {"dram": "DRAM", "glb": "the global buffer", "noc": "the NoC", "spad": "scratchpads"}
    parts = {names[place]: leaves(by) for place, by in energy["data_movement"].items()}
    parts["arithmetic"] = leaves(energy["compute"])
    return sorted(((name, part / dynamic(run)) for name, part in parts.items()), key=lambda item: -item[1])


def percent(fraction):
    return f"{100 * fraction:.0f} %"


def change(new, old):
    ratio = new / old - 1
    return f"{abs(100 * ratio):.1f} % {'less' if ratio < 0 else 'more'}"


def at(n):
    return f"at {n} token{'s' if n > 1 else ''}"


def dominates(runs, tokens):
    clauses = []
    for n in tokens:
        sides = []
        for side in (FLOAT, SHIFT):
            (first, most), (second, next_most) = shares(runs[side, n])[:2]
            leakage = runs[side, n]["energy_pJ"]["static"] / dynamic(runs[side, n])
            sides.append(f"{first} with {percent(most)} of {side}'s dynamic energy, then {second} with "
                         f"{percent(next_most)} (leakage adds {percent(leakage)})")
        clauses.append(f"{at(n)} {' and '.join(sides)}")
    return "What dominates: " + "; ".join(clauses) + "."


def shift_against_multiply(runs, tokens):
    clauses = []
    for n in tokens:
        new, old = runs[SHIFT, n], runs[MULTIPLY, n]
        arithmetic = change(leaves(new["energy_pJ"]["compute"]), leaves(old["energy_pJ"]["compute"]))
        clauses.append(f"{at(n)} {change(dynamic(new), dynamic(old))} dynamic energy (arithmetic alone {arithmetic}), "
                       f"{change(new['energy_pJ']['total'], old['energy_pJ']['total'])} with leakage, and "
                       f"{change(new['time_s'], old['time_s'])} time")
    new, old = runs[SHIFT, tokens[0]], runs[MULTIPLY, tokens[0]]
    return (f"Shift-and-add instead of multiplication at equal bits, {SHIFT} against {MULTIPLY}, takes "
            + "; ".join(clauses) + f"; with {change(new['area_um2']['total'], old['area_um2']['total'])} area, at a "
            f"perplexity of {new['perplexity']:.3f} against {old['perplexity']:.3f} (fp16: "
            f"{runs[FLOAT, tokens[0]]['perplexity']:.3f}).")


def where_savings_come_from(runs, tokens):
    clauses = []
    for n in tokens:
        base, new = runs[FLOAT, n]["energy_pJ"], runs[SHIFT, n]["energy_pJ"]
        saved = base["total"] - new["total"]
        moved = leaves(base["data_movement"]) - leaves(new["data_movement"])
        computed = leaves(base["compute"]) - leaves(new["compute"])
        points = [100 * part / base["total"] for part in (moved, computed, saved - moved - computed)]
        clauses.append(f"{at(n)} it {'saves' if saved >= 0 else 'costs'} {percent(abs(saved) / base['total'])} (data "
                       f"movement {points[0]:+.1f} points, arithmetic {points[1]:+.1f}, leakage {points[2]:+.1f})")
    tables = [f"{at(n)} {change(runs[TABLE, n]['energy_pJ']['total'], runs[SHIFT, n]['energy_pJ']['total'])}"
              for n in tokens]
    return (f"Where {SHIFT}'s savings over {FLOAT} come from: " + ", ".join(clauses) + "; look-up tables instead of adders "
            f"take {', '.join(tables)} energy.")


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__ + "\n\nusage: conclusions.py REPORT.json", file=sys.stderr)
        sys.exit(0 if sys.argv[1:] in (["--help"], ["-h"]) else 2)
    try:
        runs, tokens = read(sys.argv[1])
        for number, sentence in enumerate((dominates, shift_against_multiply, where_savings_come_from), 1):
            print(f"{number}. {sentence(runs, tokens)}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"conclusions.py: error: {sys.argv[1]} is not the demo's report: {error!r}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
