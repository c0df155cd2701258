#!/usr/bin/env bash
# Checks the Verilog units against the simulator's by simulation, counts their gates and checks the netlists that were
# counted: builds what computes the vectors, and writes rtl/gate_counts.csv and energy_tables/tables/gates-45nm.yaml. Needs
# the Debian packages of scripts/packages-optional.txt besides those of the build.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

for program in iverilog yosys; do
  command -v "$program" >/dev/null || fail "no $program: apt-get install $(tr '\n' ' ' <scripts/packages-optional.txt)"
done
build release rtl_vectors
say "Simulating the Verilog units on the simulator's vectors"
rtl/simulate.py "$@"
netlists=$(mktemp -d)
trap 'rm -rf "$netlists"' EXIT
say "Counting their gates"
rtl/synthesise.py --netlists "$netlists"
say "Simulating the netlists"
rtl/simulate.py --netlists "$netlists" "$@"
