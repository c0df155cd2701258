#include "sim/simulate.h"

#include "base/errors.h"
#include "base/files/atomic_file.h"
#include "base/nearest.h"
#include "configs/loaders/mapping_reader.h"
#include "models/pe/unit.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/program/level_argument.h"
#include "sim/program/look_arguments.h"
#include "sim/program/quantize_arguments.h"
#include "sim/report/bit_costs.h"
#include "sim/report/report_json.h"
#include "sim/report/report_text.h"
#include "sim/values/functional.h"
#include "sim/workload/workload.h"
#include "traces/format/trace_file.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

constexpr int64_t kMostTokens = 1 << 20;

class Simulate : public Command {
 public:
  std::string summary() const override { return "replay a network on the machine, cycle by cycle"; }
  std::string usage() const override {
    return "simulate --accelerator A.yaml (--trace F | --network N.yaml --scheme S --bits B) [OPTIONS]";
  }
  std::string description() const override {
    return R"(Every layer goes through the cycle-level model of the accelerator: cycles, what bounds them, and
every action are counted, then priced. The weights' encoding comes from a trace, or, without
weights, from what a scheme gives each layer's shape; layers named lm_head, project_in and project_out
stay in half precision, as quantize leaves a checkpoint's. A layer's row is of one layer; 'count' says
how many there are, and the totals count them all. Layers that are exactly alike are simulated
once.

With --context every token also attends: q K^T and a V on the accelerator's mac-fp16, each head's KV cache read
from DRAM as weights are, softmax and norms as elementwise work in the same lanes.

With --functional values flow too: the true outputs of every layer, rounded as the units round. Zeros are counted, not
stated: for the run-length code of feature maps and the energy of gated PEs.

A layer's run can be looked at: --waveform for signal by signal, --timeline for what was busy when, in
Perfetto or chrome://tracing. Whatever is looked at is evaluated cycle by cycle and not fast-forwarded.

units:
)" + described_names<Unit>("unit") +
           "\ndataflows:\n" + described_names<Dataflow>("dataflow") + "\nschemes:\n" + described_schemes();
  }
  std::string example() const override {
    return "  eyeshift simulate --accelerator eyeriss-168 --network opt-125m --scheme gptq --bits 3 \\\n"
           "    --unit dequant-mac --tokens 1 --output opt-125m.json\n";
  }

  po::options_description options() const override {
    po::options_description options;
    add_accelerator_options(options, "the machine: a YAML file, or one of configs/accelerators");
    options.add(option_list({
        {"trace", value("F"), "a trace written by quantize; excludes --network"},
        {"network", value("N.yaml"),
         "shapes of layers: a YAML file, or one of configs/networks; needs --scheme"},
        {"scheme", value("S"), "how --network's weights are coded"},
        {"bits", value("B"), "bits a weight, of --scheme; " + schemes_without_bits() + " need none"},
        {"tokens", value("N"),
         "tokens of a sequence that pass a layer together: 1 is decoding, more is prefill; default: 1; "
         "with --functional all that there are"},
        {"batch", value("N"), "sequences at once: every layer sees N times --tokens; default: 1"},
        {"context", value("N"),
         "positions that a token attends, the new ones included: adds attention, its KV cache, softmax "
         "and norms; default: the linear layers alone"},
        {"dataflow", value("D"), "how layers are spread over the array; default: row-stationary"},
        {"unit", value("U"),
         "what PEs compute with; default: of the accelerator's units, the first that runs a layer"},
        {"only", values("LAYER"),
         "simulate this layer and no other; * and ? stand for any characters, as in 'layers.0.*'; may be "
         "given several times; the report names the layers left out"},
        {"mapping", value("M.yaml"),
         "mappings by layer: a YAML file, or one of configs/mappings; other layers' are searched, see "
         "--objective"},
        {"functional", flag(), "also compute values; needs --trace and --outputs"},
        {"activations", value("X.npy"),
         "inputs of every layer, [K, tokens]; default: the sample in the trace"},
        {"outputs", value("Y.safetensors"), "of --functional: a tensor LAYER.y, F16 [tokens, M], a layer"},
        {"bit-costs", value("F.json"),
         "also at 2, 3 and 4 bits: writes what each width of each layer costs, for quantize --bit-costs"},
        {"bit-cost", value("energy|time"), "what --bit-costs writes, by the first table; default: energy"},
        {"no-fast-forward", flag(), "evaluate every cycle of every pass: the same results, later"},
    }));
    add_objective_option(options);
    add_look_options(options);
    add_table_option(options);
    add_jobs_option(options);
    add_report_options(options);
    add_level_option(options);
    return options;
  }

  void run(const po::variables_map& arguments) const override {
    check_combinations(arguments);
    SimulateTask task;
    task.accelerator = accelerator(arguments);
    task.options.dataflow = text_or(arguments, "dataflow", task.options.dataflow);
    Registry<Dataflow>::instance().find(task.options.dataflow, "dataflow");
    task.options.objective = objective(arguments);
    task.options.search = search(arguments);
    task.options.fast_forward = !is_set(arguments, "no-fast-forward");
    if (has(arguments, "unit")) task.options.unit = text(arguments, "unit");
    task.options.tokens = whole_number(arguments, "tokens", 1, kMostTokens, 1);
    task.options.batch = whole_number(arguments, "batch", 1, kMostTokens / task.options.tokens, 1);
    if (has(arguments, "context")) task.options.context = whole_number(arguments, "context", 1, kMostTokens);
    if (has(arguments, "mapping")) task.options.mappings = load_mappings(text(arguments, "mapping"));
    task.options.only = texts(arguments, "only");
    const std::vector<EnergyTable> with = tables(arguments);
    const int parallel = jobs(arguments);
    const std::string outputs = text_or(arguments, "outputs", "");
    const std::string bit_costs = text_or(arguments, "bit-costs", "");
    const BitCost cost = choice(arguments, "bit-cost", {"energy", "time"}, "energy") == "time"
                             ? BitCost::time
                             : BitCost::energy;
    read_look(arguments, task);
    const CsvLevel level = csv_level(arguments);
    const ReportSink sink(arguments, input_files(arguments),
                          {{outputs, "--outputs"},
                           {bit_costs, "--bit-costs"},
                           {task.options.look.waveform, "--waveform"},
                           {task.options.look.timeline, "--timeline"}});

    Trace trace;
    if (has(arguments, "trace")) {
      trace = read_trace(text(arguments, "trace"));
      task.workload = workload_of(trace);
    } else {
      const std::string scheme = text(arguments, "scheme");
      QuantizeOptions options;
      options.bits = scheme_bits(arguments, scheme);
      task.workload = workload_of(load_network(text(arguments, "network")), scheme, options);
    }

    std::vector<RunReport> runs;
    if (has(arguments, "bit-costs")) {
      runs = simulate(at_each_width(task), with, parallel);
      write_file_atomically(bit_costs, bit_costs_json(runs, cost));
    } else if (is_set(arguments, "functional")) {
      FunctionalRun functional;
      functional.inputs = functional_inputs(trace, text_or(arguments, "activations", ""),
                                            has(arguments, "tokens") ? task.options.tokens : 0);
      task.options.tokens = token_count(trace, functional.inputs);
      runs = simulate({task}, with, parallel, &functional);
      write_outputs(outputs, trace, functional.outputs);
    } else {
      runs = simulate({task}, with, parallel);
    }
    sink.write({[&] { return run_text(runs.front()); }, [&] { return dump(to_json(runs.front())); },
                [&] { return runs_csv(runs, level); }});
  }

 private:
  // The task with the scheme's layers at 2, 3 and 4 bits.
  static std::vector<SimulateTask> at_each_width(const SimulateTask& task) {
    std::vector<SimulateTask> tasks;
    for (const int bits : {2, 3, 4}) {
      tasks.push_back(task);
      tasks.back().workload.bits = bits;
      for (WorkItem& item : tasks.back().workload.layers) {
        Encoding& encoding = item.encoding;
        if (encoding.scheme != task.workload.scheme) continue;
        if (encoding.coding != Coding::binary && encoding.coding != Coding::uniform)
          throw InputError("--bit-costs: scheme '" + encoding.scheme + "' has no choice of bits");
        if (encoding.zero_bits > 0) encoding.zero_bits = bits;
        encoding.bits = bits;
      }
    }
    return tasks;
  }

  static void check_combinations(const po::variables_map& arguments) {
    exclude(arguments, "trace", "network");
    if (!has(arguments, "trace") && !has(arguments, "network"))
      throw InputError("give --trace, or --network with --scheme and --bits; see --help");
    if (has(arguments, "trace") && has(arguments, "context"))
      throw InputError(
          "--context needs the network's heads, which a trace does not state: give --network, or "
          "the checkpoint to `eyeshift compare --checkpoint`");
    needs(arguments, "scheme", "network");
    needs(arguments, "bit-cost", "bit-costs");
    if (is_set(arguments, "functional")) exclude(arguments, "bit-costs", "outputs");
    needs(arguments, "bits", "network");
    exclude(arguments, "bit-costs", "only");
    check_look(arguments);
    const bool functional = is_set(arguments, "functional");
    if (!functional && (has(arguments, "activations") || has(arguments, "outputs")))
      throw InputError("--activations and --outputs have a meaning only with --functional");
    if (functional && !has(arguments, "trace")) throw InputError("--functional needs weights: give --trace");
    if (functional && !has(arguments, "outputs"))
      throw InputError("--functional needs --outputs for what it computes");
    if (functional && has(arguments, "batch"))
      throw InputError("--batch and --functional exclude each other: --tokens says how many inputs to take");
  }
};

const Registration<Command, Simulate> simulate_registration("simulate");

}  // namespace
}  // namespace eyeshift
