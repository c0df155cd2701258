#pragma once

#include <cstdint>

#include "energy_tables/table.h"

namespace eyeshift {

inline constexpr int64_t kSmallestSram_bytes = 512;  // that CACTI models
inline constexpr int kScratchpadPort_bits = 16;

// Scratchpads below this size are registers, from it on SRAMs: the table's smallest SRAM with a scratchpad's
// port, kSmallestSram_bytes where it has none.
int64_t smallest_scratchpad_sram_bytes(const EnergyTable& table);

enum class Access { read, write };

// Energy of one access of port_bits to an SRAM, picojoules; between two rows of the table, sizes and then
// widths are interpolated in log(size), log(width), log(energy). Throws InputError for a width or size
// outside the table's.
double sram_energy_pJ(const EnergyTable& table, int64_t bytes, int port_bits, Access access);
// Area and leakage of one SRAM, interpolated alike; without a source.
ComponentCost sram_cost(const EnergyTable& table, int64_t bytes, int port_bits);

// Energy of one access of 16 bits to a PE's scratchpad of that many 16-bit words, picojoules.
double scratchpad_energy_pJ(const EnergyTable& table, int64_t words, Access access);
// Area and leakage of one scratchpad; without a source.
ComponentCost scratchpad_cost(const EnergyTable& table, int64_t words);
// Of what holds the table of the lut unit, of that many words: a scratchpad, but a table that prices a query
// by itself states the area of what answers it, too.
ComponentCost lut_table_cost(const EnergyTable& table, int64_t words);

// A row by name. Throws InputError that names row and table.
const ActionPrice& action_row(const EnergyTable& table, const std::string& name);
const ComponentCost& component_row(const EnergyTable& table, const std::string& name);

}  // namespace eyeshift
