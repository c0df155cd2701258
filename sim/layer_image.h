#pragma once

#include <cstdint>
#include <vector>

#include "models/spec/memory_image.h"
#include "models/units/layer_geometry.h"
#include "traces/format/layer.h"

namespace eyeshift {

// A layer's tensors and inputs as DRAM holds them for a schedule: every pass's operands in the order in which
// the pass reads them, the arrangement that is made once, before the run. Collects the outputs.
class LayerImage : public MemoryImage {
 public:
  // inputs [tokens, K], half-precision bits. All arguments must outlive the image.
  LayerImage(const LayerGeometry& geometry, const Layer& layer, const std::vector<uint16_t>& inputs,
             int64_t tokens);

  BitString weights(const Pass& pass) override;
  BitString scales(const Pass& pass) override;
  BitString inputs(const Pass& pass) override;
  void store_outputs(const Pass& pass, const BitString& outputs) override;

  // [tokens, M], half-precision bits.
  const std::vector<uint16_t>& outputs() const { return outputs_; }

 private:
  void append_weights(const Pass& pass, const FilterDelivery& delivery, BitString& out) const;
  void append_keys(int64_t k, int64_t m, BitString& out) const;
  void append_weight(int64_t k, int64_t m, BitString& out) const;
  void append_terms(const Pass& pass, const FilterDelivery& delivery, BitString& out) const;
  void append_row_values(const Pass& pass, const FilterDelivery& delivery, BitString& out) const;
  void append_scale(float scale, BitString& out) const;
  uint16_t input(int64_t token, int64_t k) const;

  const LayerGeometry& geometry_;
  const Layer& layer_;
  const std::vector<uint16_t>& inputs_;
  const int granule_;
  std::vector<float> token_scales_;  // of int8 inputs
  std::vector<uint16_t> outputs_;
};

}  // namespace eyeshift
