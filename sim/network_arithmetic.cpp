#include "sim/network_arithmetic.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/errors.h"
#include "base/numbers/half.h"
#include "sim/plan/plan.h"
#include "sim/values/input_form.h"
#include "sim/values/layer_arithmetic.h"
#include "sim/workload/rotation_layers.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

// A layer in its units' arithmetic, step by step.
class LayerProducts {
 public:
  LayerProducts(const Workload& workload, const WorkItem& item, const Plan& planned,
                const AcceleratorConfig& accelerator)
      : layer_(*item.layer), steps_(item.steps), factors_(workload.factors) {
    for (const ProductStep& step : steps_) {
      const ReplayJob& job = planned.jobs[planned.job_of_layer[step.item]];
      const Schedule schedule =
          Registry<Dataflow>::instance()
              .find(job.dataflow, "dataflow")
              .schedule(job.shape, job.encoding, job.tokens, accelerator, job.unit, job.mapping);
      products_.push_back(
          std::make_unique<LayerArithmetic>(*workload.layers[step.item].layer, schedule, accelerator));
    }
  }

  Activations operator()(const Activations& inputs) const {
    std::vector<uint16_t> values = formed_inputs(layer_, inputs.data(), inputs.size());
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].rows > 0) values = transposed(values, steps_[i].rows, steps_[i].columns);
      values = products_[i]->outputs(values, static_cast<int64_t>(values.size()) / products_[i]->inputs());
    }
    values = ordered_outputs(layer_, std::move(values));
    Activations outputs(inputs.rows(), layer_.shape.M);
    std::transform(values.begin(), values.end(), outputs.data(), float_from_half);
    return outputs;
  }

 private:
  const Layer& layer_;
  const std::vector<ProductStep> steps_;
  const std::vector<std::shared_ptr<const Layer>> factors_;  // which the products have
  std::vector<std::unique_ptr<const LayerArithmetic>> products_;
};

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
  const Plan planned = plan(task, table, 1, false);
  std::map<std::string, Linear*> linears;
  for (Linear& linear : network.layers()) linears.emplace(linear.shape.name, &linear);
  for (const WorkItem& item : task.workload.layers) {
    if (item.steps.empty()) continue;  // a step of another's
    const auto found = linears.find(item.shape.name);
    if (found == linears.end())
      throw InternalError("the trace's layer '" + item.shape.name + "' is not in the network");
    const auto products = std::make_shared<const LayerProducts>(task.workload, item, planned, accelerator);
    found->second->product = [products](const Activations& inputs) { return (*products)(inputs); };
  }
}

}  // namespace eyeshift
