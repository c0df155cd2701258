#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eyeshift {

// Width of the partial sums in PEs, NoC and global buffer.
enum class Accumulator { fp16, fp32 };  // integer units bring their own: int32 for mac-int8

// When dequant-mac applies a row-wise scale: once per output and group, or to every weight (the naive
// variant).
enum class DequantMode { per_group, per_weight };

// An Eyeriss-like accelerator. Scratchpad sizes are words of 16 bits; widths are bits a cycle of their clock.
struct AcceleratorConfig {
  std::string name;
  struct Clocks {
    int64_t core_Hz = 0;
    int64_t dram_Hz = 0;
  } clocks;
  struct Array {
    int rows = 0;
    int cols = 0;
    std::vector<std::string>
        units;           // what every PE has; half-precision lanes beside another unit: fp16_lanes PEs only
    int fp16_lanes = 0;  // PEs that keep a half-precision lane, counted from the top row; 0: all
    Accumulator accumulator = Accumulator::fp32;
    DequantMode dequant = DequantMode::per_group;
  } array;
  struct SpadWords {
    int filter = 0;
    int input = 0;
    int psum = 0;
    int lut = 0;  // 0: no unit of this accelerator has a table
  } spad_words;
  struct NocBits {     // bits a core cycle
    int filter = 0;    // multicast of weights, scales and zero points to the PEs
    int input = 0;     // multicast of inputs
    int psum_in = 0;   // partial sums from the global buffer into the bottom of the columns
    int psum_out = 0;  // partial sums and outputs from their tops back
    int local = 0;     // from a PE to the one above
  } noc_bits;
  struct Glb {
    int64_t bank_bytes = 0;     // of each bank
    int filter_banks = 0;       // for weights, scales and zero points
    int shared_banks = 0;       // for inputs, partial sums and outputs
    int port_bits = 0;          // of a bank, an access a core cycle
    bool double_buffer = true;  // the next tile of inputs loads while the array works on this one
  } glb;
  struct Dram {
    int link_bits = 0;
    int latency_cycles = 0;  // of the DRAM clock, from a burst's request to its first word
    int burst_bytes = 0;
  } dram;
  enum class Compression { none, rlc } compression = Compression::none;
};

// Ticks of time: the clocks' least common multiple (200 and 60 MHz: 600 MHz, core every 3, link every 10).
struct TimeBase {
  int64_t ticks_Hz = 0;
  int64_t core_ticks = 0;
  int64_t dram_ticks = 0;
};
TimeBase time_base(const AcceleratorConfig& config);

int accumulator_bits(Accumulator accumulator);

// A unit that an accelerator may list, as its configuration is checked by.
struct ListedUnit {
  std::string name;
  bool is_lane = false;    // array.fp16_lanes counts the PEs that have it beside another unit
  bool has_table = false;  // needs spad_words.lut
};

}  // namespace eyeshift
