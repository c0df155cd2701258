#include "models/types/accelerator.h"

#include <numeric>

#include "base/errors.h"

namespace eyeshift {
namespace {

constexpr int64_t kFinestTicks_Hz = 1'000'000'000'000;  // a picosecond: 2^63 of them are 106 days

}  // namespace

TimeBase time_base(const AcceleratorConfig& config) {
  const int64_t core = config.clocks.core_Hz;
  const int64_t dram = config.clocks.dram_Hz;
  if (core <= 0 || dram <= 0) throw InputError("clock frequencies must be positive");
  const int64_t common = std::gcd(core, dram);
  if (core / common > kFinestTicks_Hz / dram)
    throw InputError("the least common multiple of " + std::to_string(core) + " and " + std::to_string(dram) +
                     " Hz exceeds 10^12 Hz: use clocks with a larger common divisor, such as whole MHz");
  return {core / common * dram, dram / common, core / common};
}

int accumulator_bits(Accumulator accumulator) { return accumulator == Accumulator::fp16 ? 16 : 32; }

}  // namespace eyeshift
