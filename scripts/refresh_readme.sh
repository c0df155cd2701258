#!/usr/bin/env bash
# Copies the demo's results, out/, into the README and docs/images. Run ./demo.sh first.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

[ -f out/compare.txt ] && [ -f out/conclusions.txt ] || fail "out/ holds no results: run ./demo.sh first"
mkdir -p docs/images
for plot in energy_bars perplexity_energy time_energy; do
  cp "out/$plot.png" "out/$plot.svg" docs/images/
done
block=$(mktemp)
trap 'rm -f "$block"' EXIT
{
  echo '```'
  cat out/compare.txt
  echo '```'
  echo
  cat out/conclusions.txt
} >"$block"
awk -v block="$block" '
  /<!-- demo-output -->/ { print; while ((getline line < block) > 0) print line; inside = 1; next }
  /<!-- end of demo-output -->/ { inside = 0 }
  !inside' README.md >README.md.tmp
mv README.md.tmp README.md
say "README.md and docs/images hold the results of out/"
