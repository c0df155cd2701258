#!/usr/bin/env bash
# Installs the build of the folder given into a new prefix and uses nothing else: every subcommand, manual page and the
# completion, from another folder, with the sources out of sight.
. "$(dirname "$0")/common.sh"
build=$1
prefix=$folder/prefix
cmake --install "$build" --prefix "$prefix" --strip >"$folder/log" || fail "cmake --install: $(cat "$folder/log")"
unset EYESHIFT_DATA

# A compiler may take a short text apart into words of 8 bytes: the path's first word gives a copy away. The prefix that the
# program is built for may begin alike.
for path in "$source_folder" "$(realpath "$build")"; do
  found=$(strings -a -n 4 "$prefix/bin/eyeshift" | grep -F "${path:0:8}" | grep -v '/share/eyeshift$') || continue
  fail "the program holds a path of the machine that built it: $found"
done

# With a mount of its own over the sources, where the system allows that.
hide=()
if unshare -rm mount -t tmpfs none "$source_folder" 2>/dev/null; then
  hide=(unshare -rm sh -c 'mount -t tmpfs none "$0" && exec "$@"' "$source_folder")
fi
mkdir "$folder/elsewhere"
cp "$(dirname "$0")"/use_{every_command,manual,completion}.sh "$folder"
cd "$folder/elsewhere"
for use in every_command manual completion; do
  "${hide[@]}" bash "$folder/use_$use.sh" "$prefix" || fail "use_$use.sh"
done

# Without its data, the program says where it looked.
mv "$prefix/share/eyeshift" "$folder/away"
status=0
message=$("$prefix/bin/eyeshift" tables list 2>&1) || status=$?
[ "$status" = 2 ] || fail "without data, tables list exits with $status: $message"
contains "$message" "$prefix/share/eyeshift" || fail "without data: $message"
moved=$(EYESHIFT_DATA=$folder/away "$prefix/bin/eyeshift" tables list) || fail "EYESHIFT_DATA is not read"
contains "$moved" horowitz-45nm || fail "with EYESHIFT_DATA: $moved"
