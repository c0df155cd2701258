#!/usr/bin/python3
"""Quantizes a checkpoint by every scheme at several widths and measures the perplexity of each: a JSON report, and the
table as Markdown on standard output. What the report already holds is not measured again."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

# Schemes with their options.
SCHEMES = [
    ("msfp", []), ("rtn-oc", []), ("rtn-ic", []), ("adadim", []), ("awq", []), ("awq", ["--clip"]), ("gptq", []),
    ("gptq", ["--act-order"]), ("gptq-adadim", []), ("obq", []), ("quip", []), ("bcq-greedy", []), ("bcq", []),
    ("bcq", ["--axis", "input"]), ("shiftaddllm-block", []), ("shiftaddllm-column", []),
    ("shiftaddllm-column", ["--incoherence"]),
]


def run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}\n{done.stderr}")
    return done.stdout


def measure(options, scheme, extra, bits):
    """Perplexity, stored bits a weight and mean output error of one scheme."""
    with tempfile.TemporaryDirectory() as folder:
        trace, report = os.path.join(folder, "trace.safetensors"), os.path.join(folder, "report.json")
        width = [] if bits is None else ["--bits", str(bits)]
        run([options.eyeshift, "quantize", "--checkpoint", options.checkpoint, "--calibration", options.calibration,
             "--scheme", scheme, *width, *extra, "--output", trace, "--report", report])
        result = json.loads(run([options.eyeshift, "perplexity", "--checkpoint", options.checkpoint, "--text",
                                 options.text, "--window", str(options.window), "--trace", trace,
                                 "--format", "json"]))
        with open(report, encoding="utf-8") as file:
            layers = [layer for layer in json.load(file)["layers"] if layer["scheme"] == scheme]
    weights = sum(layer["K"] * layer["M"] for layer in layers)
    stored = sum(layer["bits_per_weight"] * layer["K"] * layer["M"] for layer in layers)
    return {"scheme": " ".join([scheme, *extra]), "bits": bits, "perplexity": result["perplexity"],
            "bits_per_weight": stored / weights,
            "rel_out": sum(layer["rel_out"] for layer in layers) / len(layers),
            "quantize_s": sum(layer["time_s"] for layer in layers),
            "layers": {layer["name"]: layer["rel_out"] for layer in layers}}


def markdown(reports, widths):
    """The table of several networks' rows, side by side."""
    heads = [f"{bits} bits" for _ in reports for bits in widths]
    if len(reports) > 1:
        heads = [f"{network}, {bits} bits" for network, _ in reports for bits in widths]
    lines = ["| scheme | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    names = list(dict.fromkeys(row["scheme"] for _, rows in reports for row in rows if row["bits"] in widths))
    for name in names:
        cells = []
        for _, rows in reports:
            own = {row["bits"]: f"{row['perplexity']:.3f}" for row in rows if row["scheme"] == name}
            cells += [own.get(bits, "") for bits in widths]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def network_of(path):
    return os.path.basename(os.path.normpath(path))


def kept_rows(path):
    """The rows of a report that an earlier run has left."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)["schemes"]


def save(options, rows):
    os.makedirs(os.path.dirname(options.output) or ".", exist_ok=True)
    with open(options.output + ".tmp", "w", encoding="utf-8") as file:
        json.dump({"checkpoint": network_of(options.checkpoint), "schemes": rows}, file, indent=1)
    os.replace(options.output + ".tmp", options.output)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eyeshift", default="build/release/eyeshift", help="the program")
    parser.add_argument("--checkpoint", default="traces/checkpoints/opt-tiny")
    parser.add_argument("--text", default="traces/text/evaluation.txt", help="what perplexity is measured on")
    parser.add_argument("--window", type=int, default=512, help="tokens of a window of it")
    parser.add_argument("--calibration", default="traces/text/calibration.txt", help="text or .npy of token ids")
    parser.add_argument("--bits", default="2,3,4", help="widths, separated by commas")
    parser.add_argument("--mixed", default="2.2", help="average bits of shiftaddllm-mixed, separated by commas")
    parser.add_argument("--skip", default="", help="schemes to leave out, separated by commas; obq takes hours on large layers")
    parser.add_argument("--beside", metavar="REPORT.json", help="the report of another network, for its columns of the table")
    parser.add_argument("--output", default="out/schemes.json", help="the report")
    options = parser.parse_args()
    widths = [int(bits) for bits in options.bits.split(",")]
    wanted = [("fp16", [], None)]
    wanted += [(scheme, extra, bits) for bits in widths for scheme, extra in SCHEMES
               if scheme not in options.skip.split(",")]
    wanted += [("shiftaddllm-mixed", [], float(average)) for average in options.mixed.split(",") if average]

    rows = kept_rows(options.output)
    done = {(row["scheme"], row["bits"]) for row in rows}
    for scheme, extra, bits in wanted:
        if (" ".join([scheme, *extra]), bits) in done:
            continue
        rows.append(measure(options, scheme, extra, bits))
        print(f"{rows[-1]['scheme']} {bits}: {rows[-1]['perplexity']:.3f}", file=sys.stderr, flush=True)
        save(options, rows)
    reports = [(network_of(options.checkpoint), rows)]
    if options.beside:
        with open(options.beside, encoding="utf-8") as file:
            other = json.load(file)
        reports.insert(0, (other["checkpoint"], other["schemes"]))
    print(markdown(reports, widths))
    for row in rows:
        if row["bits"] not in widths:
            print(f"\n`{row['scheme']}`{'' if row['bits'] is None else ' at ' + str(row['bits']) + ' bits on average'}: "
                  f"{row['perplexity']:.3f}")


if __name__ == "__main__":
    main()
