#!/usr/bin/env bash
# Makes the Debian package of the build in the folder given: it names the libraries that the program is linked with and
# holds what `cmake --install` installs.
. "$(dirname "$0")/common.sh"
build=$1
command -v dpkg-shlibdeps >/dev/null || skip "no dpkg-shlibdeps (Debian's dpkg-dev)"
(cd "$build" && cpack -G DEB -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip -B "$folder") >"$folder/log" 2>&1 ||
  fail "cpack: $(cat "$folder/log")"
package=$(ls "$folder"/eyeshift_*.deb)

depends=$(dpkg-deb -f "$package" Depends)
for library in libc6 libstdc++6 libsystemc libyaml-cpp0 libboost-program-options libssl3; do
  contains "$depends" "$library" || fail "does not depend on $library: $depends"
done
contains "$(dpkg-deb -f "$package" Recommends)" python3-matplotlib || fail "does not recommend python3-matplotlib"

dpkg-deb -x "$package" "$folder/unpacked"
cmake --install "$build" --prefix "$folder/installed" >/dev/null
diff -r "$folder/unpacked/usr/share/eyeshift" "$folder/installed/share/eyeshift" || fail "other data than installed"
gzip -t "$folder"/unpacked/usr/share/man/man1/eyeshift.1.gz
[ -f "$folder/unpacked/usr/share/doc/eyeshift/copyright" ] || fail "no copyright"
version=$("$folder/unpacked/usr/bin/eyeshift" --version)
[ "$version" = "eyeshift $(dpkg-deb -f "$package" Version)" ] || fail "package of another version than '$version'"
