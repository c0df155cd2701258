#pragma once

#include <cstdint>
#include <vector>

namespace eyeshift {

// The chip's run-length code for feature maps in DRAM (Chen et al., JSSC 2017, Sec. V-A): a run of up to 31
// zeros in 5 bits and the 16-bit value behind it, three such pairs in a word of 64 bits. A stream begins a
// new word.

// Bits of `values` in the code.
int64_t run_length_bits(const std::vector<uint16_t>& values);

// Bits of so many values, the expected number of pairs rounded to nearest, where each is zero with this
// probability whatever the others are. Never more than a stream that has one pair a value.
int64_t run_length_bits(int64_t values, double zero_fraction);

}  // namespace eyeshift
