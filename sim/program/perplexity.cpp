#include "traces/network/perplexity.h"

#include "configs/reader/errors.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/report_json.h"
#include "sim/text_table.h"
#include "traces/format/trace_file.h"
#include "traces/network/family.h"
#include "traces/network/quantized_layer.h"
#include "traces/network/tokens.h"
#include "traces/tensor_io/npy.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

class PerplexityCommand : public Command {
 public:
  std::string summary() const override { return "perplexity of a network, or of it with a trace's weights"; }
  std::string usage() const override {
    return "perplexity --checkpoint DIR --text FILE [--trace F] [OPTIONS]";
  }
  std::string description() const override {
    return R"(The text is cut into windows that do not overlap, a last partial one is dropped, and in each
window every token but the first is predicted from those before it: perplexity = exp(mean negative
log-likelihood). Weights are as stored, arithmetic is single precision; with --trace, the weights
are those that the trace decodes to.)";
  }
  std::string example() const override {
    return "  eyeshift perplexity --checkpoint traces/checkpoints/opt-tiny --text "
           "traces/text/evaluation.txt\n";
  }
  po::options_description options() const override {
    po::options_description options;
    options.add_options()("checkpoint", value("DIR"), "Hugging Face folder with config.json and safetensors")(
        "trace", value("F"), "trace written by quantize from this checkpoint")(
        "text", value("FILE"), "bytes for a network of 256 tokens, otherwise a .npy of token ids")(
        "window", value("N"), "tokens of a window; default: 512")(
        "logits", value("F.npy"), "write the logits of the first window, [window, vocabulary] float32");
    add_jobs_option(options);
    add_report_options(options);
    return options;
  }

  void run(const po::variables_map& arguments) const override {
    const std::string checkpoint = text(arguments, "checkpoint");
    const std::string evaluation = text(arguments, "text");
    const int64_t window = whole_number(arguments, "window", 2, 1 << 20, 512);
    const int threads = jobs(arguments);
    const std::string logits = text_or(arguments, "logits", "");
    const ReportSink sink(arguments, input_files(arguments), {logits});

    const std::unique_ptr<Network> network = load_network(std::filesystem::path(checkpoint));
    std::string scheme = "none";
    if (has(arguments, "trace")) {
      const auto trace = std::make_shared<const TraceFile>(text(arguments, "trace"));
      apply_trace(*network, trace);
      scheme = trace->description().scheme;
    }
    const Perplexity result =
        perplexity(*network, load_tokens(evaluation, network->vocabulary()), window, threads);
    if (!logits.empty())
      write_npy(logits, {result.logits.rows(), result.logits.cols()}, result.logits.data());

    const Json json = {
        {"network", network->name()},      {"scheme", scheme},  {"text", evaluation},     {"window", window},
        {"perplexity", result.perplexity}, {"nll", result.nll}, {"tokens", result.tokens}};
    sink.write({[&] {
                  return "perplexity " + significant(result.perplexity, 7) + "  (nll " +
                         significant(result.nll, 7) + " nats a token, " + grouped(result.tokens) +
                         " tokens predicted, windows of " + std::to_string(window) + ")\n";
                },
                [&] { return dump(json); },
                [&] {
                  return csv_row({"network", "scheme", "perplexity", "nll", "tokens"}) +
                         csv_row({network->name(), scheme, exact(result.perplexity), exact(result.nll),
                                  std::to_string(result.tokens)});
                }});
  }
};

const Registration<Command, PerplexityCommand> registration("perplexity");

}  // namespace
}  // namespace eyeshift
