#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/pe/unit.h"

namespace eyeshift {

// The order in which a pass's deliveries leave the filter network in flits of at most `width` bits: weights a
// flit for each PE in turn, so that scratchpads which have room for a part of the next pass's weights all get
// that part while the pass before still works; then what else there is, one delivery after the other.
class FlitOrder {
 public:
  FlitOrder() = default;
  FlitOrder(std::vector<FilterDelivery> deliveries, int32_t width);

  bool done() const { return at_ == deliveries_.size(); }
  bool empty() const { return deliveries_.empty(); }
  // The delivery that the next flit is of, its offset in it and its bits.
  const FilterDelivery& delivery() const { return deliveries_[at_]; }
  int32_t offset() const { return round_ * width_; }
  int32_t bits() const;
  void next();

  size_t at() const { return at_; }  // which of the pass's deliveries it is
  size_t deliveries() const { return deliveries_.size(); }
  template <typename Archive>
  void visit(Archive& archive) {
    auto at = static_cast<uint32_t>(at_);
    archive.value(at);
    archive.value(round_);
    at_ = at;
  }

 private:
  int32_t left(size_t delivery) const { return deliveries_[delivery].bits - offset(); }

  std::vector<FilterDelivery> deliveries_;
  size_t weights_ = 0;     // deliveries of weights, which come first
  int32_t most_bits_ = 0;  // of one of them
  int32_t width_ = 1;
  size_t at_ = 0;
  int32_t round_ = 0;  // flits that the delivery has had
};

}  // namespace eyeshift
