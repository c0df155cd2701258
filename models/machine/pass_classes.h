#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "models/machine/layer_plan.h"
#include "models/units/pass_work.h"

namespace eyeshift {

// Sorts a schedule's passes into classes: those of a class need the same transfers and work.
class PassClasses {
 public:
  explicit PassClasses(const LayerPlan& plan);

  static constexpr int32_t kNoPass = -1;  // before the first, behind the last
  int32_t of(int64_t pass);
  const PassWork& work(int32_t pass_class) const { return works_[static_cast<size_t>(pass_class)]; }
  const Pass& example(int32_t pass_class) const { return examples_[static_cast<size_t>(pass_class)]; }

 private:
  int32_t find(const Pass& pass);

  const LayerPlan& plan_;
  const int64_t passes_;
  const bool by_place_;  // passes of a run may differ
  PassCursor cursor_;
  std::vector<int32_t> of_run_;
  std::unordered_map<std::string, int32_t> classes_;
  std::vector<PassWork> works_;
  std::vector<Pass> examples_;
};

}  // namespace eyeshift
