#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "energy_tables/table.h"
#include "models/types/accelerator.h"
#include "sim/equal_terms.h"
#include "sim/plan/choose_mapping.h"
#include "sim/report/report.h"
#include "sim/simulate.h"
#include "sim/workload/workload.h"
#include "traces/network/perplexity.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// One side of a comparison: a scheme's weights on a unit, in a dataflow of its own or the comparison's.
struct SchemeOnUnit {
  std::string scheme;
  std::string unit;
  std::string dataflow = {};
  int bits = 0;  // where the comparison has several widths: this side's; 0: the scheme's or the only one
};

// Reads "scheme@unit" or "scheme@unit/dataflow". Throws InputError where it has another form or a name is
// unknown.
SchemeOnUnit parse_scheme_on_unit(const std::string& text);

// The sides at every width, width by width; a scheme that has no choice of bits comes once. One width leaves
// them as they are.
std::vector<SchemeOnUnit> at_widths(const std::vector<SchemeOnUnit>& sides,
                                    const std::vector<int64_t>& widths);

struct CompareOptions {
  std::vector<SchemeOnUnit> sides;
  std::vector<int64_t> tokens = {1};
  int64_t context = 0;  // as SimulateOptions::context
  std::string dataflow = "row-stationary";
  EqualTerms equal = EqualTerms::array;  // what all machines have as the first side's
  Objective objective = Objective::energy_time;
  Search search = Search::quick;
  int parallel = 1;
};

// What sides whose weights are the same have in common: scheme and bits.
std::string workload_key(const SchemeOnUnit& side);

// A workload a scheme and width, with its accuracy where there are weights.
struct SchemeWorkload {
  Workload workload;
  std::optional<Accuracy> accuracy;
  std::map<size_t, Perplexity> in_unit = {};  // of the sides whose arithmetic was asked for, by their index
};

// What accuracy is measured with.
struct AccuracyTexts {
  std::string calibration;  // a text or a .npy of token ids
  std::string evaluation;
  int64_t window = 512;
  int64_t windows = 1 << 30;  // at most, from the text's beginning
};

// The machine of every side: the accelerator specialised for its unit. Throws InputError where the
// accelerator lacks a unit; before any long work.
std::vector<AcceleratorConfig> machines(const AcceleratorConfig& accelerator,
                                        const std::vector<SchemeOnUnit>& sides);

// Throws InputError where the unit cannot run a layer that the scheme codes, or where a layer that it leaves
// in half precision (lm_head) runs neither on the unit nor on the machine's mac-fp16 lanes.
void check_runs(const Workload& workload, const AcceleratorConfig& machine, const std::string& unit);

// A side's own arithmetic, as compute_in_units() takes it.
struct SideArithmetic {
  size_t side = 0;
  AcceleratorConfig machine;
  SimulateOptions options;  // but for their tokens
};

// Quantizes a checkpoint under one scheme and measures its perplexity, weights rounded only and in the
// arithmetic of the sides named, whose mappings `table` chooses. The trace's tensors are dropped: encodings
// stay.
SchemeWorkload quantized_workload(const std::string& checkpoint, const std::string& scheme,
                                  const QuantizeOptions& options, const AccuracyTexts& texts,
                                  const std::vector<SideArithmetic>& sides, const EnergyTable& table,
                                  int threads);

// What a side is simulated with, but for its tokens.
SimulateOptions side_options(const CompareOptions& options, const SchemeOnUnit& side);

// Simulates every side at every number of tokens: reports by tokens, then in the order of the sides.
// `workloads` has one entry a workload_key() of the sides.
std::vector<RunReport> compare(const AcceleratorConfig& accelerator, const CompareOptions& options,
                               const std::map<std::string, SchemeWorkload>& workloads,
                               const std::vector<EnergyTable>& tables);

}  // namespace eyeshift
