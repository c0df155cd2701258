#pragma once

#include <cstdint>
#include <vector>

#include "models/types/schedule.h"
#include "tests/models/reference/reference_arithmetic.h"
#include "traces/format/layer.h"

namespace eyeshift::testing {

// A layer's stored weights and its inputs as a schedule's PEs take them. An output pixel of a convolution is
// a product of K weights and inputs, whose order the tiles decide: tile of channels by tile of channels, PE
// set by PE set, filter row by filter row, and within a row pixel by pixel all channels of the set. A linear
// layer keeps its own order. Shares no code with models/ but the fields of Pass.
class ReferenceOperands {
 public:
  // Inputs [tokens, K] or [images, C, H, H], half-precision bits. Throws std::logic_error where the passes
  // disagree about the order. Layer must outlive this.
  ReferenceOperands(const Layer& layer, const std::vector<uint16_t>& inputs, const Schedule& schedule);

  // Inputs of an output, with the channels that padding adds.
  int64_t K() const { return K_; }
  // Outputs of one of the layer's M: tokens, or images times output pixels.
  int64_t tokens() const { return tokens_; }
  // The largest magnitude of all inputs.
  float largest_input() const { return largest_; }

  // The inputs of output m of a token, with zeros up to a multiple of 8.
  const std::vector<Half>& row(int64_t token, int64_t m) const;
  Half weight(int64_t m, int64_t k) const;
  unsigned code(int64_t m, int64_t k) const;
  // The sign that a plane gives an input. Padding is positive, but for what pads the K of a linear layer to a
  // multiple of 8, which is stored.
  bool positive(int plane, int64_t m, int64_t k) const;

 private:
  void order_windows(const Schedule& schedule);
  void gather_windows(const std::vector<uint16_t>& inputs, int64_t images);

  const Layer& layer_;
  const int64_t groups_;
  int64_t K_, tokens_;
  float largest_ = 0;
  std::vector<int64_t> order_;           // convolutions: the layer's k, or -1
  std::vector<std::vector<Half>> rows_;  // [groups, tokens]
};

}  // namespace eyeshift::testing
