#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/types/accelerator.h"
#include "tests/models/reference/reference_operands.h"

namespace eyeshift::testing {

// What a unit does with one output and a PE's inputs, and with the complete sums of a group of inputs.
class ReferenceUnit {
 public:
  ReferenceUnit(const Layer& layer, const ReferenceOperands& operands, const AcceleratorConfig& accelerator)
      : layer_(layer),
        encoding_(layer.encoding),
        operands_(operands),
        acc_(accelerator.array.accumulator),
        RG_((layer.shape.M + encoding_.group_rows - 1) / encoding_.group_rows),
        CG_((layer.shape.K + encoding_.group_cols - 1) / encoding_.group_cols) {}
  virtual ~ReferenceUnit() = default;

  virtual int psums() const { return 1; }  // an output
  // Inputs whose sums are complete together, 0: all.
  int64_t group() const { return groups_inputs() && CG_ > 1 ? encoding_.group_cols : 0; }
  virtual float add(float a, float b) const { return acc_.add(a, b); }
  // Adds the inputs from k to k_end of a row of inputs to the partial sums [psums()] of output m.
  virtual void accumulate(const std::vector<Half>& x, int64_t m, int64_t k, int64_t k_end,
                          std::vector<float>& sums) const = 0;
  // The total after group `index`, from its complete sums and the total of those before (nullptr: none).
  virtual float finish(const std::vector<Half>&, int64_t, int64_t, const std::vector<float>& sums,
                       const float*) const {
    return sums[0];
  }
  virtual Half output(float total) const { return Half(total); }

 protected:
  virtual bool groups_inputs() const { return false; }

  const Layer& layer_;
  const Encoding& encoding_;
  const ReferenceOperands& operands_;
  const Accumulating acc_;
  const int64_t RG_, CG_;
};

// Layer and operands must outlive the unit. Throws std::logic_error for a unit without a reference.
std::unique_ptr<ReferenceUnit> reference_unit(const std::string& unit, const Layer& layer,
                                              const ReferenceOperands& operands,
                                              const AcceleratorConfig& accelerator);

}  // namespace eyeshift::testing
