#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "models/passes/array_region.h"
#include "models/types/accelerator.h"
#include "models/types/mapping.h"
#include "models/types/result.h"
#include "sim/workload/workload.h"
#include "traces/format/layer.h"

namespace eyeshift {

// The search takes the mapping with the least of this, by the dataflow's estimate.
enum class Objective { energy, time, energy_time };

// The files in which a layer's run can be looked at; an empty name: not that one.
struct Look {
  std::string waveform;      // VCD
  std::vector<PePlace> pes;  // in the waveform; empty: the first and the last that the layer uses
  int64_t waveform_cycles = 100000;
  std::string timeline;  // trace events, JSON

  bool asked() const { return !waveform.empty() || !timeline.empty(); }
};

struct SimulateOptions {
  std::string dataflow = "row-stationary";
  std::string unit;     // empty: of the accelerator's units, the first that runs the layer
  int64_t tokens = 1;   // a sequence
  int64_t batch = 1;    // sequences, or images, at once
  int64_t context = 0;  // positions that a token attends; 0: the network's layers alone
  bool fast_forward = true;
  Objective objective = Objective::energy_time;  // of the search for mappings
  Search search = Search::quick;
  std::map<std::string, Mapping> mappings;  // by layer name; the others are searched
  Look look;                                // timing runs only
  std::string look_layer;                   // at which layer; may be empty where there is one only
  std::vector<std::string> only;            // patterns of layer names, * and ? as in a shell: simulate these
                                            // layers alone; empty: all
  bool utilisation = false;                 // report how long each PE was busy
};

// A workload on a machine.
struct SimulateTask {
  AcceleratorConfig accelerator;
  Workload workload;
  SimulateOptions options;
};

// Values of functional runs by layer name, as half-precision bits.
using LayerValues = std::map<std::string, std::vector<uint16_t>>;

struct FunctionalRun {
  LayerValues inputs;   // [tokens, K], as formed_inputs() has them
  LayerValues outputs;  // [tokens, M], filled by simulate()
};

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

struct ReplayResult {
  LayerResult result;
  std::vector<uint16_t> outputs;       // functional: [tokens, M], half-precision bits
  std::vector<uint16_t> coded_inputs;  // and its inputs, [tokens, K], as the unit takes them
  double wall_s = 0;
  std::string notes;  // lines about the job's look
};

}  // namespace eyeshift
