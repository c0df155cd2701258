#!/usr/bin/env bash
# The program given is made of the instructions of x86-64-v3 alone, and says so on a processor that lacks them.
. "$(dirname "$0")/common.sh"
program=$1
command -v objdump >/dev/null || skip "no objdump"
objdump -d --no-show-raw-insn "$program" >"$folder/instructions"
grep -q '%ymm' "$folder/instructions" || fail "no AVX in the program: is it the one that ships?"
# What AVX-512 adds: registers of 512 bits, masks, and registers 16 to 31 of any width.
if grep -m1 -E '%zmm|%k[0-7]|%[xy]mm(1[6-9]|2[0-9]|3[01])' "$folder/instructions"; then
  fail "an instruction of AVX-512"
fi

command -v qemu-x86_64 >/dev/null || skip "the rest: no qemu-x86_64 (Debian's qemu-user)"
status=0
message=$(qemu-x86_64 -cpu Nehalem "$program" --version 2>&1) || status=$?
[ "$status" = 1 ] || fail "on a Nehalem the program exits with $status: $message"
contains "$message" "this processor lacks AVX, AVX2, FMA" || fail "on a Nehalem: $message"
message=$(qemu-x86_64 -cpu max "$program" --version) || fail "on a processor with AVX2: $message"
contains "$message" "eyeshift " || fail "on a processor with AVX2: $message"
