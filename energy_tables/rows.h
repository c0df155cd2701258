#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/files/yaml_map.h"

namespace eyeshift {

// Names of a table's rows with a fixed name. The other actions are operations of units, named as the first
// two parts of an action's key ("multiply.fp16.weights": multiply_fp16), and memories (SramRow).
inline constexpr char kLutQueryRow[] = "lut_8bit_query";  // optional: else a query is the read of its storage
inline constexpr char kRegisterReadRow[] = "register_bit_read";
inline constexpr char kRegisterWriteRow[] = "register_bit_write";
inline constexpr char kNocRow[] = "noc_word_16b";  // 16 bits delivered to one PE
inline constexpr char kDramRow[] = "dram_byte";    // a byte read or written
// Optional, counted by models/types/clock_control.h: without its row an action costs nothing.
inline constexpr const char* kClockAndControlRows[] = {"clock_cycle",   "control_chip", "control_active",
                                                       "control_gated", "fifo_pass",    "io_transfer"};
// Optional: memories by their place in the machine, instead of by their size; an access of a bank's port, and
// 16 bits of a scratchpad. The component `glb` is the whole buffer.
inline constexpr const char* kPlaceRows[] = {"glb_read",          "glb_write",       "spad_filter_read",
                                             "spad_filter_write", "spad_input_read", "spad_input_write",
                                             "spad_psum_read",    "spad_psum_write"};
inline constexpr const char* kPlaceComponents[] = {"glb", "spad_filter", "spad_input", "spad_psum"};
inline constexpr char kRegisterComponent[] = "register_bit";
inline constexpr char kNocComponent[] = "noc_pe";  // optional: the networks' share of one PE

// A memory's row: sram_<bytes>B_<port>b_read and _write among the actions, sram_<bytes>B_<port>b among the
// components.
struct SramRow {
  enum class Kind { read, write, component } kind;
  int64_t bytes;
  int port_bits;
};
std::optional<SramRow> parse_sram_row(const std::string& name);

// Fails, at the mapping that holds the row, where no row of `actions` or of `components` may have this name.
void check_action_row(const YamlMap& map, const std::string& name);
void check_component_row(const YamlMap& map, const std::string& name);

// Every name that a row of `actions` or `components` may have, memories apart; sorted.
const std::vector<std::string>& action_row_names();
const std::vector<std::string>& component_row_names();

}  // namespace eyeshift
