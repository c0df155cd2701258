#!/usr/bin/python3
"""Energy against time of every scheme@unit."""

import report_reader as reader


def draw(plt, runs, path):
    return reader.scatter_by_side(plt, runs, path, ("time_s", 1e3), ("energy_pJ.total", 1e-6),
                                  "time of all linear layers (ms)", "energy of all linear layers (µJ)")


if __name__ == "__main__":
    reader.main("Energy against time of a comparison's schemes; lower left is better. Writes PNG and SVG.", draw)
