#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "models/types/accelerator.h"
#include "models/types/mapping.h"
#include "traces/format/layer.h"

namespace eyeshift::testing {

// A unit and a kind of weights that it runs: everything but sizes and accelerator.
struct UnitCase {
  std::string name;
  std::string unit;
  Encoding (*encoding)(int64_t K, int64_t M);
  DequantMode dequant = DequantMode::per_group;
  int lut_words = 256;
};
inline void PrintTo(const UnitCase& unit_case, std::ostream* out) { *out << unit_case.name; }

// Every unit on every layout of scales that it runs.
const std::vector<UnitCase>& unit_cases();

// 2 x 2 and 3 x 4 PEs with narrow and odd networks, 12 x 14 as in configs/accelerators/eyeriss-168.yaml, for
// mac-int16 eyeriss-v1.yaml: all with the case's unit alone, beside the mac-fp16 lanes.
std::vector<AcceleratorConfig> accelerators_for(const UnitCase& unit_case, Accumulator accumulator);

const Dataflow& row_stationary();

// Up to `listed` mappings from first to last of those that the dataflow proposes, and `random` ones that it
// accepts but need not propose: tiles that divide nothing, fewer rows and columns than there are. None where
// the dataflow refuses the layer.
std::vector<Mapping> sample_mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                     const AcceleratorConfig& accelerator, const std::string& unit,
                                     size_t listed, size_t random,
                                     const Dataflow& dataflow = row_stationary());

// What random_inputs() takes as the largest of integers for this unit.
int largest_integer(const std::string& unit);

std::string to_string(const Mapping& mapping);

}  // namespace eyeshift::testing
