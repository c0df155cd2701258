#include "sim/workload/left_out.h"

#include <gmock/gmock.h>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Two layers; the second takes its inputs rotated.
SimulateTask task_of(const std::vector<std::string>& patterns) {
  SimulateTask task;
  task.workload.network = "net";
  for (const char* name : {"0.fc1", "0.fc2", "0.fc2.rotate_inputs.left"}) {
    WorkItem item;
    item.shape.name = name;
    task.workload.layers.push_back(item);
  }
  task.workload.layers[0].steps = {{0}};
  task.workload.layers[1].steps = {{2}, {1}};
  task.options.mappings = {{"0.fc1", {}}, {"0.fc2", {}}};
  task.options.only = patterns;
  return task;
}

std::vector<std::string> names(const SimulateTask& task) {
  std::vector<std::string> all;
  for (const WorkItem& item : task.workload.layers) all.push_back(item.shape.name);
  return all;
}

TEST(LeaveOut, KeepsALayerWithWhatComesWithIt) {
  SimulateTask task = task_of({"*.fc2"});
  leave_out(task);
  EXPECT_THAT(names(task), ElementsAre("0.fc2", "0.fc2.rotate_inputs.left"));
  EXPECT_THAT(task.workload.left_out, ElementsAre("0.fc1"));
  EXPECT_EQ(task.options.mappings.count("0.fc1"), 0u);
  EXPECT_EQ(task.options.mappings.count("0.fc2"), 1u);
  ASSERT_EQ(task.workload.layers[0].steps.size(), 2u);
  EXPECT_EQ(task.workload.layers[0].steps[0].item, 1u);
  EXPECT_EQ(task.workload.layers[0].steps[1].item, 0u);
}

TEST(LeaveOut, KeepsAllWithoutAPattern) {
  SimulateTask task = task_of({});
  leave_out(task);
  EXPECT_EQ(names(task).size(), 3u);
  EXPECT_EQ(task.workload.left_out.size(), 0u);
}

TEST(LeaveOut, RefusesAPatternThatNamesNothing) {
  SimulateTask task = task_of({"0.fc1", "0.fc3"});
  EXPECT_THAT(input_error_of([&] { leave_out(task); }),
              HasSubstr("--only '0.fc3': network 'net' has no such layer: did you mean '0.fc1'?"));
}

}  // namespace
}  // namespace eyeshift
