#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eyeshift {

// Where an action happens: what computes, the memory or network that moves something, the chip as a whole.
enum class Place : uint8_t {
  multiply,
  add,
  shift,
  dequantize,
  lut,
  dram,
  glb_filter,
  glb_shared,
  noc_filter,
  noc_input,
  noc_psum_in,
  noc_psum_out,
  noc_local,
  spad_filter,
  spad_input,
  spad_psum,
  clock,
  control,
  fifo,
  io
};
constexpr bool is_network(Place place) { return place >= Place::noc_filter && place <= Place::noc_local; }

// What it is done with or to.
enum class ActionOperand : uint8_t { weights, scales, psums, inputs, outputs, pes, cycles, words, bytes };

// Every action that has an energy: place, operation, operand, and the unit of its count. One count is: an
// operation of a unit; an access of port_bits to the global buffer; 16 bits read, written or delivered for
// scratchpads and networks (a multicast word counts once per PE that takes it); a byte for DRAM, after
// rounding to bursts. What follows from cycles is counted by count_clock_and_control().
// clang-format off
#define EYESHIFT_ACTIONS(X) \
  X(multiply, fp16, weights, "operations") \
  X(multiply, int16, weights, "operations") \
  X(multiply, int8, weights, "operations") \
  X(multiply, fp32, scales, "operations") \
  X(multiply, fp16, scales, "operations") \
  X(add, fp16, psums, "operations") \
  X(add, fp32, psums, "operations") \
  X(add, int16, psums, "operations") \
  X(add, int32, psums, "operations") \
  X(add, fp16, inputs, "operations") \
  X(shift, fp16, scales, "operations") \
  X(dequantize, int, weights, "operations") \
  X(dequantize, int32, psums, "operations") \
  X(lut, query, psums, "operations") \
  X(lut, build_add, inputs, "operations") \
  X(lut, build_write, inputs, "operations") \
  X(dram, read, weights, "bytes") \
  X(dram, read, scales, "bytes") \
  X(dram, read, inputs, "bytes") \
  X(dram, write, outputs, "bytes") \
  X(glb_filter, write, weights, "port accesses") \
  X(glb_filter, read, weights, "port accesses") \
  X(glb_filter, write, scales, "port accesses") \
  X(glb_filter, read, scales, "port accesses") \
  X(glb_shared, write, inputs, "port accesses") \
  X(glb_shared, read, inputs, "port accesses") \
  X(glb_shared, write, psums, "port accesses") \
  X(glb_shared, read, psums, "port accesses") \
  X(glb_shared, write, outputs, "port accesses") \
  X(glb_shared, read, outputs, "port accesses") \
  X(noc_filter, deliver, weights, "16-bit words") \
  X(noc_filter, deliver, scales, "16-bit words") \
  X(noc_input, deliver, inputs, "16-bit words") \
  X(noc_psum_in, deliver, psums, "16-bit words") \
  X(noc_psum_out, deliver, psums, "16-bit words") \
  X(noc_psum_out, deliver, outputs, "16-bit words") \
  X(noc_local, deliver, psums, "16-bit words") \
  X(spad_filter, write, weights, "16-bit words") \
  X(spad_filter, read, weights, "16-bit words") \
  X(spad_filter, write, scales, "16-bit words") \
  X(spad_filter, read, scales, "16-bit words") \
  X(spad_input, write, inputs, "16-bit words") \
  X(spad_input, read, inputs, "16-bit words") \
  X(spad_psum, write, psums, "16-bit words") \
  X(spad_psum, read, psums, "16-bit words") \
  X(clock, cycle, pes, "PE cycles") \
  X(control, chip, cycles, "core cycles") \
  X(control, active, pes, "PE cycles") \
  X(control, gated, pes, "PE cycles") \
  X(fifo, pass, words, "16-bit words") \
  X(io, transfer, bytes, "bytes")
// clang-format on

enum class Action : uint8_t {
#define EYESHIFT_ACTION_ID(place, operation, operand, unit) place##_##operation##_##operand,
  EYESHIFT_ACTIONS(EYESHIFT_ACTION_ID)
#undef EYESHIFT_ACTION_ID
};

struct ActionInfo {
  Place place;
  std::string_view operation;  // "read", "fp16", ...
  ActionOperand operand;
  std::string_view key;  // of reports: "place.operation.operand"
  std::string_view row;  // of tables: "place_operation"
  std::string_view unit;
};

inline constexpr ActionInfo kActionInfo[] = {
#define EYESHIFT_ACTION_INFO(place, operation, operand, unit)                               \
  {Place::place,          #operation, ActionOperand::operand, #place "." #operation "." #operand, \
   #place "_" #operation, unit},
    EYESHIFT_ACTIONS(EYESHIFT_ACTION_INFO)
#undef EYESHIFT_ACTION_INFO
};
inline constexpr size_t kActionCount = sizeof(kActionInfo) / sizeof(kActionInfo[0]);

// How often each action happened: integers, priced only after the simulation.
struct ActionCounts {
  std::array<int64_t, kActionCount> n{};

  int64_t& operator[](Action action) { return n[static_cast<size_t>(action)]; }
  int64_t operator[](Action action) const { return n[static_cast<size_t>(action)]; }

  // *this += times * other.
  void add(const ActionCounts& other, int64_t times = 1) {
    for (size_t i = 0; i < kActionCount; ++i) n[i] += times * other.n[i];
  }
  bool operator==(const ActionCounts& other) const { return n == other.n; }
};

}  // namespace eyeshift
