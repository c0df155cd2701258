#include <cmath>

#include "base/errors.h"
#include "base/progress.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/program/quantize_arguments.h"
#include "sim/report/report_json.h"
#include "sim/report/table.h"
#include "traces/decoders/family.h"
#include "traces/network/tokens.h"
#include "traces/run/layer_sensitivity.h"
#include "traces/run/rank_correlation.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

using Layers = std::vector<MeasuredSensitivity>;

// How well a criterion ranks the layers as their errors at one width do.
struct Agreement {
  std::string_view criterion;
  int bits = 0;
  double with_output_error = 0, with_weight_error = 0;  // Kendall's tau-b
};

std::vector<Agreement> agreements(const Layers& layers) {
  std::vector<Agreement> all;
  for (size_t c = 0; c < candidate_criteria().size(); ++c) {
    for (size_t width = 0; width < layers.front().errors.size(); ++width) {
      std::vector<double> criterion, output, weight;
      for (const MeasuredSensitivity& layer : layers) {
        criterion.push_back(layer.criteria[c]);
        output.push_back(layer.errors[width].output);
        weight.push_back(layer.errors[width].weight);
      }
      all.push_back({candidate_criteria()[c].name, layers.front().errors[width].bits,
                     kendall_tau(criterion, output), kendall_tau(criterion, weight)});
    }
  }
  return all;
}

Columns<Agreement> agreement_columns() {
  using A = const Agreement&;
  return {
      {"criterion", [](A a) { return std::string(a.criterion); }, "Kendall's tau of"},
      {"bits", [](A a) { return int64_t{a.bits}; }},
      {"tau_output_error", [](A a) { return a.with_output_error; }, "with output error", 3},
      {"tau_weight_error", [](A a) { return a.with_weight_error; }, "with weight error", 3},
  };
}

Columns<MeasuredSensitivity> shape_columns() {
  using L = const MeasuredSensitivity&;
  return {
      {"name", [](L l) { return l.shape.name; }, "layer"},
      {"K", [](L l) { return l.shape.K; }},
      {"M", [](L l) { return l.shape.M; }},
  };
}

Columns<MeasuredSensitivity> criteria_columns() {
  Columns<MeasuredSensitivity> columns;
  for (size_t c = 0; c < candidate_criteria().size(); ++c)
    columns.push_back({std::string(candidate_criteria()[c].name),
                       [c](const MeasuredSensitivity& layer) { return layer.criteria[c]; }});
  return columns;
}

Columns<WidthErrors> error_columns() {
  using E = const WidthErrors&;
  return {
      {"bits", [](E e) { return int64_t{e.bits}; }},
      {"weight_error", [](E e) { return e.weight; }},
      {"relative_weight_error", [](E e) { return e.relative_weight; }},
      {"output_error", [](E e) { return e.output; }},
      {"relative_output_error", [](E e) { return e.relative_output; }},
  };
}

Json report_json(const std::string& network, const std::string& scheme, const std::string& calibration,
                 const Layers& layers) {
  Json json = {
      {"network", network}, {"scheme", scheme}, {"calibration", calibration}, {"layers", Json::array()}};
  for (const MeasuredSensitivity& layer : layers) {
    Json entry = json_of(shape_columns(), layer);
    entry["criteria"] = json_of(criteria_columns(), layer);
    entry["errors"] = table_of(error_columns(), layer.errors).json();
    json["layers"].push_back(std::move(entry));
  }
  json["agreement"] = table_of(agreement_columns(), agreements(layers)).json();
  return json;
}

// A row a layer and width.
std::string report_csv(const Layers& layers) {
  struct LayerAtWidth {
    const MeasuredSensitivity& layer;
    const WidthErrors& errors;
  };
  const auto layer_of = [](const LayerAtWidth& row) -> const MeasuredSensitivity& { return row.layer; };
  Columns<LayerAtWidth> columns;
  columns.append(shape_columns(), layer_of);
  columns.append(criteria_columns(), layer_of);
  columns.append(error_columns(), [](const LayerAtWidth& row) -> const WidthErrors& { return row.errors; });
  Table table(columns.headings());
  for (const MeasuredSensitivity& layer : layers)
    for (const WidthErrors& errors : layer.errors) table.add(columns.cells({layer, errors}));
  return table.csv();
}

