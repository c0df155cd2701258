#include "sim/published/estimate/estimator.h"
#include "sim/published/reproduce/published_networks.h"
#include "sim/published/reproduce/reproduction.h"

namespace eyeshift {
namespace {

constexpr int kBits = 3;
constexpr char kScheme[] = "shiftaddllm";

double saving_percent(Estimator& estimator, const NetworkConfig& network) {
  const auto energy = [&](const std::string& scheme, const WeightBits& bits) {
    return sums(estimator.estimate(network, scheme, bits, 1)).total_pJ();
  };
  return 100 * (1 - energy(kScheme, {kBits}) / energy("fp16", {}));
}

// Energy of one layer without its bias.
double layer_mJ(Estimator& estimator, const LayerShape& shape, const std::string& scheme, int bits) {
  double pJ = 0;
  for (const Operation& operation : layer_operations(shape, scheme, bits, 1))
    pJ += sum(estimator.estimate(operation).energy_pJ);
  return pJ / kMillijoule_pJ;
}

const LayerShape& layer_of(const NetworkConfig& network, const std::string& name) {
  for (const LayerShape& shape : network.layers)
    if (shape.name == name) return shape;
  throw InternalError("network '" + network.name + "' has no layer " + name);
}

// The energies and savings that the paper's text and Figure 8 print.
class Figure8 : public Reproduction {
 public:
  std::string summary() const override {
    return "energy saved by ShiftAddLLM at 3 bits, as its text and Figure 8 say";
  }

  std::vector<Reproduced> run(int) const override {
    Estimator estimator;
    const PublishedNetwork opt = published_network("opt-66b"), llama = published_network("llama-2-70b");
    const LayerShape fc1 = layer_of(opt.network, "fc1");
    const double opt_saving = saving_percent(estimator, opt.network);
    const double llama_saving = saving_percent(estimator, llama.network);
    const double small_saving = saving_percent(estimator, load_network("llama-2-7b"));
    return {
        {"opt-66b fc1", "fp16", layer_mJ(estimator, fc1, "fp16", 16), "", "", true},
        {"opt-66b fc1", "shiftaddllm 3", layer_mJ(estimator, fc1, kScheme, kBits), "", "", true},
        {"opt-66b", "saving", opt_saving, "", "", true},
        {"llama-2-70b", "saving", llama_saving, "", llama.note, true},
        {"llama-2-70b", "saving", small_saving, "as llama-2-7b",
         "Table 13's cells of llama-2-7b give the printed saving, those of llama-2-70b do not", false},
        {"opt-66b", "saving in the figure", opt_saving, "", "the text says 87.2 %", true},
        {"llama-2-70b", "saving in the figure", llama_saving, "", "the text says 86.0 %", true},
    };
  }
};

const Registration<Reproduction, Figure8> shiftaddllm_figure8_registration("shiftaddllm-figure8");

}  // namespace
}  // namespace eyeshift
