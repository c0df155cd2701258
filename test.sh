#!/usr/bin/env bash
# Installs what is missing, what the tests of the Verilog need included, then builds and runs every test: optimised, and again with the address and
# undefined-behaviour sanitizers. --fast leaves out the latter.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/common.sh

case "${1:-}" in
  "" | --fast) ;;
  *) misused "unknown option '$1'; usage: $0 [--fast]" ;;
esac

install_packages scripts/packages.txt scripts/packages-optional.txt
build release
say "Tests"
ctest --preset release --parallel "$(nproc)"
[ "${1:-}" = --fast ] && exit 0

build sanitize
say "Tests under the sanitizers"
ctest --preset sanitize --parallel "$(nproc)"
