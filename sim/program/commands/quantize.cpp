#include <cmath>
#include <filesystem>
#include <iostream>

#include "base/errors.h"
#include "base/files/atomic_file.h"
#include "base/files/output_file.h"
#include "base/files/sha256.h"
#include "base/instruction_set.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/program/quantize_arguments.h"
#include "sim/report/report_json.h"
#include "sim/report/table.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/network/tokens.h"
#include "traces/run/layer_progress.h"
#include "traces/run/partial_trace.h"
#include "traces/run/quantize_matrix.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

Table layers_of(const Trace& trace) {
  using L = const Layer&;
  const Columns<Layer> columns = {
      {"name", [](L l) { return l.shape.name; }, "layer"},
      {"K", [](L l) { return l.shape.K; }},
      {"M", [](L l) { return l.shape.M; }},
      {"scheme", [](L l) { return l.encoding.scheme; }},
      {"bits", [](L l) { return int64_t{l.encoding.bits}; }},
      {"bits_per_weight", [](L l) { return bits_per_weight(l.shape, l.encoding); }, "bits/weight"},
      {"rel_out", [](L l) { return l.rel_out; }, "output error"},
      {"rel_out_test", [](L l) { return l.rel_out_test; }, "on test inputs"},
      {"w_err", [](L l) { return l.w_err; }, "weight error"},
      {"time_s", [](L l) { return l.time_s; }, "time s", 3},
  };
  return table_of(columns, trace.layers);
}

Json report_json(const Trace& trace) {
  return {{"network", trace.network},
          {"scheme", trace.scheme},
          {"bits", trace.bits},
          {"calibration", trace.calibration},
          {"instruction_set", instruction_set()},
          {"layers", layers_of(trace).json()}};
}

void note(const std::string& message) { std::cerr << "eyeshift quantize: " << message << "\n"; }

// Everything that the trace's bytes depend on; reads all of the checkpoint.
nlohmann::json identity_of(const QuantizeJob& job, const Network& network, const std::string& folder) {
  Sha256 checkpoint;
  checkpoint.add(sha256_of_file(std::filesystem::path(folder) / "config.json"));
  for (const auto& file : Checkpoint(folder).files())
    checkpoint.add(file.filename().string() + sha256_of_file(file));
  return identity(job, network.name(), checkpoint.hex());
}

// Quantizes into OUTPUT.partial, where an earlier run may have begun, and writes the output from there.
Trace quantize_in_parts(Network& network, const QuantizeJob& job, const std::string& folder,
                        const std::string& output, bool restart, const QuantizeProgress& progress,
                        int threads) {
  const auto partial = std::make_shared<PartialTrace>(output, identity_of(job, network, folder), restart,
                                                      [](const std::string& message) { note(message); });
  if (partial->layers() > 0)
    note(std::to_string(partial->layers()) + " of " + std::to_string(network.layers().size()) +
         " layers are finished, by an earlier run, in '" + partial->folder().string() + "'");
  try {
    const Trace trace = quantize_network(network, job, partial, progress, threads);
    partial->finish(trace);
    return trace;
  } catch (const InputError&) {
    partial->discard();
    throw;
  }
}

// Quantizes and writes the output; the trace that is returned lacks the layers' tensors.
Trace quantize_checkpoint(const Arguments& arguments, const std::string& scheme,
                          const QuantizeOptions& options, const std::string& output, int threads) {
  const std::string name = text_or(arguments, "calibration", kCalibrationText);
  const std::string calibration = file_or_own_text(arguments, "calibration", kCalibrationText);
  const std::string folder = find_checkpoint(text(arguments, "checkpoint"));
  const std::unique_ptr<Network> network = load_network(std::filesystem::path(folder));
  const QuantizeJob job{scheme, options, load_tokens(calibration, network->vocabulary()), name};
  LayerProgress bar("quantizing", *network, Registry<Quantizer>::instance().find(scheme, "scheme"));
  const auto progress = [&](const QuantizeStep& step) { bar(step); };
  if (!is_special(output))
    return quantize_in_parts(*network, job, folder, output, is_set(arguments, "restart"), progress, threads);
  const Trace trace = quantize_network(*network, scheme, options, job.calibration, name, progress, threads);
  write_trace(output, trace);
  return trace;
}

Trace quantize_one(const Arguments& arguments, const std::string& scheme, const QuantizeOptions& options,
                   const std::string& output) {
  std::optional<std::filesystem::path> test;
  if (has(arguments, "test-activations")) test = text(arguments, "test-activations");
  const Trace trace =
      quantize_matrix(text(arguments, "weights"), text(arguments, "activations"), test, scheme, options);
  write_trace(output, trace);
  return trace;
}

