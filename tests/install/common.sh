# What the tests of an installation share; to be sourced.
set -euo pipefail

source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
# CTest reports a test that exits so as skipped.
skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}
# contains TEXT WORDS: whether the text has the words in it.
contains() { [[ $1 == *"$2"* ]]; }
