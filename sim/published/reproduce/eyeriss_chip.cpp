#include "sim/published/reproduce/eyeriss_chip.h"

#include <algorithm>

#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/mapping_reader.h"
#include "configs/loaders/network_reader.h"
#include "models/pe/listed_units.h"

namespace eyeshift {
namespace {

constexpr char kTable[] = "eyeriss-65nm";

constexpr double kMillisecond = 1e-3, kMegabyte = 1e6;

// What the chip's measurements are compared with, as sums over layers.
struct Measures {
  double processing_cycles = 0, pe_cycles = 0;
  double processing_s = 0, total_s = 0;
  double glb_bytes = 0, dram_bytes = 0;
  double chip_mJ = 0;  // without DRAM

  void add(const Measures& other) {
    processing_cycles += other.processing_cycles;
    pe_cycles += other.pe_cycles;
    processing_s += other.processing_s;
    total_s += other.total_s;
    glb_bytes += other.glb_bytes;
    dram_bytes += other.dram_bytes;
    chip_mJ += other.chip_mJ;
  }
};

Measures measures_of(const LayerReport& layer, const AcceleratorConfig& accelerator) {
  const LayerResult& result = layer.result;
  Measures m;
  m.processing_cycles = static_cast<double>(result.cycles - result.exposed_dram_cycles);
  m.pe_cycles = result.active_pes * m.processing_cycles;
  m.processing_s = m.processing_cycles / static_cast<double>(accelerator.clocks.core_Hz);
  m.total_s = layer.time_s;
  m.glb_bytes = static_cast<double>(glb_bytes(result.actions, accelerator.glb.port_bits).array_side);
  for (const Action action : {Action::dram_read_weights, Action::dram_read_scales, Action::dram_read_inputs,
                              Action::dram_write_outputs})
    m.dram_bytes += static_cast<double>(result.actions[action]);
  m.chip_mJ = chip_power_mW(layer.energy, layer.time_s) * layer.time_s;
  return m;
}

void add_rows(const Reproduced& common, const Measures& m, std::vector<Reproduced>& rows) {
  const auto add = [&](const char* quantity, double value) {
    rows.push_back(common);
    rows.back().quantity = quantity;
    rows.back().value = value;
  };
  add("processing latency", m.processing_s / kMillisecond);
  add("total latency", m.total_s / kMillisecond);
  add("active PEs", m.pe_cycles / m.processing_cycles);
  add("global buffer", m.glb_bytes / kMegabyte);
  add("DRAM", m.dram_bytes / kMegabyte);
  add("power", m.chip_mJ / m.total_s);
}

}  // namespace

SimulateTask chip_task(const std::string& network, const std::string& mappings, int64_t batch) {
  SimulateTask task;
  task.accelerator = load_accelerator("eyeriss-v1", listed_units());
  task.options.batch = batch;
  task.options.mappings = load_mappings(mappings);
  task.workload = workload_of(load_network(network), "int16", {});
  auto& layers = task.workload.layers;
  layers.erase(
      std::remove_if(layers.begin(), layers.end(),
                     [&](const WorkItem& item) { return task.options.mappings.count(item.shape.name) == 0; }),
      layers.end());
  return task;
}

std::vector<RunReport> simulate_chip(const std::vector<SimulateTask>& tasks, int parallel) {
  return simulate(tasks, {load_table(kTable)}, parallel);
}

void add_layer_rows(const RunReport& run, const std::string& variant,
                    const std::map<std::string, std::string>& notes, std::vector<Reproduced>& rows) {
  for (const LayerReport& layer : run.layers) {
    const auto note = notes.find(layer.shape.name);
    add_rows({layer.shape.name, "", 0, variant, note == notes.end() ? "" : note->second, variant.empty()},
             measures_of(layer, run.accelerator), rows);
  }
}

void add_total_rows(const RunReport& run, std::vector<Reproduced>& rows) {
  Measures total;
  for (const LayerReport& layer : run.layers) total.add(measures_of(layer, run.accelerator));
  add_rows({"Total", "", 0, "", "", false}, total, rows);
}

}  // namespace eyeshift
