#include "sim/plan/choose_mapping.h"

#include <limits>
#include <optional>

#include "base/errors.h"
#include "energy_tables/pricing.h"
#include "models/pe/listed_units.h"
#include "models/types/clock_control.h"

namespace eyeshift {

namespace {

// Prices candidates and keeps the best, the first of equals.
class Choice {
 public:
  Choice(const AcceleratorConfig& accelerator, const EnergyTable& table, Objective objective)
      : accelerator_(accelerator),
        table_(table),
        objective_(objective),
        leakage_(leakage_mW(table, accelerator, placed_units(accelerator))) {}

  void consider(const MappingEstimate& candidate) {
    price_actions(candidate.actions);
    // Control of PEs at work is left out: all mappings do the same work.
    ActionCounts counts = candidate.actions;
    count_clock_and_control(accelerator_, candidate.cycles, 0, 0, counts);
    const double time_s =
        static_cast<double>(candidate.cycles) / static_cast<double>(accelerator_.clocks.core_Hz);
    const double energy = energy_of(counts, prices_, leakage_, time_s).total;
    const double cost = objective_ == Objective::energy ? energy
                        : objective_ == Objective::time ? time_s
                                                        : energy * time_s;
    if (best_ && cost >= least_) return;
    best_ = candidate;
    least_ = cost;
  }

  const std::optional<MappingEstimate>& best() const { return best_; }

 private:
  // Looks up the prices of all actions that candidates have had, where there is a new one.
  void price_actions(const ActionCounts& actions) {
    bool known = best_.has_value();
    for (size_t i = 0; i < kActionCount; ++i) {
      known = known && (actions.n[i] == 0 || any_.n[i] != 0);
      any_.n[i] |= actions.n[i];
    }
    if (!known) prices_ = prices_of(table_, accelerator_, any_);
  }

  const AcceleratorConfig& accelerator_;
  const EnergyTable& table_;
  const Objective objective_;
  const double leakage_;
  ActionCounts any_;
  Prices prices_;
  std::optional<MappingEstimate> best_;
  double least_ = std::numeric_limits<double>::infinity();
};

}  // namespace

MappingEstimate choose_mapping(const Dataflow& dataflow, const LayerShape& shape, const Encoding& encoding,
                               int64_t tokens, const AcceleratorConfig& accelerator, const std::string& unit,
                               const EnergyTable& table, Objective objective, Search search) {
  Choice choice(accelerator, table, objective);
  if (search == Search::all)
    dataflow.for_all_mappings(shape, encoding, tokens, accelerator, unit,
                              [&](const MappingEstimate& candidate) { choice.consider(candidate); });
  else
    for (const MappingEstimate& candidate : dataflow.mappings(shape, encoding, tokens, accelerator, unit))
      choice.consider(candidate);
  if (!choice.best())
    throw InternalError("layer " + shape.name + ": the dataflow offers no mapping and no reason");
  return *choice.best();
}

}  // namespace eyeshift
