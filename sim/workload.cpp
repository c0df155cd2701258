#include "sim/workload.h"

#include "configs/reader/errors.h"

namespace eyeshift {

Workload workload_of(const Trace& trace) {
  Workload workload{trace.network, trace.scheme, trace.bits, {}};
  for (const Layer& layer : trace.layers) workload.layers.push_back({layer.shape, layer.encoding, &layer});
  return workload;
}

Workload workload_of(const NetworkConfig& network, const std::string& scheme,
                     const QuantizeOptions& options) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
  Workload workload{network.name, scheme, options.bits, {}};
  for (const LinearShape& shape : network.layers) {
    workload.layers.push_back({shape, quantizer.encoding(shape, options), nullptr});
    workload.bits = workload.layers.back().encoding.bits;
  }
  return workload;
}

}  // namespace eyeshift
