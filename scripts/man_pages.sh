#!/bin/sh
# Writes the manual pages of PROGRAM and its subcommands into FOLDER, from what their --help says.
# usage: scripts/man_pages.sh PROGRAM FOLDER
set -eu
[ $# -eq 2 ] || { echo "usage: $0 PROGRAM FOLDER" >&2; exit 2; }
program=$1 folder=$2
layout=$(dirname "$0")/man_page.awk

mkdir -p "$folder"
rm -f "$folder"/eyeshift*.1
"$program" --help >"$folder/help"
version=$("$program" --version)
exit_status=$(sed -n 's/^exit status: //p' "$folder/help")
commands=$(sed -n '/^commands:/,/^$/ s/^  \([^ ]*\) .*/\1/p' "$folder/help")

page() {  # NAME SEE_ALSO: the help on standard input, as a page
  awk -v name="$1" -v see_also="$2" -v version="$version" -v exit_status="$exit_status" -f "$layout" >"$folder/$1.1"
}
page eyeshift "$(printf 'eyeshift-%s ' $commands)" <"$folder/help"
for command in $commands; do
  "$program" "$command" --help >"$folder/help"
  page "eyeshift-$command" eyeshift <"$folder/help"
done
rm "$folder/help"
