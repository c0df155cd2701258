#include "base/errors.h"
#include "base/nearest.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/published/estimate/estimate_report.h"
#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

WeightBits weight_bits(const Arguments& arguments, const std::string& scheme) {
  if (scheme == "fp16") return {static_cast<int>(whole_number(arguments, "bits", 16, 16, 16)), false};
  if (text(arguments, "bits") == name_of(kMixedBits)) return kMixedBits;
  return {static_cast<int>(whole_number(arguments, "bits", 1, 8)), false};
}

class Estimate : public Command {
 public:
  std::string summary() const override {
    return "energy and latency of a network by the estimator released with ShiftAddLLM";
  }
  std::string usage() const override { return "estimate --network N --scheme S --bits B [OPTIONS]"; }
  std::string description() const override {
    return R"(Adds up equations on loop bounds, as the estimator that was released with ShiftAddLLM does; nothing is
simulated. It counts the linear layers, biases and gated products, not attention, KV cache, norms,
softmax and embeddings. Its energies are its authors' (docs/estimator.md); 'eyeshift audit' shows
where it and the machine part, 'eyeshift reproduce' the published tables that it makes.)";
  }
  std::string example() const override {
    return "  eyeshift estimate --network opt-66b --scheme shiftaddllm --bits 3 --output estimate.json\n";
  }
  po::options_description options() const override {
    po::options_description options = option_list({
        {"network", value("N.yaml"), "shapes of the network's layers: a YAML file, or a name"},
        {"scheme", value("S"), "one of " + join_names(estimated_schemes())},
        {"bits", value("B"),
         "bits of a weight, 1 to 8, or 2.2: two, but three in the projections of queries and "
         "keys; 16 with fp16"},
        {"tokens", value("N"), "tokens at once; default: 1"},
    });
    add_report_options(options);
    return options;
  }
  std::vector<std::string> names_for(const std::string& option) const override {
    return option == "scheme" ? estimated_schemes() : std::vector<std::string>();
  }

  void run(const po::variables_map& arguments) const override {
    const std::string scheme = choice(arguments, "scheme", estimated_schemes(), text(arguments, "scheme"));
    const WeightBits bits = weight_bits(arguments, scheme);
    const int64_t tokens = whole_number(arguments, "tokens", 1, 1 << 20, 1);
    const NetworkConfig network = load_network(text(arguments, "network"));
    const ReportSink sink(arguments, input_files(arguments));
    const NetworkEstimate estimate = Estimator().estimate(network, scheme, bits, tokens);
    sink.write({[&] { return estimate_text(estimate); }, [&] { return dump(estimate_json(estimate)); },
                [&] { return estimate_csv(estimate); }});
  }
};

const Registration<Command, Estimate> estimate_registration("estimate");

}  // namespace
}  // namespace eyeshift
