#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "energy_tables/pricing.h"
#include "energy_tables/table.h"
#include "models/types/accelerator.h"
#include "models/types/mapping.h"
#include "models/types/result.h"
#include "sim/workload/layer_kind.h"
#include "traces/format/layer.h"

namespace eyeshift {

// One layer of a run. Everything is of one layer, however many identical ones it stands for (shape.count).
struct LayerReport {
  LayerShape shape;
  LayerKind kind = LayerKind::linear;
  Encoding encoding;
  int64_t tokens = 0;  // attention: vectors that a cache is multiplied with; vector: elements
  std::string unit;
  Mapping mapping;
  double bits_per_weight = 0;
  LayerResult result;
  double time_s = 0;
  Energy energy;  // with the run's first table
};

// How one table prices a run.
struct TableUse {
  std::string name;
  std::string sha256;
  std::vector<ExtendedTable> extended;  // tables that supplied further rows
  std::map<std::string, double>
      prices;  // pJ of one count, by "component.action.operand"; actions that the run counts
  std::vector<std::string> not_priced;  // clock, control, FIFOs and pads that the table has no row for
  double leakage_mW = 0;
  Area area;
  Energy energy;  // of the whole run
};

// What the weights are worth, where there are weights: computed in single precision.
struct Accuracy {
  double perplexity = 0;
  double nll = 0;
  int64_t tokens = 0;
  double quantize_s = 0;
  // The same with linear layers in the unit's own arithmetic, where that is asked for.
  std::optional<double> unit_perplexity = std::nullopt, unit_nll = std::nullopt;
};

struct SimulatorUse {
  double wall_s = 0;
  int64_t evaluated_cycles = 0;
  int64_t skipped_cycles = 0;
};

// The sums over a run's layers, each counted shape.count times; layers run one after the other.
struct RunSums {
  int64_t macs = 0;
  int64_t padding_macs = 0;
  int64_t gated_macs = 0;
  int64_t cycles = 0;
  double time_s = 0;
  int64_t busy_pe_cycles = 0;
  ActionCounts actions;
  Energy energy;  // with the first table
};

// A network under one scheme on one machine.
struct RunReport {
  std::string network;
  std::string scheme;
  int bits = 0;
  std::string unit;  // the unit asked for; empty where every layer takes the first unit that runs it
  std::string dataflow;
  int64_t tokens = 0;  // of one sequence
  int64_t batch = 1;
  int64_t context = 0;  // positions attended; 0: the network's layers alone
  AcceleratorConfig accelerator;
  double bits_per_weight = 0;  // stored bits over weights, of the layers that the scheme codes
  std::vector<LayerReport> layers;
  std::vector<std::string> left_out;  // the network's layers that were not simulated, by name
  std::vector<TableUse> tables;       // at least one
  std::optional<Accuracy> accuracy;
  SimulatorUse simulator;
};

// Whether any scheme on a unit is among the runs at several widths, so that only its bits tell which is
// which.
bool several_widths(const std::vector<RunReport>& runs);

// What the units of a run's machine and layers assume where no source says it: "UNIT: what".
std::vector<std::string> assumptions(const RunReport& run);

RunSums sums(const RunReport& run);
// Of the layers of one kind.
RunSums sums(const RunReport& run, LayerKind kind);
// Of one of its layers, as often as it stands.
RunSums sums(const RunReport& run, const LayerReport& layer);
// The kinds of a run's layers, in the order of LayerKind.
std::vector<LayerKind> kinds_of(const RunReport& run);

// The KV cache's traffic with DRAM. read: the weights of attention's products, in bursts and as often as
// their mappings read them. written: the new tokens' keys and values, which are outputs of k_proj and v_proj
// and counted there.
struct KvCacheBytes {
  int64_t read = 0;
  int64_t written = 0;
};
KvCacheBytes kv_cache_bytes(const RunReport& run);

// Average power of the chip, milliwatts: all energy but that of DRAM, which is another chip, over the time.
// The pads towards DRAM are the chip's.
double chip_power_mW(const Energy& energy, double time_s);

// Bytes through the global buffer's ports, whole port accesses: between it and the array, and between it and
// DRAM.
struct GlbBytes {
  int64_t array_side = 0;
  int64_t dram_side = 0;
};
GlbBytes glb_bytes(const ActionCounts& actions, int port_bits);

// Total stored bits divided by weights over the layers whose encoding has the scheme's name; all where none
// has. A KV cache is no weight.
double bits_per_weight(const std::vector<LayerReport>& layers, const std::string& scheme);

// What a part of the run that `table` prices takes: its actions, and its share of the time.
Energy energy_with(const TableUse& table, const ActionCounts& actions, double time_s);

// Fills energies, prices and areas of a run from tables: layers from the first, the run from each. Throws
// InputError where a table lacks an action that the run counts.
void price(RunReport& run, const std::vector<EnergyTable>& tables);

}  // namespace eyeshift
