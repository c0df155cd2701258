#include "sim/choose_mapping.h"

#include <limits>

#include "configs/reader/errors.h"
#include "energy_tables/pricing.h"
#include "models/spec/clock_control.h"

namespace eyeshift {

MappingEstimate choose_mapping(const Dataflow& dataflow, const LayerShape& shape, const Encoding& encoding,
                               int64_t tokens, const AcceleratorConfig& accelerator, const std::string& unit,
                               const EnergyTable& table, Objective objective) {
  const std::vector<MappingEstimate> candidates =
      dataflow.mappings(shape, encoding, tokens, accelerator, unit);
  if (candidates.empty())
    throw InternalError("layer " + shape.name + ": the dataflow offers no mapping and no reason");

  ActionCounts any;
  for (const MappingEstimate& candidate : candidates) any.add(candidate.actions);
  const Prices prices = prices_of(table, accelerator, any);
  const double leakage = leakage_mW(table, accelerator);

  // Control of PEs at work is left out: all mappings do the same work.
  const auto counts_of = [&](const MappingEstimate& candidate) {
    ActionCounts counts = candidate.actions;
    count_clock_and_control(accelerator, candidate.cycles, 0, 0, counts);
    return counts;
  };
  const MappingEstimate* best = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const MappingEstimate& candidate : candidates) {
    const double time_s =
        static_cast<double>(candidate.cycles) / static_cast<double>(accelerator.clocks.core_Hz);
    const double energy = energy_of(counts_of(candidate), prices, leakage, time_s).total;
    const double cost = objective == Objective::energy ? energy
                        : objective == Objective::time ? time_s
                                                       : energy * time_s;
    if (best == nullptr || cost < least) {
      best = &candidate;
      least = cost;
    }
  }
  return *best;
}

}  // namespace eyeshift
