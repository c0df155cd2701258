#!/usr/bin/env bash
# Installs what is missing, builds EyeShift, and compares seven schemes on a trained language model at 3 bits:
# the table on the terminal, JSON, CSV and plots in out/, and three sentences that sum it up.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/common.sh

[ $# -eq 0 ] || misused "takes no arguments, not '$*'"

install_packages scripts/packages.txt
build release eyeshift
python=$(python_with_matplotlib)
mkdir -p out

started=$SECONDS
say "Quantizing opt-tiny, measuring its perplexity and simulating it: 7 schemes, 1 and 128 tokens"
build/release/eyeshift compare \
  --accelerator configs/accelerators/eyeriss-168.yaml \
  --checkpoint traces/checkpoints/opt-tiny \
  --schemes fp16@mac-fp16,int8@mac-int8,rtn-oc@dequant-mac,gptq@dequant-mac,bcq@lut,shiftaddllm-block@lut,shiftaddllm-block@shift-add \
  --bits 3 --tokens 1,128 \
  --output out/compare.json --output out/compare.csv --output out/compare.txt --force

say "Plots, from out/compare.json"
for plot in energy_bars perplexity_energy time_energy; do
  "$python" "plots/$plot.py" out/compare.json --output "out/$plot"
done

say "What it says ($((SECONDS - started)) s, build aside)"
"$python" scripts/conclusions.py out/compare.json | tee out/conclusions.txt
