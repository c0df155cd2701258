#!/usr/bin/python3
"""Perplexity against energy of every scheme@unit."""

import report_reader as reader


def draw(plt, runs, path):
    return reader.scatter_by_side(plt, runs, path, ("energy_pJ.total", 1e-6), ("perplexity", 1.0),
                                  "energy of all linear layers (µJ)", "perplexity")


if __name__ == "__main__":
    reader.main("Perplexity against energy of a comparison's schemes; lower left is better. Needs a comparison made with "
                "--checkpoint. Writes PNG and SVG.", draw)
