#include <algorithm>

#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/mapping_reader.h"
#include "configs/loaders/network_reader.h"
#include "configs/reader/data_files.h"
#include "models/units/unit.h"
#include "sim/reproduce/reproduction.h"
#include "sim/simulate.h"

namespace eyeshift {
namespace {

constexpr int64_t kBatch = 4;
constexpr char kMappings[] = "eyeriss-jssc-alexnet";
constexpr char kPrintedMappings[] = "eyeriss-jssc-alexnet-printed";
constexpr char kTable[] = "eyeriss-65nm";

constexpr double kMillisecond = 1e-3, kMegabyte = 1e6;

// The convolutions of AlexNet for which the file has a mapping, on the chip.
SimulateTask task_of(const std::string& mappings) {
  SimulateTask task;
  task.accelerator = load_accelerator("eyeriss-v1", listed_units());
  task.options.batch = kBatch;
  task.options.mappings = load_mappings(find_data_file(mappings, "configs/mappings", "mapping"));
  task.workload = workload_of(load_network("alexnet"), "int16", {});
  auto& layers = task.workload.layers;
  layers.erase(
      std::remove_if(layers.begin(), layers.end(),
                     [&](const WorkItem& item) { return task.options.mappings.count(item.shape.name) == 0; }),
      layers.end());
  return task;
}

// What the chip's measurements are compared with; sums over layers, but active PEs, which are a mean over
// time.
struct Measures {
  double processing_s = 0, total_s = 0, pe_seconds = 0;
  double glb_bytes = 0, dram_bytes = 0;
  double chip_mJ = 0;  // without DRAM

  void add(const Measures& other) {
    processing_s += other.processing_s;
    total_s += other.total_s;
    pe_seconds += other.pe_seconds;
    glb_bytes += other.glb_bytes;
    dram_bytes += other.dram_bytes;
    chip_mJ += other.chip_mJ;
  }
};

Measures measures_of(const LayerReport& layer, const AcceleratorConfig& accelerator) {
  const LayerResult& result = layer.result;
  Measures m;
  m.total_s = layer.time_s;
  m.processing_s = static_cast<double>(result.cycles - result.exposed_dram_cycles) /
                   static_cast<double>(accelerator.clocks.core_Hz);
  m.pe_seconds = result.active_pes * m.processing_s;
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
  add("active PEs", m.pe_seconds / m.processing_s);
  add("global buffer", m.glb_bytes / kMegabyte);
  add("DRAM", m.dram_bytes / kMegabyte);
  add("power", m.chip_mJ / m.total_s);
}

// The chip's measurements (Chen et al., JSSC 2017, Table V), with its own mappings.
class EyerissJsscAlexnet : public Reproduction {
 public:
  std::string summary() const override {
    return "AlexNet's CONV1-5 on the Eyeriss chip: latency, traffic and power as measured (JSSC 2017)";
  }

  std::vector<Reproduced> run(int parallel) const override {
    const std::vector<RunReport> runs =
        simulate({task_of(kMappings), task_of(kPrintedMappings)}, {load_table(kTable)}, parallel);
    std::vector<Reproduced> rows;
    Measures total;
    for (const LayerReport& layer : runs[0].layers) {
      const Measures measures = measures_of(layer, runs[0].accelerator);
      total.add(measures);
      add_rows({layer.shape.name, "", 0, "", note_of(layer.shape.name), true}, measures, rows);
    }
    add_rows({"Total", "", 0, "", "", false}, total, rows);
    for (const LayerReport& layer : runs[1].layers)
      add_rows({layer.shape.name, "", 0, "printed mapping",
                "with q 4, r 1, t 4 of Table III, beside the same measurement", false},
               measures_of(layer, runs[1].accelerator), rows);
    return rows;
  }

 private:
  static std::string note_of(const std::string& layer) {
    return layer == "CONV3" ? "with CONV4's q, r, t, which the measured global-buffer traffic implies" : "";
  }
};

const Registration<Reproduction, EyerissJsscAlexnet> registration("eyeriss-jssc-alexnet");

}  // namespace
}  // namespace eyeshift
