#pragma once

#include <string>
#include <vector>

#include "sim/report/report.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// What one layer costs at each number of bits, in a file that quantizing by costs reads:
//   {"cost": "energy_pJ", "layers": {"NAME": {"2": 12.5, "3": 17.0, "4": 21.5}, ...}}

enum class BitCost { energy, time };

// The costs of runs of one network that differ in the bits of the scheme's layers only, as JSON: energy_pJ
// with the first table, or time_s, of all layers of the name (shape.count).
std::string bit_costs_json(const std::vector<RunReport>& runs, BitCost cost);

// Throws InputError where the file is none such: every cost must be a number of at least 0.
BitCosts read_bit_costs(const std::string& path);

}  // namespace eyeshift
