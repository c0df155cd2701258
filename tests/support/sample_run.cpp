#include "tests/support/sample_run.h"

#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"

namespace eyeshift {
namespace {

LayerReport sample_layer(const std::string& name, int64_t count, int64_t seed) {
  LayerReport layer;
  layer.shape = {name, 64, 32, count};
  layer.encoding.scheme = "bcq";
  layer.encoding.coding = Coding::binary;
  layer.encoding.bits = 3;
  layer.encoding.group_cols = 64;
  layer.encoding.scale_bits = 16;
  layer.tokens = 2;
  layer.unit = "lut";
  layer.mapping = {32, 2, 1, 4, 8, 12, 14};
  layer.bits_per_weight = bits_per_weight(layer.shape, layer.encoding);
  layer.result.macs = 64 * 32 * 2;
  layer.result.padding_macs = seed;
  layer.result.cycles = 1000 * seed;
  layer.result.ticks = 3000 * seed;
  layer.result.active_pes = 168;
  layer.result.busy_pe_cycles = 167 * 10 * seed;
  layer.result.pe_busy_cycles.assign(168, 10 * seed);
  layer.result.pe_busy_cycles[5] = 0;
  layer.result.evaluated_cycles = 900 * seed;
  layer.result.bound_by = Bound::dram;
  for (size_t i = 0; i < kActionCount; ++i)
    layer.result.actions.n[i] = static_cast<int64_t>(i + 1) * 17 * seed;
  layer.result.passes = {{0, 3, 300, 99, 101, 90, Bound::compute},
                         {3, 1, 120, 120, 120, 110, Bound::filter_noc}};
  layer.time_s = 5e-6 * static_cast<double>(seed);
  return layer;
}

}  // namespace

AcceleratorConfig default_accelerator() { return load_accelerator("eyeriss-168", listed_units()); }

EnergyTable default_table() { return load_table("horowitz-cacti-45nm"); }

RunReport sample_run() {
  RunReport run;
  run.network = "sample";
  run.scheme = "bcq";
  run.bits = 3;
  run.unit = "lut";
  run.dataflow = "row-stationary";
  run.tokens = 2;
  run.accelerator = default_accelerator();
  run.layers = {sample_layer("first", 1, 1), sample_layer("second", 3, 2)};
  run.bits_per_weight = bits_per_weight(run.layers, run.scheme);
  run.accuracy = Accuracy{3.25, 1.18, 1000, 0.5};
  run.simulator = {0.25, 2700, 100};
  return run;
}

}  // namespace eyeshift
