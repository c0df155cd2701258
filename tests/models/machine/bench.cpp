#include "tests/models/machine/bench.h"

namespace eyeshift::testing {

AcceleratorConfig small_machine() {
  AcceleratorConfig config;
  config.name = "small";
  config.clocks = {1000000, 1000000};
  config.array.rows = config.array.cols = 4;
  config.array.units = {"mac-fp16"};
  config.spad_words = {16, 8, 16, 0};
  config.noc_bits = {64, 16, 64, 64, 64};
  config.glb = {64, 2, 8, 64, true};
  config.dram = {64, 5, 8};
  return config;
}

Pass linear_pass(int rows, int sets, int inputs, int outputs, int tokens) {
  Pass pass;
  pass.rows = rows;
  pass.sets = sets;
  pass.q = pass.q_last = pass.input_chunk = inputs;
  pass.p = pass.p_last = outputs;
  pass.tokens = tokens;
  return pass;
}

Schedule schedule_of(const std::vector<Pass>& passes, int tiles) {
  Schedule schedule;
  const Pass& first = passes.front();
  schedule.shape = {"layer", first.tile_inputs(), first.tile_outputs(), 1};
  schedule.encoding.group_rows = schedule.encoding.group_cols = 1;
  schedule.tokens = first.tokens;
  schedule.unit = "mac-fp16";
  schedule.input_slots = 2;
  schedule.input_banks = schedule.psum_banks = 2;
  schedule.input_slot_bits = schedule.psum_tile_bits = 512;
  schedule.psum_tiles = tiles;
  ScheduleBuilder builder(schedule);
  for (const Pass& pass : passes) builder.add(pass);
  return schedule;
}

Schedule int8_schedule_of(const std::vector<Pass>& passes) {
  Schedule schedule = schedule_of(passes);
  schedule.unit = "mac-int8";
  schedule.encoding.scheme = "int8";
  schedule.encoding.coding = Coding::int8;
  schedule.encoding.bits = 8;
  schedule.encoding.group_cols = schedule.shape.K;
  schedule.encoding.scale_bits = 16;
  return schedule;
}

}  // namespace eyeshift::testing
