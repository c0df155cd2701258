#include <benchmark/benchmark.h>

#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/network_reader.h"
#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"

namespace eyeshift {
namespace {

// Mappings that row stationary finds, checks and estimates a second, on one core.
void search(benchmark::State& state, const char* accelerator_name, const char* unit, const LayerShape& shape,
            Coding coding, int64_t tokens) {
  const AcceleratorConfig accelerator = specialised(load_accelerator(accelerator_name, listed_units()), unit);
  Encoding encoding;
  encoding.coding = coding;
  if (coding == Coding::int16) {
    encoding.group_rows = shape.M;
    encoding.group_cols = shape.K;
  }
  const Dataflow& dataflow = Registry<Dataflow>::instance().find("row-stationary", "dataflow");
  size_t mappings = 0;
  for (auto _ : state) mappings += dataflow.mappings(shape, encoding, tokens, accelerator, unit).size();
  state.counters["mappings_per_s"] =
      benchmark::Counter(static_cast<double>(mappings), benchmark::Counter::kIsRate);
  state.counters["mappings"] = static_cast<double>(mappings) / static_cast<double>(state.iterations());
}

void search_linear(benchmark::State& state, int64_t tokens, int64_t K, int64_t M) {
  search(state, "eyeriss-168", "mac-fp16", {"layer", K, M, 1, {}, 0, 0}, Coding::fp16, tokens);
}
BENCHMARK_CAPTURE(search_linear, 1x4096x4096, 1, 4096, 4096)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_linear, 128x768x768, 128, 768, 768)->Unit(benchmark::kMillisecond);

// The same for all mappings that differ.
void search_all(benchmark::State& state, int64_t tokens, int64_t K, int64_t M) {
  const AcceleratorConfig accelerator =
      specialised(load_accelerator("eyeriss-168", listed_units()), "mac-fp16");
  const Dataflow& dataflow = Registry<Dataflow>::instance().find("row-stationary", "dataflow");
  int64_t mappings = 0;
  for (auto _ : state)
    dataflow.for_all_mappings({"layer", K, M, 1, {}, 0, 0}, {}, tokens, accelerator, "mac-fp16",
                              [&](const MappingEstimate&) { ++mappings; });
  state.counters["mappings_per_s"] =
      benchmark::Counter(static_cast<double>(mappings), benchmark::Counter::kIsRate);
  state.counters["mappings"] = static_cast<double>(mappings) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(search_all, 1x4096x4096, 1, 4096, 4096)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_all, 128x768x768, 128, 768, 768)->Unit(benchmark::kMillisecond);

void search_alexnet(benchmark::State& state, size_t layer) {
  search(state, "eyeriss-v1", "mac-int16", load_network("alexnet").layers[layer], Coding::int16, 4);
}
BENCHMARK_CAPTURE(search_alexnet, CONV2, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_alexnet, CONV5, 4)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eyeshift
