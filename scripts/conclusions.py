#!/usr/bin/env python3
"""Sums up the demo's comparison in three sentences, computed from its JSON report."""

import json
import sys

FLOAT, MULTIPLY, SHIFT = "fp16@mac-fp16", "gptq@dequant-mac", "shiftaddllm-block@shift-add"


def read(path):
    """Runs by (scheme@unit, tokens), and the numbers of tokens."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    runs = {(f"{run['scheme']}@{run['unit']}", run["tokens"]): run for run in report["schemes"]}
    if len(runs) < len(report["schemes"]):
        raise ValueError("a scheme on a unit comes at several widths or in several dataflows; compare at one --bits")
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


def change(new, old, digits=1):
    """How much less or more than old new is."""
    if round(100 * abs(new / old - 1), digits) == 0:
        return "equally much"
    return f"{abs(100 * (new / old - 1)):.{digits}f} % {'less' if new < old else 'more'}"


def count(tokens):
    return f"{tokens} token{'s' if tokens > 1 else ''}"


def dominates(runs, tokens):
    clauses = []
    for n in tokens:
        sides = []
        for side in (FLOAT, SHIFT):
            name, share = shares(runs[side, n])[0]
            sides.append(f"{name} in {side} ({percent(share)})")
        clauses.append(f"at {count(n)} {' and '.join(sides)}")
    return "What takes most dynamic energy: " + "; ".join(clauses) + "."


def shift_against_multiply(runs, tokens):
    clauses = []
    for n in tokens:
        new, old = runs[SHIFT, n], runs[MULTIPLY, n]
        clauses.append(f"at {count(n)} energy is {change(new['energy_pJ']['total'], old['energy_pJ']['total'])} and "
                       f"time {change(new['time_s'], old['time_s'])}")
    new, old = runs[SHIFT, tokens[0]], runs[MULTIPLY, tokens[0]]
    return (f"With {SHIFT} instead of {MULTIPLY}, " + "; ".join(clauses)
            + f"; area is {change(new['area_um2']['total'], old['area_um2']['total'])}, perplexity "
            f"{new['perplexity']:.3f} against {old['perplexity']:.3f}.")


def where_savings_come_from(runs, tokens):
    clauses = []
    for n in tokens:
        base, new = runs[FLOAT, n]["energy_pJ"], runs[SHIFT, n]["energy_pJ"]
        points = {key: 100 * (leaves(new[key]) - leaves(base[key])) / base["total"]
                  for key in ("data_movement", "static")}
        clauses.append(f"at {count(n)} {change(new['total'], base['total'], 0)} energy (data movement "
                       f"{points['data_movement']:+.0f} points, static {points['static']:+.0f})")
    return f"Against {FLOAT}, {SHIFT} takes " + ", ".join(clauses) + ", in points of the fp16 total."


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
