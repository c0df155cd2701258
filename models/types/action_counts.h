#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eyeshift {

// Every action that has an energy: identifier, report key "component.action.operand", and the unit of its
// count. One count is: an operation of a unit; an access of port_bits to the global buffer; 16 bits read,
// written or delivered for scratchpads and networks (a multicast word counts once per PE that takes it); a
// byte for DRAM, after rounding to bursts. What follows from cycles is counted by count_clock_and_control().
#define EYESHIFT_ACTIONS(X)                                                       \
  X(multiply_fp16_weights, "multiply.fp16.weights", "operations")                 \
  X(multiply_int16_weights, "multiply.int16.weights", "operations")               \
  X(multiply_int8_weights, "multiply.int8.weights", "operations")                 \
  X(multiply_fp32_scales, "multiply.fp32.scales", "operations")                   \
  X(multiply_fp16_scales, "multiply.fp16.scales", "operations")                   \
  X(add_fp16_psums, "add.fp16.psums", "operations")                               \
  X(add_fp32_psums, "add.fp32.psums", "operations")                               \
  X(add_int16_psums, "add.int16.psums", "operations")                             \
  X(add_int32_psums, "add.int32.psums", "operations")                             \
  X(add_fp16_inputs, "add.fp16.inputs", "operations")                             \
  X(shift_fp16_scales, "shift.fp16.scales", "operations")                         \
  X(dequantize_int_weights, "dequantize.int.weights", "operations")               \
  X(dequantize_int32_psums, "dequantize.int32.psums", "operations")               \
  X(lut_query_psums, "lut.query.psums", "operations")                             \
  X(lut_build_add_inputs, "lut.build_add.inputs", "operations")                   \
  X(lut_build_write_inputs, "lut.build_write.inputs", "operations")               \
  X(dram_read_weights, "dram.read.weights", "bytes")                              \
  X(dram_read_scales, "dram.read.scales", "bytes")                                \
  X(dram_read_inputs, "dram.read.inputs", "bytes")                                \
  X(dram_write_outputs, "dram.write.outputs", "bytes")                            \
  X(glb_filter_write_weights, "glb_filter.write.weights", "port accesses")        \
  X(glb_filter_read_weights, "glb_filter.read.weights", "port accesses")          \
  X(glb_filter_write_scales, "glb_filter.write.scales", "port accesses")          \
  X(glb_filter_read_scales, "glb_filter.read.scales", "port accesses")            \
  X(glb_shared_write_inputs, "glb_shared.write.inputs", "port accesses")          \
  X(glb_shared_read_inputs, "glb_shared.read.inputs", "port accesses")            \
  X(glb_shared_write_psums, "glb_shared.write.psums", "port accesses")            \
  X(glb_shared_read_psums, "glb_shared.read.psums", "port accesses")              \
  X(glb_shared_write_outputs, "glb_shared.write.outputs", "port accesses")        \
  X(glb_shared_read_outputs, "glb_shared.read.outputs", "port accesses")          \
  X(noc_filter_deliver_weights, "noc_filter.deliver.weights", "16-bit words")     \
  X(noc_filter_deliver_scales, "noc_filter.deliver.scales", "16-bit words")       \
  X(noc_input_deliver_inputs, "noc_input.deliver.inputs", "16-bit words")         \
  X(noc_psum_in_deliver_psums, "noc_psum_in.deliver.psums", "16-bit words")       \
  X(noc_psum_out_deliver_psums, "noc_psum_out.deliver.psums", "16-bit words")     \
  X(noc_psum_out_deliver_outputs, "noc_psum_out.deliver.outputs", "16-bit words") \
  X(noc_local_deliver_psums, "noc_local.deliver.psums", "16-bit words")           \
  X(spad_filter_write_weights, "spad_filter.write.weights", "16-bit words")       \
  X(spad_filter_read_weights, "spad_filter.read.weights", "16-bit words")         \
  X(spad_filter_write_scales, "spad_filter.write.scales", "16-bit words")         \
  X(spad_filter_read_scales, "spad_filter.read.scales", "16-bit words")           \
  X(spad_input_write_inputs, "spad_input.write.inputs", "16-bit words")           \
  X(spad_input_read_inputs, "spad_input.read.inputs", "16-bit words")             \
  X(spad_psum_write_psums, "spad_psum.write.psums", "16-bit words")               \
  X(spad_psum_read_psums, "spad_psum.read.psums", "16-bit words")                 \
  X(clock_cycle_pes, "clock.cycle.pes", "PE cycles")                              \
  X(control_chip_cycles, "control.chip.cycles", "core cycles")                    \
  X(control_active_pes, "control.active.pes", "PE cycles")                        \
  X(control_gated_pes, "control.gated.pes", "PE cycles")                          \
  X(fifo_pass_words, "fifo.pass.words", "16-bit words")                           \
  X(io_transfer_bytes, "io.transfer.bytes", "bytes")

enum class Action : uint8_t {
#define EYESHIFT_ACTION_ID(id, key, unit) id,
  EYESHIFT_ACTIONS(EYESHIFT_ACTION_ID)
#undef EYESHIFT_ACTION_ID
};

struct ActionInfo {
  std::string_view key;
  std::string_view unit;
};

inline constexpr ActionInfo kActionInfo[] = {
#define EYESHIFT_ACTION_INFO(id, key, unit) {key, unit},
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
