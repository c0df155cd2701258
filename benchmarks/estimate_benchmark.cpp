#include <benchmark/benchmark.h>

#include "sim/published/reproduce/reproduction.h"

namespace eyeshift {
namespace {

// All 104 cells of ShiftAddLLM's Tables 10 and 13, networks read and tilings searched anew, on one core.
void published_tables(benchmark::State& state) {
  size_t cells = 0;
  for (auto _ : state)
    for (const char* table : {"shiftaddllm-table10", "shiftaddllm-table13"})
      cells += Registry<Reproduction>::instance().find(table, "reproduction").run(1).size();
  state.counters["cells"] = static_cast<double>(cells) / static_cast<double>(state.iterations());
}
BENCHMARK(published_tables)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eyeshift
