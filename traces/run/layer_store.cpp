#include "traces/run/layer_store.h"

#include <utility>

namespace eyeshift {

void MemoryStore::keep(size_t stage, std::vector<Layer> layers) {
  for (Layer& layer : layers) stages_[stage].push_back(std::make_shared<const Layer>(std::move(layer)));
}

std::vector<Layer> MemoryStore::descriptions(size_t stage) const {
  std::vector<Layer> layers;
  for (const auto& layer : stages_.at(stage)) layers.push_back(without_tensors(*layer));
  return layers;
}

std::shared_ptr<const Layer> MemoryStore::layer(size_t stage, size_t place) const {
  return stages_.at(stage).at(place);
}

Layer without_tensors(const Layer& layer) {
  Layer bare;
  bare.shape = layer.shape;
  bare.encoding = layer.encoding;
  bare.tokens = layer.tokens;
  bare.rel_out = layer.rel_out;
  bare.rel_out_test = layer.rel_out_test;
  bare.w_err = layer.w_err;
  bare.time_s = layer.time_s;
  return bare;
}

}  // namespace eyeshift
