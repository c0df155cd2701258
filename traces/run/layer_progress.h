#pragma once

#include <cstddef>
#include <string>

#include "base/progress.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {

// The progress of a quantization on standard error: the layer that was done last, its output error and the
// time left, which goes by the weights of the layers of this run, not by their number.
class LayerProgress {
 public:
  // title: what is being done.
  LayerProgress(const std::string& title, const Network& network, const Quantizer& quantizer);

  void operator()(const QuantizeStep& step);

 private:
  Progress progress_;
};

}  // namespace eyeshift
