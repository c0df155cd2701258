#include "sim/replay/replay_values.h"

#include <algorithm>
#include <utility>

#include "base/progress.h"
#include "sim/values/input_form.h"
#include "sim/workload/rotation_layers.h"

namespace eyeshift {
namespace {

double zero_fraction(const std::vector<uint16_t>& values) {
  const auto zeros = std::count(values.begin(), values.end(), 0);
  return static_cast<double>(zeros) / static_cast<double>(values.size());
}

// The jobs of a plan as values come to them.
class ValueReplay {
 public:
  ValueReplay(const SimulateTask& task, const Plan& plan, int parallel, const FunctionalRun& functional)
      : task_(task),
        plan_(plan),
        parallel_(parallel),
        functional_(functional),
        jobs_(plan.jobs),
        inputs_(plan.jobs.size()),
        results_(plan.jobs.size()),
        progress_("simulating", plan.jobs.size(), "layers") {}

  void run() {
    std::vector<size_t> due;
    for (size_t i = 0; i < jobs_.size(); ++i)
      if (jobs_[i].layer == nullptr) due.push_back(i);  // counted only
    for (size_t round = 0;; ++round) {
      for (const WorkItem& item : task_.workload.layers)
        if (round < item.steps.size()) due.push_back(ready(item, round));
      if (due.empty()) return;
      replay_due(due);
      due.clear();
    }
  }

  // The same jobs for time and traffic alone, feature maps of the lengths that their values have in the code.
  std::vector<ReplayResult> run_coded() {
    for (size_t i = 0; i < jobs_.size(); ++i)
      if (jobs_[i].layer != nullptr) jobs_[i].outputs = &results_[i].outputs;
    return replay(task_.accelerator, jobs_, parallel_);
  }

  std::vector<ReplayResult>& results() { return results_; }

 private:
  size_t job_of(const ProductStep& step) const { return plan_.job_of_layer[step.item]; }

  // Gives a layer's step its inputs; returns its job.
  size_t ready(const WorkItem& item, size_t number) {
    const ProductStep& step = item.steps[number];
    const std::vector<uint16_t>& values = number == 0 ? functional_.inputs.at(item.shape.name)
                                                      : results_[job_of(item.steps[number - 1])].outputs;
    const size_t job = job_of(step);
    inputs_[job] = step.rows > 0 ? transposed(values, step.rows, step.columns) : values;
    jobs_[job].inputs = &inputs_[job];
    return job;
  }

  // Those that may last longest first, so that no process idles while there is work.
  void replay_due(std::vector<size_t>& due) {
    std::stable_sort(due.begin(), due.end(),
                     [&](size_t a, size_t b) { return plan_.cycles[a] > plan_.cycles[b]; });
    std::vector<MachineJob> placed;
    for (const size_t job : due) placed.push_back({&task_.accelerator, &jobs_[job]});
    const auto on_done = [](void* progress, size_t) { static_cast<Progress*>(progress)->advance(); };
    std::vector<ReplayResult> replayed = replay(placed, parallel_, on_done, &progress_);
    for (size_t i = 0; i < due.size(); ++i) results_[due[i]] = std::move(replayed[i]);
  }

  const SimulateTask& task_;
  const Plan& plan_;
  const int parallel_;
  const FunctionalRun& functional_;
  std::vector<ReplayJob> jobs_;
  std::vector<std::vector<uint16_t>> inputs_;  // of the jobs
  std::vector<ReplayResult> results_;
  Progress progress_;
};

// What the values say of a layer's zeros.
void count_zeros(const ReplayResult& result, LayerShape& shape) {
  if (result.outputs.empty()) return;  // counted only
  shape.zero_fraction = zero_fraction(result.coded_inputs);
  shape.output_zero_fraction = zero_fraction(result.outputs);
}

}  // namespace

std::vector<ReplayResult> replay_values(SimulateTask& task, const Plan& plan, int parallel,
                                        FunctionalRun& functional) {
  ValueReplay values(task, plan, parallel, functional);
  values.run();
  for (size_t i = 0; i < task.workload.layers.size(); ++i) {
    WorkItem& item = task.workload.layers[i];
    count_zeros(values.results()[plan.job_of_layer[i]], item.shape);
    if (item.steps.empty()) continue;
    const size_t last = plan.job_of_layer[item.steps.back().item];
    functional.outputs[item.shape.name] = ordered_outputs(*item.layer, values.results()[last].outputs);
  }
  if (task.accelerator.compression != AcceleratorConfig::Compression::none) return values.run_coded();
  return std::move(values.results());
}

}  // namespace eyeshift
