#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/spec/accelerator.h"
#include "models/spec/mapping.h"
#include "models/spec/result.h"
#include "sim/look.h"
#include "traces/format/layer.h"

namespace eyeshift {

// One layer to be replayed on the machine.
struct ReplayJob {
  LayerShape shape;
  Encoding encoding;
  int64_t tokens = 1;
  std::string unit;
  std::string dataflow = "row-stationary";
  Mapping mapping;
  bool fast_forward = true;  // timing runs only
  Look look;                 // likewise; the child writes its files
  // Functional: the layer with its tensors, and its inputs [tokens, K] as half-precision bits. nullptr:
  // timing only.
  const Layer* layer = nullptr;
  const std::vector<uint16_t>* inputs = nullptr;
  // What a functional run of the same job computed: this one takes the time and traffic of these values in
  // an accelerator that compresses feature maps.
  const std::vector<uint16_t>* outputs = nullptr;
};

// A job and the machine that it is for; both must outlive its replay.
struct MachineJob {
  const AcceleratorConfig* accelerator = nullptr;
  const ReplayJob* job = nullptr;
};

struct ReplayResult {
  LayerResult result;
  std::vector<uint16_t> outputs;       // functional: [tokens, M], half-precision bits
  std::vector<uint16_t> coded_inputs;  // and its inputs, [tokens, K], as the unit takes them
  double wall_s = 0;
  std::string notes;  // lines about the job's look
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
