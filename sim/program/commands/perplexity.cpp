#include "traces/network/perplexity.h"

#include <algorithm>

#include "base/errors.h"
#include "base/files/text_table.h"
#include "base/instruction_set.h"
#include "base/progress.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "sim/network_arithmetic.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/program/quantize_arguments.h"
#include "sim/report/report_json.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/layers/quantized_layer.h"
#include "traces/network/tokens.h"
#include "traces/tensor_io/npy.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

// What the units compute with: the trace's tensors, or the network's weights in half precision.
Trace trace_of(const Arguments& arguments, const Network& network) {
  return has(arguments, "trace") ? read_trace(text(arguments, "trace")) : half_precision_trace(network);
}

// The arithmetic that --arithmetic names; the trace must outlive the network.
void set_arithmetic(const Arguments& arguments, const Trace& trace, int64_t window, Network& network) {
  const AcceleratorConfig machine = accelerator(arguments, "eyeriss-168");
  SimulateOptions options;
  options.unit = text(arguments, "arithmetic");
  options.tokens = window;
  Registry<Unit>::instance().find(options.unit, "unit");
  compute_in_units(network, trace, specialised(machine, options.unit), options, tables(arguments).front());
}

class PerplexityCommand : public Command {
 public:
  std::string summary() const override { return "perplexity of a network, or of it with a trace's weights"; }
  std::string usage() const override {
    return "perplexity --checkpoint DIR --text FILE [--trace F] [--arithmetic UNIT] [OPTIONS]";
  }
  std::string description() const override {
    return R"(The text is cut into windows that do not overlap, a last partial one is dropped, and in each
window every token but the first is predicted from those before it: perplexity = exp(mean negative
log-likelihood). Weights are as stored, arithmetic is single precision; with --trace, the weights
are those that the trace decodes to.

--arithmetic computes every linear layer as that unit of the accelerator does, bit for bit as
simulate --functional: inputs and outputs in half precision, and every product, exponent add, table
entry and sum rounded where the unit rounds it, in the order of the mapping that simulate takes for
a window's tokens. Layers that the unit does not run (lm_head) are computed in the fp16 lanes;
embeddings, norms, attention, biases and activations stay in single precision. Without --trace the
weights are rounded to half precision.

units:
)" + described_names<Unit>("unit");
  }
  std::string example() const override {
    return "  eyeshift perplexity --checkpoint opt-tiny --text evaluation\n";
  }
  po::options_description options() const override {
    po::options_description options = option_list({
        {"checkpoint", value("DIR"),
         "Hugging Face folder with config.json and safetensors, or the name opt-tiny"},
        {"trace", value("F"), "trace written by quantize from this checkpoint"},
        {"text", value("FILE"),
         "text for a network of 256 tokens, or the name evaluation; otherwise a .npy of token ids"},
        {"window", value("N"), "tokens of a window; default: 512"},
        {"windows", value("N"), "evaluate the text's first N windows only; default: all"},
        {"arithmetic", value("UNIT"), "compute as this unit does; default: single precision"},
        {"logits", value("F.npy"), "write the logits of the first window, [window, vocabulary] float32"},
    });
    add_accelerator_options(options,
                            "whose unit, accumulator and mappings --arithmetic takes: a YAML file, or one of "
                            "configs/accelerators; default: eyeriss-168");
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
    needs(arguments, "accelerator", "arithmetic");
    needs(arguments, "set", "arithmetic");
    const auto windows = static_cast<size_t>(whole_number(arguments, "windows", 1, 1 << 30, 1 << 30));
    const ReportSink sink(arguments, input_files(arguments), {{logits, "--logits"}});

    const std::unique_ptr<Network> network = load_network(std::filesystem::path(checkpoint));
    std::string scheme = "none";
    if (has(arguments, "trace")) {
      const auto trace = std::make_shared<const TraceFile>(text(arguments, "trace"));
      apply_trace(*network, trace);
      scheme = trace->description().scheme;
    }
    Tokens tokens = load_tokens(find_text(evaluation), network->vocabulary());
    tokens.resize(std::min(tokens.size(), windows * static_cast<size_t>(window)));
    const bool in_unit = has(arguments, "arithmetic");
    const std::string arithmetic = in_unit ? text(arguments, "arithmetic") : "single precision";
    const Trace in_memory = in_unit ? trace_of(arguments, *network) : Trace();
    if (in_unit) {
      scheme = in_memory.scheme;
      set_arithmetic(arguments, in_memory, window, *network);
    }
    Progress progress("evaluating", tokens.size() / static_cast<size_t>(window) * network->stages().size(),
                      "stages");
    const Perplexity result = perplexity(*network, tokens, window, threads, [&] { progress.advance(); });
    if (!logits.empty())
      write_npy(logits, {result.logits.rows(), result.logits.cols()}, result.logits.data());

    const Json json = {
        {"network", network->name()}, {"scheme", scheme},        {"arithmetic", arithmetic},
        {"text", evaluation},         {"window", window},        {"perplexity", result.perplexity},
        {"nll", result.nll},          {"tokens", result.tokens}, {"instruction_set", instruction_set()}};
    sink.write({[&] {
                  return "perplexity " + significant(result.perplexity, 7) + "  (nll " +
                         significant(result.nll, 7) + " nats a token, " + grouped(result.tokens) +
                         " tokens predicted, windows of " + std::to_string(window) + ", in " +
                         (in_unit ? "the arithmetic of " : "") + arithmetic + ")\n";
                },
                [&] { return dump(json); },
                [&] {
                  return csv_row({"network", "scheme", "arithmetic", "perplexity", "nll", "tokens"}) +
                         csv_row({network->name(), scheme, arithmetic, exact(result.perplexity),
                                  exact(result.nll), std::to_string(result.tokens)});
                }});
  }
};

const Registration<Command, PerplexityCommand> perplexity_registration("perplexity");

}  // namespace
}  // namespace eyeshift
