#include <benchmark/benchmark.h>

#include <filesystem>

#include "traces/decoders/family.h"
#include "traces/network/perplexity.h"
#include "traces/network/tokens.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {
namespace {

const std::filesystem::path kTraces = std::filesystem::path(EYESHIFT_SOURCE_DIR) / "traces";

// All of opt-tiny at 3 bits, calibration on its text included, on all processors.
void quantize_opt_tiny(benchmark::State& state, const std::string& scheme) {
  for (auto _ : state) {
    const auto network = load_network(kTraces / "checkpoints/opt-tiny");
    const Tokens tokens = load_tokens(kTraces / "text/calibration.txt", network->vocabulary());
    benchmark::DoNotOptimize(quantize_network(*network, scheme, {}, tokens, "calibration.txt"));
  }
}
BENCHMARK_CAPTURE(quantize_opt_tiny, gptq, "gptq")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(quantize_opt_tiny, bcq, "bcq")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(quantize_opt_tiny, shiftaddllm_block, "shiftaddllm-block")
    ->UseRealTime()
    ->Unit(benchmark::kSecond);

// The perplexity of opt-tiny on its evaluation text, on all processors.
void perplexity_opt_tiny(benchmark::State& state) {
  const auto network = load_network(kTraces / "checkpoints/opt-tiny");
  const Tokens tokens = load_tokens(kTraces / "text/evaluation.txt", network->vocabulary());
  for (auto _ : state) benchmark::DoNotOptimize(perplexity(*network, tokens, 512));
}
BENCHMARK(perplexity_opt_tiny)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace eyeshift
