#pragma once

#include <cstdint>
#include <vector>

#include "models/passes/layer_geometry.h"
#include "models/types/memory_image.h"
#include "traces/format/layer.h"

namespace eyeshift {

// A layer's tensors and inputs as DRAM holds them for a schedule: every pass's operands in the order in which
// the pass reads them, the arrangement that is made once, before the run. Collects the outputs.
class LayerImage : public MemoryImage {
 public:
  // Half-precision bits: inputs [tokens, K], or of a convolution [images, C, H, H]. All arguments must
  // outlive the image.
  LayerImage(const LayerGeometry& geometry, const Layer& layer, const std::vector<uint16_t>& inputs,
             int64_t tokens);

  // [tokens, K] or [images, C, H, H], as the unit takes them and DRAM holds them.
  std::vector<uint16_t> coded_inputs() const;

  int product_shift() const override { return product_shift_; }
  BitString weights(const Pass& pass) override;
  BitString scales(const Pass& pass) override;
  BitString inputs(const Pass& pass) override;
  void store_outputs(const Pass& pass, const BitString& outputs) override;

  // The scale of a token's int8 inputs; 1 for other inputs.
  float token_scale(int64_t token) const {
    return token_scales_.empty() ? 1.0f : token_scales_[static_cast<size_t>(token)];
  }
  // From the 16 bits in which an output leaves the array to half precision.
  uint16_t output_half(uint16_t bits) const;

  // [tokens, M] or [images, M, E, E], half-precision bits.
  const std::vector<uint16_t>& outputs() const { return outputs_; }

 private:
  void append_weights(const Pass& pass, const FilterDelivery& delivery, BitString& out) const;
  void append_codes(const Pass& pass, int row, int64_t u, int64_t m, BitString& out) const;
  void append_keys(const Pass& pass, int row, int64_t u, int64_t m, BitString& out) const;
  void append_weight(int64_t k, int64_t m, BitString& out) const;
  void append_terms(const Pass& pass, const FilterDelivery& delivery, BitString& out) const;
  void append_row_values(const Pass& pass, const FilterDelivery& delivery, BitString& out) const;
  void append_scale(float scale, BitString& out) const;
  // Input u of a PE's window as an input of the layer, in its row of a chain: k of a linear layer; of a
  // convolution the weight's k, -1 for a channel that padding adds.
  int64_t k_of(const Pass& pass, int row, int64_t u) const;
  uint16_t input(int64_t token, int64_t k) const;
  uint16_t pixel(int64_t image, int64_t channel, int64_t y, int64_t x) const;
  uint16_t coded_input(uint16_t half, int64_t token) const;
  void append_line(const Pass& pass, int64_t token, int line, int chunk, BitString& out) const;

  const LayerGeometry& geometry_;
  const Layer& layer_;
  const std::vector<uint16_t>& inputs_;
  const int granule_;
  std::vector<float> token_scales_;  // of int8 inputs
  int input_exponent_ = 0;           // of fixed-point inputs: one for the layer
  int product_shift_ = 0;
  std::vector<uint16_t> outputs_;
};

}  // namespace eyeshift
