#include "traces/run/quantize_job.h"

#include "base/files/sha256.h"
#include "base/instruction_set.h"

namespace eyeshift {
namespace {

nlohmann::json act_order(QuantizeOptions::ActOrder order) {
  if (order == QuantizeOptions::ActOrder::scheme_default) return nullptr;
  return order == QuantizeOptions::ActOrder::on;
}

}  // namespace

// Raised where equal inputs come to give other bytes, so that no run of before is continued.
constexpr int kArithmetic = 3;

nlohmann::json identity(const QuantizeJob& job, const std::string& network,
                        const std::string& checkpoint_sha256) {
  Sha256 tokens;
  tokens.add(job.calibration.data(), job.calibration.size() * sizeof(Tokens::value_type));
  // All members by name, so that a new one cannot be forgotten here.
  [[maybe_unused]] const auto& [bits, group_size, order, static_groups, compensation, cycles, pot_terms,
                                real_scales, symmetric, clip, incoherence, axis, average_bits, bits_per_layer,
                                bit_costs, budget, measured_errors, scale_bits, seed, threads] = job.options;
  auto costs = nlohmann::json::object();
  for (const auto& [layer, by_bits] : bit_costs)
    for (const auto& [width, cost] : by_bits) costs[layer][std::to_string(width)] = cost;
  return {{"version", EYESHIFT_VERSION},
          {"arithmetic", kArithmetic},
          {"instruction set", instruction_set()},
          {"matrix library", matrix_library()},
          {"network", network},
          {"checkpoint", checkpoint_sha256},
          {"scheme", job.scheme},
          {"calibration", job.calibration_source},
          {"calibration's tokens", tokens.hex()},
          {"bits", average_bits > 0 ? nlohmann::json(average_bits) : nlohmann::json(bits)},
          {"bits-per", bits_per_layer ? "layer" : "parameter"},
          {"bit-costs", costs},
          {"bit-errors", measured_errors ? "measured" : "fitted"},
          {"budget", budget},
          {"group-size", group_size},
          {"static-groups", static_groups},
          {"act-order", act_order(order)},
          {"compensation", compensation},
          {"cycles", cycles},
          {"pot-terms", pot_terms},
          {"real-scales", real_scales},
          {"symmetric", symmetric},
          {"clip", clip},
          {"incoherence", incoherence},
          {"axis", axis == Axis::input ? "input" : "output"},
          {"scale-type", scale_bits == 32 ? "f32" : "f16"},
          {"seed", seed}};
}

}  // namespace eyeshift