class Quantize : public Command {
 public:
  std::string summary() const override { return "quantize a network, or one matrix, into a trace"; }
  std::string usage() const override {
    return "quantize (--checkpoint DIR | --weights W.npy --activations X.npy) --scheme S --bits B --output F "
           "[OPTIONS]";
  }
  std::string description() const override {
    return R"(Every linear layer of the checkpoint is quantized in the order in which it runs, on inputs that the
layers quantized before it produce; the output head stays in half precision, and so do OPT-350M's
project_in and project_out.
The trace is a safetensors file: codes, scales and planes exactly as an accelerator would store
them. Errors: output error |WX - WqX|^2 / |WX|^2 on the calibration inputs (rel_out) and on
--test-activations (rel_out_test), weight error |W - Wq|^2 (w_err).

Layers of a checkpoint are kept in the folder F.partial as they are finished, and joined into F at the
end. After a kill the same command goes on from there and writes the same bytes; what else F.partial
holds is refused, or thrown away with --restart.

schemes, with the options that each reads:
)" + described_schemes();
  }
  std::string example() const override {
    return "  eyeshift quantize --checkpoint opt-tiny --scheme gptq --bits 3 \\\n"
           "    --output gptq3.safetensors --report gptq3.json\n";
  }

  po::options_description options() const override {
    po::options_description options = option_list({
        {"checkpoint", value("DIR"),
         "Hugging Face folder with config.json and safetensors, or the name opt-tiny"},
        {"weights", value("W.npy"), "one matrix [M outputs, K inputs] instead of a checkpoint"},
        {"activations", value("X.npy"), "its calibration inputs [K, tokens]"},
        {"test-activations", value("T.npy"), "further inputs [K, tokens], to measure rel_out_test on"},
        {"calibration", value("TEXT|T.npy"),
         "text, or .npy of token ids, that --checkpoint is calibrated on; default: "
         "calibration, which comes with the program"},
        {"scheme", value("S"), "how weights are coded, see above"},
        {"bits", value("B"), "bits a weight (or planes); " + schemes_without_bits() + " need none"},
    });
    add_quantize_options(options);
    options.add(option_list({
        {"output", value("F"), "the trace, a safetensors file"},
        {"report", value("R.json"), "errors and sizes of every layer; CSV where the name ends in .csv"},
        {"restart", flag(), "throw away what an interrupted run has finished in F.partial"},
        {"format", value("table|json|csv"), "of the same report on standard output; default: table"},
    }));
    add_force_option(options);
    add_jobs_option(options);
    return options;
  }

  void run(const po::variables_map& arguments) const override {
    exclude(arguments, "checkpoint", "weights");
    if (!has(arguments, "checkpoint") && !has(arguments, "weights"))
      throw InputError("give --checkpoint, or --weights with --activations; see --help");
    needs(arguments, "activations", "weights");
    needs(arguments, "test-activations", "weights");
    needs(arguments, "calibration", "checkpoint");
    if (is_set(arguments, "restart")) needs(arguments, "restart", "checkpoint");
    const std::string scheme = text(arguments, "scheme");
    QuantizeOptions options = quantize_options(arguments, scheme);
    const int threads = jobs(arguments);
    options.threads = threads;
    const std::string output = text(arguments, "output");
    const std::string report = text_or(arguments, "report", "");
    const std::string format = choice(arguments, "format", {"table", "json", "csv"}, "table");
    std::vector<InputPath> inputs = input_files(arguments);
    if (has(arguments, "bit-costs")) inputs.push_back({text(arguments, "bit-costs"), "--bit-costs"});
    check_outputs({{output, "--output"}, {report, "--report"}}, inputs, is_set(arguments, "force"));

    const Trace trace = has(arguments, "weights")
                            ? quantize_one(arguments, scheme, options, output)
                            : quantize_checkpoint(arguments, scheme, options, output, threads);
    const bool csv_file = std::filesystem::path(report).extension() == ".csv";
    if (!report.empty())
      write_file_atomically(report, csv_file ? layers_of(trace).csv() : dump(report_json(trace)));
    print(format == "json"  ? dump(report_json(trace))
          : format == "csv" ? layers_of(trace).csv()
                            : layers_of(trace).text());
  }
};

const Registration<Command, Quantize> quantize_registration("quantize");

}  // namespace
}  // namespace eyeshift
