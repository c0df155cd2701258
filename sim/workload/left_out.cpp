#include "sim/workload/left_out.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/errors.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::vector<std::string> names_of(const Workload& workload) {
  std::vector<std::string> names;
  for (const WorkItem& item : workload.layers) names.push_back(item.shape.name);
  return names;
}

// Of `names`, those that a pattern names.
std::vector<std::string> named(const std::vector<std::string>& patterns,
                               const std::vector<std::string>& names, const std::string& network) {
  std::vector<std::string> found;
  for (const std::string& pattern : patterns) {
    const size_t before = found.size();
    for (const std::string& name : names)
      if (matches(pattern, name)) found.push_back(name);
    if (found.size() != before) continue;
    const std::string nearest = nearest_name(pattern, names);
    throw InputError("--only '" + pattern + "': network '" + network + "' has no such layer: " +
                     (nearest.empty() ? "it has " + join_names(names) : "did you mean '" + nearest + "'?"));
  }
  return found;
}

bool belongs(const std::string& name, const std::vector<std::string>& layers) {
  return std::any_of(layers.begin(), layers.end(), [&](const std::string& layer) {
    return name == layer || name.rfind(layer + ".", 0) == 0;
  });
}

}  // namespace

void leave_out(SimulateTask& task) {
  Workload& workload = task.workload;
  if (task.options.only.empty()) return;
  const std::vector<std::string> layers = named(task.options.only, names_of(workload), workload.network);
  std::vector<WorkItem> kept;
  std::vector<size_t> place(workload.layers.size());  // of an item among those kept
  for (size_t i = 0; i < workload.layers.size(); ++i) {
    WorkItem& item = workload.layers[i];
    if (belongs(item.shape.name, layers)) {
      place[i] = kept.size();
      kept.push_back(std::move(item));
    } else {
      task.options.mappings.erase(item.shape.name);
      workload.left_out.push_back(item.shape.name);
    }
  }
  for (WorkItem& item : kept)
    for (ProductStep& step : item.steps) step.item = place[step.item];
  workload.layers = std::move(kept);
}

}  // namespace eyeshift
