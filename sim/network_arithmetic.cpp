#include "sim/network_arithmetic.h"

#include <algorithm>
#include <map>
#include <memory>

#include "configs/reader/errors.h"
#include "sim/layer_arithmetic.h"
#include "sim/plan.h"
#include "traces/format/half.h"
#include "traces/format/rotate.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

// The inputs [tokens, K] in the form in which the stored weights take them.
Activations in_form(const Layer& layer, const Activations& inputs) {
  if (layer.encoding.inputs == InputForm::plain) return inputs;
  const Eigen::Map<const Eigen::RowVectorXf> scales(layer.input_scales.data(), inputs.cols());
  Activations formed = inputs.array().rowwise() / scales.array();
  if (layer.encoding.inputs == InputForm::rotated)
    formed = rotate(layer.rotate_inputs, formed.transpose().cast<double>()).transpose().cast<float>();
  return formed;
}

std::vector<uint16_t> halves(const Activations& values) {
  constexpr float kLargestHalf = 65504.0f;
  std::vector<uint16_t> bits;
  bits.reserve(static_cast<size_t>(values.size()));
  for (Eigen::Index i = 0; i < values.size(); ++i)
    bits.push_back(half_from_float(std::clamp(values.data()[i], -kLargestHalf, kLargestHalf)));
  return bits;
}

Activations product(const Layer& layer, const LayerArithmetic& arithmetic, const Activations& inputs) {
  const std::vector<uint16_t> bits = arithmetic.outputs(halves(in_form(layer, inputs)), inputs.rows());
  Activations outputs(inputs.rows(), layer.shape.M);
  std::transform(bits.begin(), bits.end(), outputs.data(), float_from_half);
  if (layer.encoding.inputs == InputForm::rotated)
    outputs = rotate_back(layer.rotate_outputs, outputs.transpose().cast<double>()).transpose().cast<float>();
  return outputs;
}

}  // namespace

Trace half_precision_trace(const Network& network) {
  const Quantizer& fp16 = Registry<Quantizer>::instance().find("fp16", "scheme");
  Trace trace;
  trace.network = network.name();
  trace.scheme = "fp16";
  for (const Linear& linear : network.layers())
    trace.layers.push_back(fp16.quantize(linear.shape, linear.weights.use()->cast<double>(), {}, {}));
  return trace;
}

void compute_in_units(Network& network, const Trace& trace, const AcceleratorConfig& accelerator,
                      const SimulateOptions& options, const EnergyTable& table) {
  SimulateTask task{accelerator, workload_of(trace), options};
  const Plan planned = plan(task, table, 1, nullptr);
  std::map<std::string, Linear*> linears;
  for (Linear& linear : network.layers()) linears.emplace(linear.shape.name, &linear);
  for (size_t i = 0; i < task.workload.layers.size(); ++i) {
    const Layer* layer = task.workload.layers[i].layer;
    if (layer == nullptr) continue;  // what a rotation costs
    const ReplayJob& job = planned.jobs[planned.job_of_layer[i]];
    const Schedule schedule =
        Registry<Dataflow>::instance()
            .find(job.dataflow, "dataflow")
            .schedule(job.shape, job.encoding, job.tokens, accelerator, job.unit, job.mapping);
    const auto found = linears.find(layer->shape.name);
    if (found == linears.end())
      throw InternalError("the trace's layer '" + layer->shape.name + "' is not in the network");
    const auto arithmetic = std::make_shared<const LayerArithmetic>(*layer, schedule, accelerator);
    found->second->product = [layer, arithmetic](const Activations& inputs) {
      return product(*layer, *arithmetic, inputs);
    };
  }
}

}  // namespace eyeshift
