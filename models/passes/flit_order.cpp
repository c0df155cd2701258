#include "models/passes/flit_order.h"

#include <algorithm>
#include <utility>

namespace eyeshift {

FlitOrder::FlitOrder(std::vector<FilterDelivery> deliveries, int32_t width)
    : deliveries_(std::move(deliveries)), width_(width) {
  while (weights_ < deliveries_.size() && deliveries_[weights_].content == Content::weights)
    most_bits_ = std::max(most_bits_, deliveries_[weights_++].bits);
}

int32_t FlitOrder::bits() const { return std::min(width_, left(at_)); }

void FlitOrder::next() {
  if (at_ >= weights_) {
    ++round_;
    if (left(at_) > 0) return;
    round_ = 0;
    ++at_;
    return;
  }
  do {
    if (++at_ < weights_) continue;
    ++round_;
    at_ = 0;
    if (offset() < most_bits_) continue;
    round_ = 0;
    at_ = weights_;
    return;
  } while (left(at_) <= 0);
}

}  // namespace eyeshift
