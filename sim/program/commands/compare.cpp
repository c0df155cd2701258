#include "sim/compare.h"

#include <algorithm>

#include "base/errors.h"
#include "dataflows/dataflow.h"
#include "models/pe/unit.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/program/level_argument.h"
#include "sim/program/quantize_arguments.h"
#include "sim/report/report_json.h"
#include "sim/report/report_text.h"
#include "sim/workload/attention_layers.h"
#include "sim/workload/token_work.h"
#include "traces/network/tokens.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

std::vector<SchemeOnUnit> sides_of(const Arguments& arguments) {
  std::vector<SchemeOnUnit> sides;
  for (const std::string& word : words(arguments, "schemes")) {
    const SchemeOnUnit side = parse_scheme_on_unit(word);
    for (const SchemeOnUnit& other : sides)
      if (other.scheme == side.scheme && other.unit == side.unit && other.dataflow == side.dataflow)
        throw InputError("--schemes: " + word + " is given twice");
    sides.push_back(side);
  }
  return sides;
}

// --bits, for the schemes that have a choice; where none has, it may be left out.
std::vector<int64_t> widths_of(const Arguments& arguments, const std::vector<SchemeOnUnit>& sides) {
  const auto& quantizers = Registry<Quantizer>::instance();
  const bool needed = std::any_of(sides.begin(), sides.end(), [&](const SchemeOnUnit& side) {
    return !quantizers.find(side.scheme, "scheme").fixed_bits();
  });
  if (needed && !has(arguments, "bits")) text(arguments, "bits");  // says that it is missing
  return whole_numbers(arguments, "bits", 1, 16, QuantizeOptions().bits);
}

QuantizeOptions options_of(const SchemeOnUnit& side, int64_t only_width) {
  QuantizeOptions options;
  options.bits = side.bits > 0 ? side.bits : static_cast<int>(only_width);
  return options;
}

EqualTerms equal_terms(const Arguments& arguments) {
  const std::string terms = choice(arguments, "equal", {"array", "area", "throughput"}, "array");
  return terms == "area"         ? EqualTerms::area
         : terms == "throughput" ? EqualTerms::throughput
                                 : EqualTerms::array;
}

