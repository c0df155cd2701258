# What demo.sh and test.sh share; to be sourced from the project's root.

say() { printf '\n==> %s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# A script called wrongly.
misused() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# install_packages FILE...: installs the Debian packages listed in the files that are missing.
install_packages() {
  command -v dpkg-query >/dev/null ||
    fail "this is no Debian system: install the equivalents of scripts/packages.txt, then run cmake --preset release"
  local package missing=()
  while read -r package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done < <(cat "$@")
  if [ ${#missing[@]} -eq 0 ]; then
    say "All Debian packages are there"
    return
  fi
  say "Installing Debian packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "packages are missing and there is no sudo; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q ||
    fail "apt-get update failed; with a network connection: apt-get install ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" ||
    fail "these packages could not be installed: ${missing[*]}"
}

# build PRESET [TARGET]...: configures and builds into build/PRESET.
build() {
  local preset=$1
  shift
  say "Building preset '$preset' in build/$preset"
  cmake --preset "$preset" >"/tmp/eyeshift-configure-$$.log" 2>&1 || {
    cat "/tmp/eyeshift-configure-$$.log" >&2
    rm -f "/tmp/eyeshift-configure-$$.log"
    fail "configuring failed"
  }
  rm -f "/tmp/eyeshift-configure-$$.log"
  if [ $# -gt 0 ]; then
    cmake --build --preset "$preset" --parallel "$(nproc)" --target "$@"
  else
    cmake --build --preset "$preset" --parallel "$(nproc)"
  fi
}

# Prints a Python 3 that has matplotlib; the first one on PATH may lack it.
python_with_matplotlib() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import matplotlib' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  fail "no python3 with matplotlib: apt-get install python3-matplotlib"
}
