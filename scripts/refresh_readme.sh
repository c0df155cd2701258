#!/usr/bin/env bash
# Copies the demo's results, out/, into the README and docs/images. Run ./demo.sh first. Where scripts/scheme_table.py's table
# is in out/schemes.md, it goes into docs/results.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

[ -f out/compare.txt ] && [ -f out/conclusions.txt ] || fail "out/ holds no results: run ./demo.sh first"

# replace_block FILE MARK: puts standard input between <!-- MARK --> and <!-- end of MARK -->.
replace_block() {
  local file=$1 mark=$2 block
  grep -q "<!-- $mark -->" "$file" && grep -q "<!-- end of $mark -->" "$file" ||
    fail "$file: no <!-- $mark --> with <!-- end of $mark -->"
  block=$(mktemp)
  cat >"$block"
  awk -v block="$block" -v mark="$mark" '
    $0 == "<!-- " mark " -->" { print; while ((getline line < block) > 0) print line; inside = 1; next }
    $0 == "<!-- end of " mark " -->" { inside = 0 }
    !inside' "$file" >"$file.tmp"
  rm -f "$block"
  mv "$file.tmp" "$file"
}

mkdir -p docs/images
for plot in energy_bars perplexity_energy time_energy; do
  cp "out/$plot.png" "out/$plot.svg" docs/images/
done
{
  echo '```'
  cat out/compare.txt
  echo '```'
  echo
  cat out/conclusions.txt
} | replace_block README.md demo-output
if [ -f out/schemes.md ]; then
  grep '^|' out/schemes.md | replace_block docs/results.md scheme-table
fi
say "README.md, docs/results.md and docs/images hold the results of out/"
