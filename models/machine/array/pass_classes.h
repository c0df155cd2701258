#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/machine/array/pass_programs.h"
#include "models/machine/wires/layer_plan.h"
#include "models/passes/pass_work.h"

namespace eyeshift {

// Sorts a schedule's passes into classes: those of a class need the same transfers and work. Classes of a
// kind differ only in which PEs share a delivery of the filter network, so that it matters to nobody before
// that network has come to the pass, and afterwards to the state of the PEs alone.
class PassClasses {
 public:
  explicit PassClasses(const LayerPlan& plan);

  static constexpr int32_t kNoPass = -1;  // before the first, behind the last
  int32_t of(int64_t pass);
  int32_t kind_of(int64_t pass) {
    const int32_t pass_class = of(pass);
    return pass_class == kNoPass ? kNoPass : classes_[static_cast<size_t>(pass_class)].kind;
  }
  // How many passes of the schedule are of each class.
  std::vector<int64_t> passes_by_class();
  const PassWork& work(int32_t pass_class) const { return classes_[static_cast<size_t>(pass_class)].work; }
  const Pass& example(int32_t pass_class) const { return classes_[static_cast<size_t>(pass_class)].example; }
  const std::shared_ptr<const PassPrograms>& programs(int32_t pass_class) const {
    return classes_[static_cast<size_t>(pass_class)].programs;
  }

 private:
  struct PassClass {
    PassWork work;
    Pass example;
    std::string outline;  // all but where groups of scales begin and end
    std::shared_ptr<const PassPrograms> programs;
    int32_t kind = 0;  // the first class of the kind
  };

  int32_t find(const Pass& pass);
  PassClass make_class(const Pass& pass, std::string outline);
  int64_t tile_distance() const;

  const LayerPlan& plan_;
  const int64_t passes_;
  const bool by_place_;        // passes of a run may differ
  const int64_t tile_stride_;  // words between tiles of partial sums
  PassCursor cursor_;
  std::vector<int32_t> of_run_;  // of its first pass, of the others
  std::unordered_map<std::string, int32_t> index_;
  PassWorks estimator_;
  std::vector<PassClass> classes_;
};

}  // namespace eyeshift
