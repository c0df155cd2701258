# The manual of the program in the prefix given: a page a subcommand, with every option of its --help.
set -euo pipefail
eyeshift=$1/bin/eyeshift pages=$1/share/man/man1
fail() { echo "$*" >&2; exit 1; }
commands=$("$eyeshift" --help | sed -n '/^commands:/,/^$/ s/^  \([^ ]*\) .*/\1/p')
for command in $commands; do
  page=$pages/eyeshift-$command.1
  [ -f "$page" ] || fail "no page of $command"
  grep -q "eyeshift\\\\-$command (1)" "$pages/eyeshift.1" || fail "eyeshift.1 does not name $command"
  grep -q "^eyeshift-$command \\\\- ." "$page" || fail "$page: no NAME"
  for section in SYNOPSIS OPTIONS EXAMPLE "EXIT STATUS" "SEE ALSO"; do
    grep -q "^\.SH $section" "$page" || fail "$page: no $section"
  done
  options=$("$eyeshift" "$command" --help | sed -n 's/^  \(-h \[ \)\?\(--[a-z-]*\).*/\2/p')
  [ -n "$options" ] || fail "$command has no options"
  for option in $options; do
    # The option's own entry, and a line of what it means.
    sed 's/\\-/-/g' "$page" | grep -A1 -e "^\(\\\\fB-h\\\\fR, \)\?\\\\fB$option\\\\fR" | sed 1d | grep -q '[a-z]' ||
      fail "$page: nothing of $option"
  done
done
[ "$(ls "$pages" | wc -l)" = $(($(wc -w <<<"$commands") + 1)) ] || fail "pages of no subcommand: $(ls "$pages")"

# groff's judgement, where there is one.
command -v man >/dev/null && man -l "$pages/eyeshift.1" >/dev/null 2>&1 || exit 0
for page in "$pages"/*.1; do
  warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  [ -z "$warnings" ] || fail "$page: $warnings"
done
