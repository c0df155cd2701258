# The bash completion of the program in the prefix given, called as bash calls it.
set -euo pipefail
export PATH=$1/bin:$PATH
. "$1/share/bash-completion/completions/eyeshift"

compopt() { asked=$*; }  # bash has it only while a line is typed

# expect LINE REPLY: what bash would put in place of the last part of the line, or offer; as bash tells words apart.
expect() {
  COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=(eyeshift) COMPREPLY=()
  _eyeshift eyeshift
  [ "${COMPREPLY[*]}" = "$2" ] || { echo "'$1' completes to '${COMPREPLY[*]}', not '$2'" >&2; exit 1; }
}
expect "eyeshift qu" "quantize"
expect "eyeshift simulate --acc" "--accelerator"
expect "eyeshift simulate --accelerator tin" "tiny-2x2"
expect "eyeshift simulate --accelerator=tin" "tiny-2x2"
expect "eyeshift compare --schemes fp16@mac-fp16,shiftaddllm-b" "mac-fp16,shiftaddllm-block@"
[ "$asked" = "-o nospace" ]
expect "eyeshift compare --schemes fp16@mac-fp16,bcq@lu" "lut"
expect "eyeshift tables show horowitz-cacti-45nm-h" "horowitz-cacti-45nm-hbm2"
expect "eyeshift quantize --output " ""
complete -p eyeshift | grep -q -e '-o default'
