#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "models/types/accelerator.h"
#include "models/types/mapping.h"
#include "models/types/schedule.h"
#include "traces/format/layer.h"

namespace eyeshift {

// How many mappings a search tries: those with the largest tiles, or all that differ.
enum class Search { quick, all };

// A way to spread a layer over the array. Stateless; registers itself with Registration<Dataflow, ...>.
class Dataflow {
 public:
  virtual ~Dataflow() = default;

  // One line for --help.
  virtual std::string_view summary() const = 0;

  // The mappings worth considering, each valid, with their expected counts; in a fixed order. Throws
  // InputError where none is valid, naming the nearest limit and the size that would do.
  virtual std::vector<MappingEstimate> mappings(const LayerShape& shape, const Encoding& encoding,
                                                int64_t tokens, const AcceleratorConfig& accelerator,
                                                const std::string& unit) const = 0;

  // Hands over all valid mappings that differ, one by one, in a fixed order. Throws as mappings() does.
  virtual void for_all_mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                const AcceleratorConfig& accelerator, const std::string& unit,
                                const std::function<void(const MappingEstimate&)>& take) const {
    for (const MappingEstimate& estimate : mappings(shape, encoding, tokens, accelerator, unit))
      take(estimate);
  }

  // Throws InputError where the mapping breaks a limit: which one, how much is asked for, how much there is.
  virtual void check(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                     const AcceleratorConfig& accelerator, const std::string& unit,
                     const Mapping& mapping) const = 0;

  // What a valid mapping is expected to count and roughly how long it will take: its actions exactly, its
  // cycles as the sum over passes of the resource that is busy longest, without ramps and stalls but the wait
  // for inputs that cannot be loaded ahead.
  virtual MappingEstimate estimate(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                   const AcceleratorConfig& accelerator, const std::string& unit,
                                   const Mapping& mapping) const = 0;

  // The passes of a valid mapping.
  virtual Schedule schedule(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                            const AcceleratorConfig& accelerator, const std::string& unit,
                            const Mapping& mapping) const = 0;
};

}  // namespace eyeshift