// A row a layer: the first criterion, and an error a width.
std::string report_text(const Layers& layers) {
  Columns<MeasuredSensitivity> columns = {shape_columns().front(), criteria_columns().front()};
  for (size_t width = 0; width < layers.front().errors.size(); ++width)
    columns.push_back({"output error, " + std::to_string(layers.front().errors[width].bits) + " bits",
                       [width](const MeasuredSensitivity& l) { return l.errors[width].relative_output; }});
  return table_of(columns, layers).text() + "\n" + table_of(agreement_columns(), agreements(layers)).text();
}

class Sensitivity : public Command {
 public:
  std::string summary() const override {
    return "how much each layer suffers at each width, and what tells it";
  }
  std::string usage() const override {
    return "sensitivity --checkpoint DIR [--scheme S] [--bits 2,3,4] [OPTIONS]";
  }
  std::string description() const override {
    return R"(Every layer that quantize quantizes is quantized at each width, alone: its inputs are those of the
unquantized network. Errors: output error |WX - WqX|^2 and weight error |W - Wq|^2, also relative to
|WX|^2 and |W|^2.

Mixed bits need to know which layers suffer most before they quantize any. ShiftAddLLM's criterion is
|S| std(S)^2, S = W / diag(chol(H^-1)), H the damped X X^T: every input's weights by how much of an
error in them no other input can make good. It stands beside its parts and beside what weights alone
say. Kendall's tau-b says how well a criterion ranks the layers as their measured errors do: 1 the
same ranking, 0 none, -1 the reverse. plots/sensitivity.py draws the report.

schemes:
)" + described_names<Quantizer>("scheme");
  }
  std::string example() const override {
    return "  eyeshift sensitivity --checkpoint opt-tiny --scheme rtn-oc --bits 2,3,4 --output "
           "sensitivity.json\n";
  }
  po::options_description options() const override {
    po::options_description options = option_list({
        {"checkpoint", value("DIR"),
         "Hugging Face folder with config.json and safetensors, or the name opt-tiny"},
        {"scheme", value("S"), "how weights are coded; default: shiftaddllm-block"},
        {"bits", value("B,..."), "the widths, separated by commas; default: 2,3,4"},
        {"calibration", value("TEXT|T.npy"),
         "text, or .npy of token ids, that inputs come from; default: calibration, which comes with the "
         "program"},
    });
    add_jobs_option(options);
    add_report_options(options);
    return options;
  }

  void run(const po::variables_map& arguments) const override {
    const std::string scheme = text_or(arguments, "scheme", "shiftaddllm-block");
    const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
    if (quantizer.assigns_bits() || quantizer.fixed_bits())
      throw InputError("--scheme " + scheme +
                       ": expected a scheme whose bits --bits can choose, such as shiftaddllm-block");
    std::vector<int> bits = {2, 3, 4};
    if (has(arguments, "bits")) {
      bits.clear();
      for (const int64_t width : whole_numbers(arguments, "bits", 1, 8, 2))
        bits.push_back(static_cast<int>(width));
    }
    const std::string calibration = file_or_own_text(arguments, "calibration", kCalibrationText);
    const int threads = jobs(arguments);
    const ReportSink sink(arguments, input_files(arguments));

    const std::unique_ptr<Network> network =
        load_network(std::filesystem::path(text(arguments, "checkpoint")));
    Progress progress("measuring", network->quantized_layers().size(), "layers");
    const Layers layers = measure_sensitivity(
        *network, scheme, {}, bits, load_tokens(calibration, network->vocabulary()),
        [&] { progress.advance(); }, threads);
    sink.write({[&] { return report_text(layers); },
                [&] {
                  return dump(report_json(network->name(), scheme,
                                          text_or(arguments, "calibration", kCalibrationText), layers));
                },
                [&] { return report_csv(layers); }});
  }
};

const Registration<Command, Sensitivity> sensitivity_registration("sensitivity");

}  // namespace
}  // namespace eyeshift
