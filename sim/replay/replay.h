#pragma once

#include <string>
#include <vector>

#include "sim/workload/task.h"

namespace eyeshift {

// A job and the machine that it is for; both must outlive its replay.
struct MachineJob {
  const AcceleratorConfig* accelerator = nullptr;
  const ReplayJob* job = nullptr;
};

// Replays every job in a child process of its own (a process can elaborate one SystemC model only), at most
// `parallel` at a time, and begins with the first; results come in the order of the jobs. on_done(index) is
// called as jobs finish. Throws InternalError with the child's message, or the machine's state, where a child
// fails.
std::vector<ReplayResult> replay(const std::vector<MachineJob>& jobs, int parallel,
                                 void (*on_done)(void* context, size_t index) = nullptr,
                                 void* context = nullptr);
// The same on one machine.
std::vector<ReplayResult> replay(const AcceleratorConfig& accelerator, const std::vector<ReplayJob>& jobs,
                                 int parallel);

}  // namespace eyeshift
