# bash completion of eyeshift: the program itself says what may come next; where it says nothing, a file may.
_eyeshift() {
  local line=${COMP_LINE:0:COMP_POINT}
  local word=${line##*[[:space:]]}
  # Bash replaces only what follows the last of these characters in the word.
  local kept=${word%"${word##*[=:@]}"}
  mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete --line="$line" 2>/dev/null)
  COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *@ ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o bashdefault -o default -F _eyeshift eyeshift
