# Runs every subcommand of the program in the prefix given, by the names of what comes with it.
set -euo pipefail
eyeshift=$1/bin/eyeshift
declare -A arguments=(
  [area]="eyeriss-168"
  [audit]="shiftaddllm --network opt-125m"
  [compare]="--accelerator eyeriss-168 --checkpoint opt-tiny --schemes rtn-oc@dequant-mac --bits 3 --windows 1
             --output comparison.json"
  [complete]="--line 'eyeshift qu'"
  [estimate]="--network opt-125m --scheme shiftaddllm --bits 3"
  [perplexity]="--checkpoint opt-tiny --text evaluation --windows 1"
  [price]="--result comparison.json --table horowitz-cacti-45nm"
  [quantize]="--checkpoint opt-tiny --scheme rtn-oc --bits 3 --calibration short.txt --output opt-tiny.trace"
  [reproduce]="horowitz"
  [sensitivity]="--checkpoint opt-tiny --scheme rtn-oc --bits 3 --calibration short.txt"
  [simulate]="--accelerator eyeriss-v1 --network alexnet --scheme int16 --mapping eyeriss-jssc-alexnet --batch 4"
  [tables]="list"
)
head -c 4096 "$1/share/eyeshift/traces/text/calibration.txt" >short.txt
commands=$("$eyeshift" --help | sed -n '/^commands:/,/^$/ s/^  \([^ ]*\) .*/\1/p')
[ -n "$commands" ]
for command in $commands; do
  [ -n "${arguments[$command]:-}" ] || { echo "no call of the subcommand '$command' here: add one" >&2; exit 1; }
  eval "set -- $(tr '\n' ' ' <<<"${arguments[$command]}")"
  "$eyeshift" "$command" "$@" >"$command.out" 2>"$command.err" || { cat "$command.err" >&2; exit 1; }
  [ -s "$command.out" ] || { echo "$command prints nothing" >&2; exit 1; }
done
