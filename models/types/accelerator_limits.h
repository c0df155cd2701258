#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/types/accelerator.h"

namespace eyeshift {

// What a whole number of an accelerator may be: from min to max, in steps.
struct NumberLimits {
  int64_t min = 0;
  int64_t max = 0;
  int64_t step = 1;
};

// The same for whoever reads an accelerator, from YAML or from a report.
namespace limits {
inline constexpr NumberLimits kFrequency_Hz{1'000, 10'000'000'000}, kPes{1, 65536}, kLanes{0, 65536},
    kSpad_words{1, 65536}, kTable_words{0, 65536}, kPort_bits{8, 256, 8}, kBank_bytes{1, 16 << 20},
    kBanks{1, 4096}, kLink_bits{8, 1024, 8}, kLatency_cycles{0, 1'000'000}, kBurst_bytes{1, 65536};
}  // namespace limits

// A key whose value does not go with the others, and what is expected.
struct AcceleratorFault {
  std::string key;
  std::string expected;
};

// The first fault of a group whose numbers are each within their limits. `known`: the units there are.
std::optional<AcceleratorFault> array_fault(const AcceleratorConfig::Array& array,
                                            const std::vector<ListedUnit>& known);
std::optional<AcceleratorFault> spad_fault(const AcceleratorConfig::SpadWords& words,
                                           const AcceleratorConfig::Array& array,
                                           const std::vector<ListedUnit>& known);
std::optional<AcceleratorFault> glb_fault(const AcceleratorConfig::Glb& glb);
std::optional<AcceleratorFault> dram_fault(const AcceleratorConfig::Dram& dram);

// Whether the array lists a unit with a table.
bool has_table(const AcceleratorConfig::Array& array, const std::vector<ListedUnit>& known);

}  // namespace eyeshift
