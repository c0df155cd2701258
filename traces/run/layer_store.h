#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "traces/format/layer.h"
#include "traces/layers/assign_bits.h"

namespace eyeshift {

// Where a quantization puts what it is done with, stage by stage, and finds what an earlier run has done.
// Stages and the layers of a stage are counted as in Network::stages().
class LayerStore {
 public:
  virtual ~LayerStore() = default;

  virtual bool holds(size_t stage) const = 0;
  virtual void keep(size_t stage, std::vector<Layer> layers) = 0;
  // Of a stage that is held: its layers without their tensors; one with them, also from several threads.
  virtual std::vector<Layer> descriptions(size_t stage) const = 0;
  virtual std::shared_ptr<const Layer> layer(size_t stage, size_t place) const = 0;

  // The same of sensitivities, without their shapes; nothing where the stage has none yet.
  virtual std::optional<std::vector<LayerSensitivity>> sensitivities(size_t stage) const = 0;
  virtual void keep_sensitivities(size_t stage, const std::vector<LayerSensitivity>& layers) = 0;
};

// Everything in memory.
class MemoryStore : public LayerStore {
 public:
  bool holds(size_t stage) const override { return stages_.count(stage) > 0; }
  void keep(size_t stage, std::vector<Layer> layers) override;
  std::vector<Layer> descriptions(size_t stage) const override;
  std::shared_ptr<const Layer> layer(size_t stage, size_t place) const override;
  std::optional<std::vector<LayerSensitivity>> sensitivities(size_t) const override { return {}; }
  void keep_sensitivities(size_t, const std::vector<LayerSensitivity>&) override {}

 private:
  std::map<size_t, std::vector<std::shared_ptr<const Layer>>> stages_;
};

// A layer's shape, encoding, errors and time.
Layer without_tensors(const Layer& layer);

}  // namespace eyeshift