class Compare : public Command {
 public:
  std::string summary() const override { return "several schemes, each on its arithmetic, side by side"; }
  std::string usage() const override {
    return "compare --accelerator A.yaml (--checkpoint DIR | --network N.yaml) --schemes S@U,... "
           "[--bits B,...] [OPTIONS]";
  }
  std::string description() const override {
    return R"(For each SCHEME@UNIT: the checkpoint is quantized and its perplexity measured (with --network
there are no weights and no perplexity); the accelerator gets that unit in every PE, beside the
mac-fp16 lanes that its configuration states, so that area counts only what the scheme needs; and
every layer is simulated. Perplexity is that of the rounded weights, computed in single precision;
--arithmetic adds that of every side's own arithmetic. The output head, lm_head, and OPT-350M's
project_in and project_out, of a checkpoint or a network, stay in half precision and run on the
mac-fp16 lanes. --bits goes to every scheme that has a choice, one width after the
other where it names several; the others keep theirs ()" +
           schemes_without_bits() + ").\n\nunits:\n" + described_names<Unit>("unit") + "\nschemes:\n" +
           described_schemes();
  }
  std::string example() const override {
    return "  eyeshift compare --accelerator eyeriss-168 --checkpoint opt-tiny \\\n"
           "    --schemes fp16@mac-fp16,gptq@dequant-mac,shiftaddllm-block@shift-add --bits 3 --tokens 1,128 "
           "\\\n"
           "    --output compare.json\n";
  }

  po::options_description options() const override {
    po::options_description options;
    add_accelerator_options(options, "the machine: a YAML file, or one of configs/accelerators");
    options.add(option_list({
        {"checkpoint", value("DIR"),
         "Hugging Face folder with config.json and safetensors, or the name opt-tiny; excludes --network"},
        {"network", value("N.yaml"),
         "shapes of layers without weights: a YAML file, or one of configs/networks"},
        {"schemes", value("S@U,..."),
         "what to compare, separated by commas; S@U/DATAFLOW runs one in a dataflow of its own"},
        {"bits", value("B,..."),
         "bits a weight; several widths are compared one after the other; schemes of one width need none "
         "and come once"},
        {"tokens", value("N,..."),
         "tokens that pass a layer together: 1 is decoding, more is prefill; several values are compared "
         "one after the other; default: 1"},
        {"context", value("N"),
         "positions that a token attends, the new ones included: adds attention, its KV cache, softmax "
         "and norms; default: the linear layers alone"},
        {"text", value("FILE"),
         "perplexity is measured on this text, or .npy of token ids; default: "
         "evaluation, which comes with the program"},
        {"calibration", value("FILE"),
         "schemes are calibrated on this text, or .npy of token ids; default: "
         "calibration, which comes with the program"},
        {"window", value("N"), "tokens of a perplexity window; default: 512"},
        {"windows", value("N"), "measure perplexity on the text's first N windows only; default: all"},
        {"arithmetic", flag(),
         "measure perplexity in every side's own arithmetic, too, as perplexity --arithmetic does"},
        {"dataflow", value("D"), "how layers are spread over the array; default: row-stationary"},
        {"equal", value("array|area|throughput"),
         "give the other sides as many columns of PEs as make their array equal to the first side's in "
         "area or in throughput (products a cycle); adds a table with the energy-delay product; default: "
         "array, the configuration's for all"},
    }));
    add_objective_option(options);
    add_table_option(options);
    add_jobs_option(options);
    add_report_options(options);
    add_level_option(options);
    return options;
  }

  void run(const po::variables_map& arguments) const override {
    exclude(arguments, "checkpoint", "network");
    if (!has(arguments, "checkpoint") && !has(arguments, "network"))
      throw InputError("give --checkpoint or --network; see --help");
    for (const char* option : {"text", "calibration", "window", "windows"})
      needs(arguments, option, "checkpoint");
    if (is_set(arguments, "arithmetic") && !has(arguments, "checkpoint"))
      throw InputError("--arithmetic needs the weights of a --checkpoint");

    const AcceleratorConfig machine = accelerator(arguments);
    CompareOptions options;
    options.sides = sides_of(arguments);
    const std::vector<int64_t> widths = widths_of(arguments, options.sides);
    options.sides = at_widths(options.sides, widths);
    options.tokens = whole_numbers(arguments, "tokens", 1, 1 << 20, 1);
    if (has(arguments, "context")) {
      options.context = whole_number(arguments, "context", 1, 1 << 20);
      check_context(options.context, *std::max_element(options.tokens.begin(), options.tokens.end()));
    }
    options.dataflow = text_or(arguments, "dataflow", options.dataflow);
    Registry<Dataflow>::instance().find(options.dataflow, "dataflow");
    options.objective = objective(arguments);
    options.equal = equal_terms(arguments);
    options.search = search(arguments);
    options.parallel = jobs(arguments);
    const std::vector<EnergyTable> with = tables(arguments);
    const CsvLevel level = csv_level(arguments);
    const ReportSink sink(arguments, input_files(arguments));

    const std::vector<AcceleratorConfig> machine_of = machines(machine, options.sides);
    check_sides(options.sides, machine_of, widths.front());
    if (options.context > 0) std::for_each(machine_of.begin(), machine_of.end(), check_token_lanes);
    const auto workloads = workloads_of(arguments, options, widths.front(), machine_of, with.front());
    const std::vector<RunReport> runs = compare(machine, options, workloads, with);
    const bool equal = options.equal != EqualTerms::array;
    sink.write({[&] { return comparison_text(runs) + (equal ? equal_terms_text(options.equal, runs) : ""); },
                [&] { return dump(comparison_json(runs)); }, [&] { return runs_csv(runs, level); }});
  }

 private:
  // What can be known of a scheme on a unit before its layers are.
  static void check_sides(const std::vector<SchemeOnUnit>& sides,
                          const std::vector<AcceleratorConfig>& machine_of, int64_t only_width) {
    const NetworkConfig any{"any", {{"any", 256, 256, 1}}};
    for (size_t i = 0; i < sides.size(); ++i)
      check_runs(workload_of(any, sides[i].scheme, options_of(sides[i], only_width)), machine_of[i],
                 sides[i].unit);
  }

  // The sides of a workload whose arithmetic --arithmetic asks for.
  static std::vector<SideArithmetic> arithmetics_of(const Arguments& arguments, const CompareOptions& options,
                                                    const std::string& key,
                                                    const std::vector<AcceleratorConfig>& machine_of) {
    std::vector<SideArithmetic> arithmetics;
    if (!is_set(arguments, "arithmetic")) return arithmetics;
    for (size_t i = 0; i < options.sides.size(); ++i)
      if (workload_key(options.sides[i]) == key)
        arithmetics.push_back({i, machine_of[i], side_options(options, options.sides[i])});
    return arithmetics;
  }

  static std::map<std::string, SchemeWorkload> workloads_of(const Arguments& arguments,
                                                            const CompareOptions& options, int64_t only_width,
                                                            const std::vector<AcceleratorConfig>& machine_of,
                                                            const EnergyTable& table) {
    std::map<std::string, SchemeWorkload> workloads;
    AccuracyTexts texts;
    if (has(arguments, "checkpoint")) {
      texts.calibration = file_or_own_text(arguments, "calibration", kCalibrationText);
      texts.evaluation = file_or_own_text(arguments, "text", kEvaluationText);
      texts.window = whole_number(arguments, "window", 2, 1 << 20, texts.window);
      texts.windows = whole_number(arguments, "windows", 1, 1 << 30, texts.windows);
    }
    for (const SchemeOnUnit& side : options.sides) {
      const std::string key = workload_key(side);
      if (workloads.count(key) != 0) continue;
      const QuantizeOptions quantize = options_of(side, only_width);
      workloads[key] =
          has(arguments, "checkpoint")
              ? quantized_workload(text(arguments, "checkpoint"), side.scheme, quantize, texts,
                                   arithmetics_of(arguments, options, key, machine_of), table,
                                   options.parallel)
              : SchemeWorkload{workload_of(load_network(text(arguments, "network")), side.scheme, quantize),
                               {}};
    }
    return workloads;
  }
};

const Registration<Command, Compare> compare_registration("compare");

}  // namespace
}  // namespace eyeshift
