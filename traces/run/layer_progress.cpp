#include "traces/run/layer_progress.h"

#include "base/files/text_table.h"

namespace eyeshift {
namespace {

// How long a layer takes, in a unit of its own: by its weights, thrice where three widths are tried.
double work(const LayerShape& shape, bool is_sensitivity) {
  return static_cast<double>(shape.K) * static_cast<double>(shape.M) * (is_sensitivity ? 3 : 1);
}

size_t steps(const Network& network, const Quantizer& quantizer) {
  const size_t layers = network.layers().size();
  return quantizer.assigns_bits() ? 2 * layers - 1 : layers;
}

double work(const Network& network, const Quantizer& quantizer) {
  double sum = 0;
  for (size_t i = 0; i < network.layers().size(); ++i) {
    const LayerShape& shape = network.layers()[i].shape;
    sum += work(shape, false);
    if (quantizer.assigns_bits() && i + 1 < network.layers().size()) sum += work(shape, true);
  }
  return sum;
}

}  // namespace

LayerProgress::LayerProgress(const std::string& title, const Network& network, const Quantizer& quantizer)
    : progress_(title, steps(network, quantizer), "layers", work(network, quantizer)) {}

void LayerProgress::operator()(const QuantizeStep& step) {
  const std::string done =
      step.is_sensitivity ? " measured" : " output error " + significant(step.rel_out, 3);
  progress_.advance_by(work(step.shape, step.is_sensitivity), step.shape.name + done, step.is_kept);
}

}  // namespace eyeshift
