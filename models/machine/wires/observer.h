#pragma once

#include <cstddef>
#include <cstdint>

namespace eyeshift {

enum class Domain : uint8_t { core, dram };

// Where something moves at most once a cycle: the DRAM link by what it carries, the networks; and the array,
// where PEs work.
enum class Port : uint8_t {
  dram_read_weights,
  dram_read_scales,
  dram_read_inputs,
  dram_write_outputs,
  filter_noc,
  input_noc,
  psum_in_noc,
  psum_out_noc,
  array
};
inline constexpr size_t kPorts = 9;
inline constexpr const char* kPortNames[kPorts] = {
    "dram_read_weights",  "dram_read_scales", "dram_read_inputs",
    "dram_write_outputs", "filter_noc",       "input_noc",
    "psum_in_noc",        "psum_out_noc",     "array"};
constexpr Domain domain_of(Port port) {
  return port <= Port::dram_write_outputs ? Domain::dram : Domain::core;
}

// Looks at a machine from outside.
class Observer {
 public:
  virtual ~Observer() = default;
  // Something moves through the port during the cycle of `ticks` that begins at `tick`. Of the array: at
  // least one PE is in a step or moves a partial sum.
  virtual void moved(Port port, int64_t tick, int64_t ticks) = 0;
};

}  // namespace eyeshift
